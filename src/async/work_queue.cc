#include "async/work_queue.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <utility>

namespace whittle::async {
namespace {

using std::chrono::nanoseconds;

// What a step is thought to take as long as nothing is known.
constexpr nanoseconds kPrepareCpu = std::chrono::microseconds(200);

// For a worker that is free to take what nobody else waits for, whatever the time to wait.
constexpr auto kGrace = std::chrono::milliseconds(100);

constexpr const char* kRefused = "refused: too much work waits";
constexpr const char* kWaitedTooLong = "waited too long for a worker";

// Linux counts niceness by thread. Being refused is no reason not to work.
void AddNice(int nice) {
  const auto self = static_cast<id_t>(gettid());
  errno = 0;
  const int now = getpriority(PRIO_PROCESS, self);
  if (nice != 0 && errno == 0) setpriority(PRIO_PROCESS, self, now + nice);
}

}  // namespace

WorkQueue::WorkQueue(Options options, Budget& budget)
    : options_(std::move(options)), budget_(budget), to_run_(options_.max_wait, Clock::now()) {
  budget_.OnReturn([this] { Wake(false); });
  for (int i = 0; i < options_.workers + 1; ++i) {
    threads_.emplace_back([this](const std::stop_token& end) {
      pthread_setname_np(pthread_self(), options_.name.substr(0, 15).c_str());
      AddNice(options_.nice);
      Serve(end);
    });
  }
}

void WorkQueue::Join() {
  for (std::jthread& thread : threads_) thread.request_stop();
  Wake(true);
  threads_.clear();
}

// Threads look at the count before they look for work, so a change in between is not missed.
void WorkQueue::Wake(bool all) {
  ++changes_;
  if (all) {
    changes_.notify_all();
  } else {
    changes_.notify_one();
  }
}

std::uint64_t WorkQueue::MostBytes(std::uint64_t beside) const {
  const std::uint64_t sources = std::max(budget_.sources(), beside);
  return budget_.capacity() - std::min(budget_.capacity(), sources);
}

WorkQueue::Stats WorkQueue::stats() const {
  const std::lock_guard lock(mutex_);
  return {static_cast<int>(running_.size()), static_cast<int>(to_prepare_.size() + to_run_.size()),
          options_.workers};
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

// What one of `cpu` that came at `since` has before it. Of work that nobody has looked into, what
// is usual is thought; it comes later than what was looked into already.
Clock::duration WorkQueue::ExpectedWaitLocked(Clock::time_point since, nanoseconds cpu,
                                              std::int64_t unknown) const {
  if (HasThreadLocked(IsShort(cpu)) && unknown == 0 && to_run_.empty()) return {};
  nanoseconds sum = to_run_.Before(since, cpu) + (kPrepareCpu + usual_cpu_) * unknown;
  // One that has run for longer than was thought is nearly done, by and large.
  const auto now = Clock::now();
  for (const Entry* entry : running_) {
    const nanoseconds done = now - entry->began;
    sum += std::max(entry->cost.cpu - done, entry->cost.cpu / 8);
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
  {
    const std::lock_guard lock(mutex_);
    if (!HasRoomLocked()) co_return Fail(ErrorKind::kOverloaded, kRefused);
    if (to_prepare_.empty() && to_run_.empty() && HasThreadLocked(IsShort(kPrepareCpu))) {
      entry.until = std::max(entry.until, Clock::now() + kGrace);
    }
    until = entry.until;
    to_prepare_.push_back(&entry);
  }
  Wake(false);
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
    Wake(false);  // those behind it may have waited for its sake alone
    return true;
  }
  // Its waiter has to stay all the same, and an event is waited for once.
  auto again = std::make_shared<Event>(strand);
  if (entry.state == State::kDone) again->Set();
  entry.event = std::move(again);
  entry.until = Clock::time_point::min();
  return false;
}

void WorkQueue::OnEachThread(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    call_ = std::make_shared<const std::function<void()>>(std::move(job));
  }
  Wake(true);
}

void WorkQueue::Serve(const std::stop_token& end) {
  std::shared_ptr<const std::function<void()>> called;
  while (!end.stop_requested()) {
    const std::uint32_t seen = changes_;
    if (auto call = Call(); call != called) {
      called = std::move(call);
      (*called)();
    }
    if (Entry* entry = Next()) {
      DoStep(*entry);
    } else if (!end.stop_requested()) {
      changes_.wait(seen);
    }
  }
}

bool WorkQueue::HasThreadLocked(bool is_short) const {
  const int running = static_cast<int>(running_.size());
  if (running < options_.workers) return true;
  return is_short && running == options_.workers && running_long_ == running;
}

std::shared_ptr<const std::function<void()>> WorkQueue::Call() const {
  const std::lock_guard lock(mutex_);
  return call_;
}

// A step that can be done now, with the memory that it needs; or null.
WorkQueue::Entry* WorkQueue::Next() {
  const std::lock_guard lock(mutex_);
  Entry* next = nullptr;
  if (!to_prepare_.empty() && HasThreadLocked(IsShort(kPrepareCpu))) {
    next = to_prepare_.front();
    to_prepare_.pop_front();
    next->state = State::kPreparing;
    next->is_short = IsShort(kPrepareCpu);
  } else {
    std::optional<Budget::Ticket> memory;
    const auto judge = [&](const WaitingList::Job& job) {
      if (!HasThreadLocked(IsShort(job.cost.cpu))) return WaitingList::Verdict::kNoThread;
      memory = budget_.Try(Budget::Use::kJob, job.cost.bytes);
      return memory ? WaitingList::Verdict::kTake : WaitingList::Verdict::kNoMemory;
    };
    next = static_cast<Entry*>(to_run_.Next(Clock::now(), judge));
    if (next == nullptr) return nullptr;
    next->memory = *std::move(memory);
    next->state = State::kRunning;
    next->is_short = IsShort(next->cost.cpu);
  }
  next->began = Clock::now();
  running_.push_back(next);
  if (!next->is_short) ++running_long_;
  // Bytes that come back wake one thread, and may be enough for several.
  if (HasThreadLocked(false) && !to_run_.empty()) Wake(false);
  return next;
}

void WorkQueue::DoStep(Entry& entry) {
  std::optional<Cost> cost;
  try {
    if (entry.state == State::kPreparing) {
      cost = entry.work->Prepare();
    } else {
      entry.work->Run(std::move(entry.memory));
    }
  } catch (...) {
    entry.thrown = std::current_exception();
  }
  Prepared(entry, cost);
  Wake(false);
}

// After a step: waits for the next one, or is done.
void WorkQueue::Prepared(Entry& entry, std::optional<Cost> cost) {
  const std::lock_guard lock(mutex_);
  std::erase(running_, &entry);
  if (!entry.is_short) --running_long_;
  if (entry.thrown || !cost) return FinishLocked(entry);
  const auto now = Clock::now();
  if (entry.until < now) {
    entry.outcome = Fail(ErrorKind::kOverloaded, kWaitedTooLong);
    return FinishLocked(entry);
  }
  if (cost->bytes > MostBytes(cost->beside)) {
    entry.outcome = Fail(ErrorKind::kTooLarge, "the job needs more than the memory budget");
    return FinishLocked(entry);
  }
  entry.cost = *cost;
  usual_cpu_ += (cost->cpu - usual_cpu_) / 16;
  const Clock::duration left = entry.until - now;
  if (!to_run_.Admits(now, ExpectedWaitLocked(entry.since, cost->cpu, 0), left, cost->cpu)) {
    auto* const last = static_cast<Entry*>(to_run_.ToMakeRoomFor(entry.client));
    Entry& sent_away = last != nullptr ? *last : entry;
    if (last != nullptr) to_run_.Remove(last);
    sent_away.outcome = Fail(ErrorKind::kOverloaded, kRefused);
    FinishLocked(sent_away);
    if (last == nullptr) return;
  }
  entry.state = State::kToRun;
  to_run_.Add(&entry);
}

void WorkQueue::FinishLocked(Entry& entry) {
  entry.state = State::kDone;
  entry.event->Set();
}

}  // namespace whittle::async
