#include "source/body.h"

#include <atomic>
#include <string>
#include <utility>

namespace whittle::source {
namespace {

// No grammar lets a control character into a path.
std::string NewPath() {
  static std::atomic<std::uint64_t> number = 0;
  return "\x01upload/" + std::to_string(++number);
}

Fetched Hashed(Block bytes) {
  const Hash128 hash = HashOf(bytes.view());
  return {.bytes = std::move(bytes), .hash = hash};
}

}  // namespace

Body::Body(Block bytes, async::BlockingPool& threads)
    : ref_{.path = NewPath()}, threads_(threads), bytes_(std::move(bytes)) {}

async::Awaitable<Expected<Found>> Body::Fetch(SourceRef ref, Validator /*known*/, Wait wait) {
  if (ref != ref_) co_return Fail(ErrorKind::kNotFound, "not this upload");
  if (wait.stop.stop_requested()) co_return Fail(ErrorKind::kCancelled);
  std::optional<Block> bytes = Take();
  if (!bytes) co_return Fail(ErrorKind::kInternal, "an upload is read once");
  if (bytes->size() <= kHashedAtOnce) co_return Found{Hashed(*std::move(bytes))};
  // Shared, since a job outlives who no longer waits for it.
  auto hash = [bytes = std::make_shared<Block>(*std::move(bytes))]() -> Expected<Fetched> {
    return Hashed(std::move(*bytes));
  };
  WHITTLE_CO_TRY(Fetched fetched,
                 co_await threads_.Run(std::move(hash), wait.until, std::move(wait.stop)));
  co_return Found{std::move(fetched)};
}

std::optional<Block> Body::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(bytes_, std::nullopt);
}

}  // namespace whittle::source
