// Several results made together, by one worker.
#include <algorithm>
#include <list>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "pipeline/together.h"
#include "service/making.h"
#include "service/stopwatch.h"

namespace whittle::service {
namespace {

// Moments at which the thread turns from one job to another. Between leaving one and entering the
// next nothing is done, so there is one moment for both, and one call of the system.
class Turns {
 public:
  const Watchdog::Job::Moment& Left(const Watchdog::Job& job) {
    if (std::exchange(worked_, false)) last_ = job.Now();
    return last_;
  }
  const Watchdog::Job::Moment& Entered() {
    worked_ = true;
    return last_;
  }

 private:
  bool worked_ = true;
  Watchdog::Job::Moment last_{};
};

// Follows one of the jobs: it has the time in which the thread works for it, or for all of them.
class BranchWatch final : public PhaseObserver {
 public:
  BranchWatch(Turns& turns, Watchdog::Job& job, observe::StageTimes& times,
              observe::Metrics& metrics, bool shares)
      : turns_(turns), job_(job), watch_(times, metrics, shares) {
    turns_.Entered();  // the job began just now
    job_.Pause(turns_.Left(job_));
  }
  void Enter(Phase phase) override {
    if (std::exchange(rests_, false)) job_.Resume(turns_.Entered());
    watch_.Enter(phase);
  }
  void Leave() override {
    if (std::exchange(rests_, true)) return;
    watch_.Leave();
    job_.Pause(turns_.Left(job_));
  }

 private:
  Turns& turns_;
  Watchdog::Job& job_;
  JobWatch watch_;
  bool rests_ = true;
};

}  // namespace

// One of them, while it is made. What the decode needs of the first outlives that one's Making.
class Making::Branch {
 public:
  Branch(Turns& turns, Making& making, bool is_first)
      : making_(making),
        prepared_(*std::exchange(making.prepared_, std::nullopt)),
        workspace_(making.shop_.workspaces.Get()),
        job_(making.shop_.watchdog, making.stop_),
        watch_(std::in_place, turns, job_, making.stages_, making.shop_.metrics, !is_first) {
    if (!is_first) making.shop_.metrics.decodes_shared.Add();
  }

  Making& making() { return making_; }
  pipeline::Member member() { return {&**workspace_, &prepared_, job_.token(), &*watch_}; }
  // Its Making has its result then.
  void End(Expected<Encoded> result) {
    watch_.reset();
    making_.Conclude(std::move(result), job_);
  }
  void GiveBackBuffers() { workspace_.reset(); }

 private:
  Making& making_;
  pipeline::Prepared prepared_;
  std::optional<Workspaces::Loan> workspace_;
  Watchdog::Job job_;
  std::optional<BranchWatch> watch_;
};

void Making::RunTogether(std::span<Share> shares, const std::function<void(async::Work&)>& done) {
  std::vector<Making*> left;  // those that have not ended
  for (Share& share : shares) {
    auto& making = static_cast<Making&>(*share.work);
    making.Begin();
    making.memory_ = std::move(share.memory);
    left.push_back(&making);
  }
  const auto end = [&](Making* making) {
    making->Shrink();
    std::erase(left, making);
    done(*making);
  };
  const auto made = Guarded([&]() -> Expected<void> {
    async::Budget::Ticket decode = memory_.Split(prepared_->plan.shared_bytes);
    async::Budget::Ticket of_first;
    Turns turns;
    std::list<Branch> branches;
    std::vector<Branch*> by_number;
    std::vector<pipeline::Member> members;
    for (Making* making : left) {
      by_number.push_back(&branches.emplace_back(turns, *making, making == this));
      members.push_back(by_number.back()->member());
    }
    pipeline::RunTogether(members, [&](std::size_t number, Expected<Encoded> result) {
      Branch& branch = *by_number[number];
      Making& making = branch.making();
      if (result) decode.Return();  // the first to be made is so after the decode
      const bool keeps_buffers = number == 0 && !result;
      branch.End(std::move(result));
      if (keeps_buffers) {
        of_first = std::move(making.memory_);  // the others may still be decoded with them
      } else {
        branch.GiveBackBuffers();
      }
      end(&making);
    });
    return {};
  });
  while (!left.empty()) {
    Making* const making = left.front();
    making->result_ = std::unexpected(made ? Error::Of(ErrorKind::kInternal) : made.error());
    end(making);
  }
}

}  // namespace whittle::service
