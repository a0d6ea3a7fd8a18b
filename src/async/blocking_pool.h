// BlockingPool: threads for calls that may never come back, as reads of a disk that has died.
//
// A job has its place in a queue, a thread, and a limit of time. Whoever waits for it leaves at the
// limit with kUpstreamTimeout, or as soon as it is told to stop; the thread stays in the call. One
// that is in a call for longer than `patience` counts as lost and another is started in its place,
// up to a number; when its call comes back after all, it ends. So files that hang cost others
// nothing, until they have cost all threads that may be lost.
//
// Thread-safe. Cost: two locks and two queue operations, some microseconds. Jobs must own or share
// all that they touch, for they may outlive who asked for them.
#pragma once

#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

#include "async/event.h"
#include "whittle/expected.h"

namespace whittle::async {

class BlockingPool {
 public:
  struct Options {
    std::string name = "blocking";  ///< of the threads, 15 characters
    int threads = 4;
    int most_lost = 8;
    Clock::duration patience = std::chrono::milliseconds(250);
    Clock::duration limit = std::chrono::seconds(5);  ///< of one job, from its start
    std::size_t max_waiting = 4096;
  };

  struct Stats {
    int running = 0;  ///< jobs on threads that are not lost
    int waiting = 0;
    int lost = 0;
  };

  explicit BlockingPool(Options options);
  /// Leaves lost threads behind, which touch nothing of this object any more.
  ~BlockingPool() { Join(); }
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// What `job` returns, an Expected. Errors besides its own: kUpstreamTimeout (its time was up),
  /// kOverloaded (too many wait, or `until` came before its turn), kCancelled. What it throws is
  /// kInternal. The coroutine must run on a strand.
  template <class F, class R = std::invoke_result_t<F&>>
  Awaitable<R> Run(F job, Clock::time_point until, std::stop_token stop);

  Stats stats() const;
  /// Has every thread that is not in a job run `job` once, and the others after theirs.
  void OnEachThread(std::function<void()> job);
  /// Nothing is run any more. Waits a moment for jobs under way; the others' threads are lost.
  void Join();

 private:
  struct Job {
    std::function<void()> run;
    std::shared_ptr<Event> event;      // null once nobody waits
    Clock::time_point began = kNever;  // under the state's lock
    bool done = false;
    bool lost = false;
  };
  struct State;
  using Call = std::shared_ptr<const std::function<void()>>;

  enum class Verdict : std::uint8_t { kDone, kStopped, kNoThread, kLost, kWaits };

  bool Add(const std::shared_ptr<Job>& job);
  Clock::time_point NextLook(const Job& job, Clock::time_point until) const;
  Verdict Look(const std::shared_ptr<Job>& job, Event::Outcome outcome, Clock::time_point until);
  std::shared_ptr<Event> Renew(Job& job, const Strand& strand);
  static void Serve(const std::shared_ptr<State>& state, Call called);
  static void StartThreads(const std::shared_ptr<State>& state);
  void ReplaceSlowLocked(Clock::time_point now);

  const std::shared_ptr<State> state_;
};

// The threads hold it, too: a lost one may come back when the pool has gone.
struct BlockingPool::State {
  explicit State(Options given) : options(std::move(given)) {}
  const Options options;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Job>> waiting;
  std::list<std::shared_ptr<Job>> running;  // on threads that are not lost
  std::list<std::shared_ptr<Job>> slow;     // on those that are
  int threads = 0;                          // not lost
  int lost = 0;
  bool ends = false;
  Call call;  // of OnEachThread, the last one
};

template <class F, class R>
Awaitable<R> BlockingPool::Run(F job, Clock::time_point until, std::stop_token stop) {
  const auto executor = co_await asio::this_coro::executor;
  // The job's, and ours while we wait: it outlives both.
  const auto result = std::make_shared<R>(Fail(ErrorKind::kInternal));
  const auto entry = std::make_shared<Job>();
  entry->event = std::make_shared<Event>(executor);
  entry->run = [result, work = std::move(job)]() mutable {
    try {
      *result = work();
    } catch (const std::exception& e) {
      *result = Fail(ErrorKind::kInternal, e.what());
    }
  };
  if (!Add(entry)) co_return Fail(ErrorKind::kOverloaded, "too many wait for files");
  std::shared_ptr<Event> event = entry->event;
  while (true) {
    const auto outcome = co_await event->Wait(NextLook(*entry, until), stop);
    switch (Look(entry, outcome, until)) {
      case Verdict::kDone:
        co_return std::move(*result);
      case Verdict::kStopped:
        co_return Fail(ErrorKind::kCancelled);
      case Verdict::kNoThread:
        co_return Fail(ErrorKind::kOverloaded, "waited too long for a file thread");
      case Verdict::kLost:
        co_return Fail(ErrorKind::kUpstreamTimeout, "the read did not end");
      case Verdict::kWaits:
        event = Renew(*entry, executor);  // an event is waited for once
    }
  }
}

}  // namespace whittle::async
