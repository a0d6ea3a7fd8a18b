// Several results of one picture from one decode.
//
// The decoder is read once, and each piece that it gives goes to every result in turn, so the bytes
// are those that each would have by itself. A result that fails, or whose stop token is used, ends
// alone; the decode ends with the last. The results end one after the other, in the order given, so
// let those come first that are soon encoded. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>

#include "pipeline/run.h"

namespace whittle::pipeline {

/// How the picture is decoded for such a result: those of equal numbers may be made together, where
/// source and limits are the very same. 0: only alone.
std::uint32_t DecodeOf(const Prepared& prepared);

/// One of them. All of it must outlive the call, or `prepared` and `workspace` of the first, and of
/// the others until they have ended.
struct Member {
  Workspace* workspace = nullptr;
  Prepared* prepared = nullptr;
  std::stop_token stop;
  PhaseObserver* observer = nullptr;  ///< told to leave, too
};

/// Called once for each, as soon as it has ended: its buffers are free then, but for the first's.
using OnEnd = std::function<void(std::size_t member, Expected<Encoded> result)>;

/// Does what was planned for each, of the same DecodeOf. Errors of each as Run. Together they hold
/// the own_bytes of their plans, and the most shared_bytes of these until the first has ended after
/// the decode.
void RunTogether(std::span<const Member> members, const OnEnd& on_end);

}  // namespace whittle::pipeline
