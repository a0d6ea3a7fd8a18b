// The side of WorkQueue that waits: who is let in, and how somebody waits for work to be done.
#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "async/work_queue.h"

namespace whittle::async {
namespace {

using std::chrono::nanoseconds;

// For a worker that is free to take what nobody else waits for, whatever the time to wait.
constexpr auto kGrace = std::chrono::milliseconds(100);

}  // namespace

std::uint64_t WorkQueue::MostBytes(std::uint64_t beside) const {
  const std::uint64_t sources = std::max(budget_.sources(), beside);
  return budget_.capacity() - std::min(budget_.capacity(), sources);
}

std::optional<WorkQueue::Coming> WorkQueue::Admit(const Terms& terms) {
  const std::lock_guard lock(mutex_);
  if (!AdmitsLocked(terms, usual_cpu_)) return std::nullopt;
  return Coming(*this);
}

bool WorkQueue::AdmitsLocked(const Terms& terms, nanoseconds cpu) {
  const auto now = Clock::now();
  const std::int64_t unknown = static_cast<std::int64_t>(to_prepare_.size()) + coming_.load();
  if (HasRoomLocked() &&
      to_run_.Admits(now, ExpectedWaitLocked(now, cpu, unknown), terms.until - now, cpu)) {
    return true;
  }
  return to_run_.ToMakeRoomFor(terms.client) != nullptr;
}

bool WorkQueue::HasRoomLocked() const {
  const std::size_t waiting =
      to_prepare_.size() + to_run_.size() + static_cast<std::size_t>(coming_.load());
  return waiting < static_cast<std::size_t>(options_.max_waiting) *
                       static_cast<std::size_t>(options_.workers);
}

bool WorkQueue::HasThreadLocked(bool is_short) const {
  const int running = static_cast<int>(running_.size());
  if (running < options_.workers) return true;
  return is_short && running == options_.workers && running_long_ == running;
}

// What one of `cpu` that came at `since` has before it. Of work that nobody has looked into, what
// is usual is thought; it comes later than what was looked into already.
Clock::duration WorkQueue::ExpectedWaitLocked(Clock::time_point since, nanoseconds cpu,
                                              std::int64_t unknown) const {
  if (HasThreadLocked(IsShort(cpu)) && unknown == 0 && to_run_.empty()) return {};
  nanoseconds sum = to_run_.Before(since, cpu) + (kPrepareCpu + usual_cpu_) * unknown;
  // One that has run for longer than was thought is nearly done, by and large.
  const auto now = Clock::now();
  for (const Step* step : running_) {
    const nanoseconds done = now - step->began;
    sum += std::max(step->cpu - done, step->cpu / 8);
  }
  return std::chrono::duration_cast<Clock::duration>(sum) / options_.workers;
}

Awaitable<Expected<void>> WorkQueue::Do(Work& work, Terms terms) {
  if (terms.stop.stop_requested()) co_return Fail(ErrorKind::kCancelled);
  const auto executor = co_await asio::this_coro::executor;
  Entry entry;
  entry.client = terms.client;
  entry.since = terms.since;
  entry.until = terms.until;
  entry.work = &work;
  entry.event = std::make_shared<Event>(executor);
  Clock::time_point until;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (!HasRoomLocked()) co_return Fail(ErrorKind::kOverloaded, kRefused);
    const bool has_thread = HasThreadLocked(IsShort(kPrepareCpu));
    if (to_prepare_.empty() && to_run_.empty() && has_thread) {
      entry.until = std::max(entry.until, Clock::now() + kGrace);
    }
    wake = has_thread;
    until = entry.until;
    to_prepare_.push_back(&entry);
  }
  if (wake) changes_.WakeOne();
  const auto outcome = co_await entry.event->Wait(until, terms.stop);
  if (outcome != Event::Outcome::kSet) {
    if (!LeaveIfWaiting(entry, executor)) co_await entry.event->Wait();
    if (entry.state != State::kDone) {
      if (outcome == Event::Outcome::kStopped) co_return Fail(ErrorKind::kCancelled);
      co_return Fail(ErrorKind::kOverloaded, kWaitedTooLong);
    }
  }
  if (entry.thrown) std::rethrow_exception(entry.thrown);
  co_return std::move(entry.outcome);
}

// True when nobody works on it, and nobody will. Else its event is one that was not waited for yet.
bool WorkQueue::LeaveIfWaiting(Entry& entry, const Strand& strand) {
  const std::lock_guard lock(mutex_);
  if (entry.state == State::kToPrepare) {
    std::erase(to_prepare_, &entry);
    return true;
  }
  if (entry.state == State::kToRun) {
    to_run_.Remove(&entry);
    changes_.WakeOne();  // those behind it may have waited for its sake alone
    return true;
  }
  // Its waiter has to stay all the same, and an event is waited for once.
  auto again = std::make_shared<Event>(strand);
  if (entry.state == State::kDone) again->Set();
  entry.event = std::move(again);
  entry.until = Clock::time_point::min();
  return false;
}

}  // namespace whittle::async
