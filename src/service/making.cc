#include "service/making.h"

#include <exception>
#include <new>
#include <utility>

#include "service/stopwatch.h"

namespace whittle::service {
namespace {

using observe::Stage;

// A wall: what is thrown behind it is an error of this picture.
template <class F>
Expected<void> Guarded(const F& f) {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    return Fail(ErrorKind::kOverloaded, "out of memory");
  } catch (const std::exception& e) {
    return Fail(ErrorKind::kInternal, e.what());
  }
}

// Storage that grew as it was filled is up to half empty; who holds it pays for all of it.
void GiveBackSlack(Bytes& bytes) {
  if (bytes.capacity() - bytes.size() > bytes.size() / 8) bytes = Bytes::CopyOf(bytes.view());
}

}  // namespace

// A worker has it now.
void Making::Begin() { waited_ += async::Clock::now() - waits_since_; }

std::optional<async::Cost> Making::Prepare() {
  Begin();
  const auto ready = Guarded([this]() -> Expected<void> {
    WHITTLE_TRY(prepared_, pipeline::Prepare(source_.view(), transform_, limits_, stop_));
    return {};
  });
  if (!ready) {
    result_ = std::unexpected(ready.error());
    return std::nullopt;
  }
  guess_ = prepared_->guess;
  waits_since_ = async::Clock::now();
  return async::Cost{.bytes = prepared_->working_bytes(),
                     .cpu = shop_.rates.Expected(guess_),
                     .beside = source_.capacity()};
}

void Making::Run(async::Budget::Ticket memory) {
  Begin();
  memory_ = std::move(memory);
  const auto made = Guarded([this]() -> Expected<void> {
    Make();
    return {};
  });
  if (!made) result_ = std::unexpected(made.error());
  if (!result_) return memory_.Return();
  memory_.Resize(result_->bytes.capacity());  // always less: the plan has it beside the encoder
  memory_.Become(async::Budget::Use::kResult);
}

void Making::Make() {
  const Watchdog::Job job(shop_.watchdog, stop_);
  {
    auto workspace = shop_.workspaces.Get();
    JobWatch watch(stages_, shop_.metrics);
    const auto may_hold = [this](std::uint64_t bytes) { return memory_.Resize(bytes); };
    result_ = pipeline::Run(*workspace, *prepared_, job.token(), &watch, may_hold);
    prepared_.reset();
  }
  const auto ended = job.ended();
  if (result_ || ended == Watchdog::Job::Ended::kByCpu) shop_.rates.Learn(guess_, job.cpu());
  if (result_) {
    GiveBackSlack(result_->bytes);
  } else if (result_.error().kind == ErrorKind::kCancelled && ended != Watchdog::Job::Ended::kNot) {
    result_ = std::unexpected(TookTooLong(ended));
    too_slow_ = ended == Watchdog::Job::Ended::kByCpu;
  }
}

// What is slow to decode is so for everybody and every request: that is the picture's fault. Else
// the request asked for much, or the machine had no time for it.
Error Making::TookTooLong(Watchdog::Job::Ended ended) const {
  if (ended == Watchdog::Job::Ended::kByWall) {
    return Error::Of(ErrorKind::kOverloaded, "the job did not get enough CPU time");
  }
  const auto decoding = stages_[Stage::kDecode];
  const auto all = decoding + stages_[Stage::kResize] + stages_[Stage::kEncode];
  if (decoding >= all - decoding) {
    return Error::Of(ErrorKind::kTooSlow, "the decode deadline passed");
  }
  return Error::Saying(ErrorKind::kOverloaded, "this takes too long to make",
                       "the decode deadline passed while the result was made");
}

}  // namespace whittle::service
