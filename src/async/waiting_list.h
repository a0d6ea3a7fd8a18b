// WaitingList: in which order jobs that wait for a worker have their turn, and who is refused.
//
// Short jobs go first, but nobody waits more than half of max_wait longer than in the order of
// arrival: a job's turn is when it came plus some times what it will cost. A client who has more
// than half of what waits comes after the others. One who came is refused when the jobs before it
// would take too long: most of its time while the queue is short-lived, a sixteenth of max_wait
// once the queue has stood for a while (more for a long job, a quarter at most), since a standing
// queue makes all wait and nobody faster (the idea of CoDel, RFC 8289, for jobs whose cost is
// known).
//
// Not thread-safe: WorkQueue's, under its lock. Cost: linear in what waits, a few nanoseconds each.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "async/event.h"

namespace whittle::async {

/// What jobs have in common that can be done together: equal ones are of one kind.
struct Kin {
  const void* subject = nullptr;  ///< null: none
  const void* terms = nullptr;
  std::uint32_t way = 0;
  explicit operator bool() const { return subject != nullptr; }
  friend bool operator==(const Kin&, const Kin&) = default;
};

/// What a job will hold and take, by estimate.
struct Cost {
  std::uint64_t bytes = 0;
  std::chrono::nanoseconds cpu{};
  std::uint64_t beside = 0;  ///< bytes of the budget that the job holds already, its source
  Kin kin = {};
  /// Where jobs are done together: what is held and done once, and bytes that each holds besides.
  std::uint64_t shared_bytes = 0;
  std::chrono::nanoseconds shared_cpu{};
  std::uint64_t own_bytes = 0;

  std::chrono::nanoseconds own_cpu() const { return cpu - shared_cpu; }
};

class WaitingList {
 public:
  /// A job that waits; its owner's, alive until it is removed.
  struct Job {
    std::uint64_t client = 0;  ///< who asks; 0: nobody in particular, who is never too many
    Cost cost;
    Clock::time_point since;  ///< when it came
    Clock::time_point turn;   ///< set by Add; the earliest goes first
    bool rides = false;       ///< set by Add: a job of its kin waits that pays for what they share
    std::chrono::nanoseconds counted() const { return rides ? cost.own_cpu() : cost.cpu; }
  };

  enum class Verdict : std::uint8_t { kTake, kNoThread, kNoMemory };

  WaitingList(Clock::duration max_wait, Clock::time_point now)
      : max_wait_(max_wait), low_at_(now), stood_at_(now - max_wait) {}

  void Add(Job* job);
  void Remove(Job* job);
  std::size_t size() const { return jobs_.size(); }
  bool empty() const { return jobs_.empty(); }

  /// The next whose turn it is and that `judge` takes, removed; or null. Jobs that have waited long
  /// and find no memory keep all behind them waiting: else small ones would never leave them room.
  template <class Judge>
  Job* Next(Clock::time_point now, Judge judge) {
    const std::uint64_t crowd = Crowd();
    for (const bool of_crowd : {false, true}) {
      for (Job* job : jobs_) {
        if ((crowd != 0 && job->client == crowd) != of_crowd) continue;
        const Verdict verdict = judge(*job);
        if (verdict == Verdict::kTake) {
          Remove(job);
          return job;
        }
        if (verdict == Verdict::kNoMemory && now - job->since > max_wait_ / 4) return nullptr;
      }
      if (crowd == 0) break;
    }
    return nullptr;
  }

  /// Those of `kin`, by turn.
  std::vector<Job*> KinOf(const Kin& kin) const;

  /// CPU time of what would have its turn before a job that costs `cpu` and came at `now`.
  std::chrono::nanoseconds Before(Clock::time_point now, std::chrono::nanoseconds cpu) const;
  /// Whether one may wait who has `left` time, would wait for `expected` and then take `cpu`.
  bool Admits(Clock::time_point now, Clock::duration expected, Clock::duration left,
              std::chrono::nanoseconds cpu);
  /// The job to be sent away for the sake of a newcomer of `client`: the last of a client who has
  /// more than half of what waits; null when nobody has, or the newcomer is that client.
  Job* ToMakeRoomFor(std::uint64_t client) const;

 private:
  Clock::time_point TurnOf(Clock::time_point since, std::chrono::nanoseconds cpu) const;
  Clock::duration TargetFor(std::chrono::nanoseconds cpu) const;
  std::uint64_t Crowd() const;

  const Clock::duration max_wait_;
  std::vector<Job*> jobs_;  // by turn
  std::unordered_map<std::uint64_t, std::size_t> by_client_;
  Clock::time_point low_at_;    // when the queue was short last
  Clock::time_point stood_at_;  // when it had not been for max_wait
};

}  // namespace whittle::async
