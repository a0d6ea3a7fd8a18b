// An upload as a source: what one client has sent, read once and by nobody else.
//
// Made for one request, by whoever has read its body; thread-safe. Its name is like no other of
// this process, and no URL can say it, so that nobody joins its flight and nothing is kept for it:
// see docs/decisions/uploads.md. Its bytes hold their share of the budget as those of any source.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>

#include "async/blocking_pool.h"
#include "source/source.h"

namespace whittle::source {

class Body final : public Source {
 public:
  /// Bodies up to this are hashed where they are fetched, in some 50 us; others on a thread of
  /// `threads`, which must outlive it.
  static constexpr std::size_t kHashedAtOnce = 1 << 20;

  Body(Block bytes, async::BlockingPool& threads);

  /// What an ImageRequest has to name it by.
  const SourceRef& ref() const { return ref_; }

  /// Gives the bytes to the first who asks. Errors: kNotFound (`ref` is not its own), kInternal
  /// (they are gone), kOverloaded, kCancelled.
  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait wait) override;

 private:
  std::optional<Block> Take();

  const SourceRef ref_;
  async::BlockingPool& threads_;
  std::mutex mutex_;
  std::optional<Block> bytes_;
};

}  // namespace whittle::source
