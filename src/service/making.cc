#include "service/making.h"

#include <algorithm>
#include <utility>

#include "base/guarded.h"
#include "pipeline/together.h"
#include "service/stopwatch.h"

namespace whittle::service {
namespace {

using observe::Stage;

// Storage that grew as it was filled is up to half empty; who holds it pays for all of it.
void GiveBackSlack(Bytes& bytes) {
  if (bytes.capacity() - bytes.size() > bytes.size() / 8) bytes = Bytes::CopyOf(bytes.view());
}

pipeline::Guess DecodePartOf(const pipeline::Guess& guess) {
  return {.cpu_ns = guess.decode_ns, .path = guess.path};
}

// Stages are timed by the clock, a job by its CPU: its parts are taken to have had their share.
std::chrono::nanoseconds DecodePartOf(std::chrono::nanoseconds cpu,
                                      const observe::StageTimes& stages) {
  const double decode = static_cast<double>(stages[Stage::kDecode].count());
  const double all =
      decode + static_cast<double>((stages[Stage::kResize] + stages[Stage::kEncode]).count());
  return std::chrono::nanoseconds(
      static_cast<std::int64_t>(static_cast<double>(cpu.count()) * (all > 0 ? decode / all : 0)));
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
  async::Cost cost{.bytes = prepared_->working_bytes(),
                   .cpu = shop_.rates.Expected(guess_),
                   .beside = source_.capacity()};
  if (const std::uint32_t decode = pipeline::DecodeOf(*prepared_)) {
    cost.kin = {.subject = &source_, .terms = &limits_, .way = decode};
    cost.shared_bytes = prepared_->plan.shared_bytes;
    cost.own_bytes = prepared_->plan.own_bytes;
    cost.shared_cpu = std::min(cost.cpu, shop_.decode_rates.Expected(DecodePartOf(guess_)));
  }
  return cost;
}

void Making::Run(async::Budget::Ticket memory) {
  Begin();
  memory_ = std::move(memory);
  const auto made = Guarded([this]() -> Expected<void> {
    Make();
    return {};
  });
  if (!made) result_ = std::unexpected(made.error());
  Shrink();
}

// To what the result holds.
void Making::Shrink() {
  if (!result_) return memory_.Return();
  memory_.Resize(result_->bytes.capacity());  // always less: the plan has it beside the encoder
  memory_.Become(async::Budget::Use::kResult);
}

void Making::Make() {
  const Watchdog::Job job(shop_.watchdog, stop_);
  Expected<Encoded> made = Fail(ErrorKind::kInternal);
  {
    auto workspace = shop_.workspaces.Get();
    JobWatch watch(stages_, shop_.metrics);
    const auto may_hold = [this](std::uint64_t bytes) { return memory_.Resize(bytes); };
    made = pipeline::Run(*workspace, *prepared_, job.token(), &watch, may_hold);
    prepared_.reset();
  }
  Conclude(std::move(made), job);
}

// Once the stages have their times.
void Making::Conclude(Expected<Encoded> made, const Watchdog::Job& job) {
  result_ = std::move(made);
  const auto ended = job.ended();
  if (result_ || ended == Watchdog::Job::Ended::kByCpu) {
    shop_.rates.Learn(guess_, job.cpu());
    shop_.decode_rates.Learn(DecodePartOf(guess_), DecodePartOf(job.cpu(), stages_));
  }
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
