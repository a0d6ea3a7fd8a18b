// WorkQueue: the worker threads, and the one place where work waits for them and for its memory.
//
// Work comes in two steps. Prepare is short (a header, a plan) and says what Run will cost in bytes
// and CPU time; then the work is refused at once, if it could not be served in time, or waits until
// a worker and the bytes are there, and runs. A worker takes the next step itself, so between two
// of them no thread of another kind has to have its turn. Order and refusal: waiting_list.h.
//
// Short work is never behind long work: there is one thread more than `workers`, which takes short
// steps alone, and those only while all workers are held by long ones.
//
// Work of one kin that waits at the same moment is run together by one worker, as far as its bytes
// are there and nobody waits much longer for it (taken_along.h). Work that could turn out to be of
// one kin is prepared before any of it runs.
//
// A thread that ends a step looks for the next itself; others are woken only where they could take
// something now, the one that fell asleep last first (event_count.h).
//
// Thread-safe. Cost: two uncontended locks for each step, and a wake-up where a thread is free.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "async/budget.h"
#include "async/event.h"
#include "async/event_count.h"
#include "async/waiting_list.h"
#include "whittle/expected.h"

namespace whittle::async {

/// What a worker does. Prepare and Run run on a worker, one after the other, and may throw.
class Work {
 public:
  /// One of those that are run together, with its memory: for its own bytes, and of the first for
  /// the shared ones, too.
  struct Share {
    Work* work = nullptr;
    Budget::Ticket memory;
  };

  virtual ~Work() = default;
  /// The subject of its kin, if it may have one: known before it is prepared.
  virtual const void* subject() const { return nullptr; }
  /// A few milliseconds at most. What Run will cost; nothing when there is nothing to run.
  virtual std::optional<Cost> Prepare() = 0;
  /// `memory` is for Cost::bytes. The work may keep it.
  virtual void Run(Budget::Ticket memory) = 0;
  /// Run for all of `shares`, which are of one kin; this is the first of them. `done` is to be
  /// called for each as soon as it has ended, and the work may be gone then.
  virtual void RunTogether(std::span<Share> shares, const std::function<void(Work&)>& done);
};

class WorkQueue {
 public:
  struct Options {
    std::string name = "worker";  ///< of the threads, 15 characters
    int workers = 1;
    int nice = 0;  ///< is added to the threads' niceness, so that computing leaves room for I/O
    int max_waiting = 64;                                ///< for each worker
    Clock::duration max_wait = std::chrono::seconds(2);  ///< what the order of jobs is made for
    /// Work up to here is short, a thumbnail of an ordinary photo; 0: nothing is.
    std::chrono::nanoseconds short_work = std::chrono::milliseconds(60);
  };

  /// How somebody waits.
  struct Terms {
    std::uint64_t client = 0;  ///< who asks, for fairness; 0: nobody in particular
    Clock::time_point since;   ///< when the request came
    Clock::time_point until;   ///< when waiting is over
    std::stop_token stop;      ///< ends the wait; the work itself has to look at its own
  };

  struct Stats {
    int running = 0;
    int waiting = 0;
    int workers = 0;
  };

  /// `budget` must outlive the queue, which listens to it.
  WorkQueue(Options options, Budget& budget);
  /// Ends the threads once their step is done. Nobody may be in Do.
  ~WorkQueue() { Join(); }
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  /// Work that was let in and is on its way to Do: others are judged as if it waited already. Ends
  /// with Do, or when it is destroyed.
  class [[nodiscard]] Coming {
   public:
    Coming() = default;
    Coming(Coming&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
    Coming& operator=(Coming&& other) noexcept {
      std::swap(queue_, other.queue_);
      return *this;
    }
    ~Coming() { End(); }
    void End() {
      if (WorkQueue* queue = std::exchange(queue_, nullptr)) --queue->coming_;
    }

   private:
    friend class WorkQueue;
    explicit Coming(WorkQueue& queue) : queue_(&queue) { ++queue.coming_; }
    WorkQueue* queue_ = nullptr;
  };

  /// Whether work that is like most of late would be let in; never waits. The time to ask is before
  /// anything is spent on a request.
  std::optional<Coming> Admit(const Terms& terms);

  /// Does the work, and rethrows what it throws. Errors: kTooLarge (it could never have the bytes),
  /// kOverloaded (refused, or waited too long), kCancelled (stopped while it waited). With an error
  /// Run was not called. The coroutine must run on a strand, and `work` lives until it ends.
  Awaitable<Expected<void>> Do(Work& work, Terms terms);

  /// The most bytes that a job may ask for: with them, its source and all others have room.
  std::uint64_t MostBytes(std::uint64_t beside = 0) const;
  Stats stats() const;
  /// Has every thread run `job` once, between two steps of its work: soon, when it has none.
  void OnEachThread(std::function<void()> job);
  void Join();

 private:
  // What a step is thought to take as long as nothing is known.
  static constexpr std::chrono::nanoseconds kPrepareCpu = std::chrono::microseconds(200);
  static constexpr const char* kRefused = "refused: too much work waits";
  static constexpr const char* kWaitedTooLong = "waited too long for a worker";

  enum class State : std::uint8_t { kToPrepare, kPreparing, kToRun, kRunning, kDone };

  struct Entry : WaitingList::Job {
    Work* work = nullptr;
    State state = State::kToPrepare;
    Clock::time_point until;
    std::shared_ptr<Event> event;  // set once it is done
    Expected<void> outcome;
    std::exception_ptr thrown;
    Budget::Ticket memory;
  };

  // What a thread does at the moment: it prepares one, or runs some together.
  struct Step {
    std::vector<Entry*> entries;     // that are not done; the first is the one whose turn it was
    const void* prepares = nullptr;  // the subject of what is prepared
    bool is_short = false;
    Clock::time_point began;
    std::chrono::nanoseconds cpu{};  // that it will probably take
  };

  void Serve(const std::stop_token& end);
  bool Next(Step& step);
  Entry* NextToRunLocked();
  bool MatesComeLocked(const Entry& entry) const;
  void TakeAlongLocked(Step& step);
  std::shared_ptr<const std::function<void()>> Call() const;
  std::optional<Cost> DoStep(Step& step);
  void DoTogether(Step& step);
  void Done(Step& step, const Work& work);
  void EndStep(Step& step, const std::optional<Cost>& cost);
  void PreparedLocked(Entry& entry, const std::optional<Cost>& cost);
  bool LeaveIfWaiting(Entry& entry, const Strand& strand);
  void FinishLocked(Entry& entry);
  bool IsShort(std::chrono::nanoseconds cpu) const { return cpu <= options_.short_work; }
  bool HasRoomLocked() const;
  bool HasThreadLocked(bool is_short) const;
  Clock::duration ExpectedWaitLocked(Clock::time_point since, std::chrono::nanoseconds cpu,
                                     std::int64_t unknown) const;
  bool AdmitsLocked(const Terms& terms, std::chrono::nanoseconds cpu);

  const Options options_;
  Budget& budget_;
  mutable std::mutex mutex_;
  std::deque<Entry*> to_prepare_;
  WaitingList to_run_;
  std::vector<Step*> running_;
  int running_long_ = 0;
  std::chrono::nanoseconds usual_cpu_{};               // of work that was prepared of late
  std::shared_ptr<const std::function<void()>> call_;  // of OnEachThread, the last one
  std::atomic<int> coming_ = 0;
  std::atomic<bool> wants_bytes_ = false;  // somebody could run now if there were bytes
  EventCount changes_;
  std::vector<std::jthread> threads_;
};

}  // namespace whittle::async
