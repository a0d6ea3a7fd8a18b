// Small files that the operator has put somewhere: keys, tokens, profiles.
//
// Read whole on a file thread, for Surroundings::read.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "async/blocking_pool.h"
#include "source/wait.h"
#include "whittle/expected.h"

namespace whittle::source {

inline constexpr std::size_t kMostSmallFile = 256ULL << 10;  ///< bytes

/// Blocks. Links are followed: Kubernetes mounts secrets behind two. Errors: kNotFound, kUnreadable
/// (no right, not a regular file, more than kMostSmallFile).
Expected<std::string> ReadSmallFile(const std::string& path);

/// The same on a thread of `files`, which must outlive it. Errors besides: those of the pool.
std::function<async::Awaitable<Expected<std::string>>(std::string path, Wait wait)> ReadOn(
    async::BlockingPool& files);

}  // namespace whittle::source
