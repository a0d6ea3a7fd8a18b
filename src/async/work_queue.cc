#include "async/work_queue.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace whittle::async {
namespace {

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

WorkQueue::Stats WorkQueue::stats() const {
  const std::lock_guard lock(mutex_);
  return {static_cast<int>(running_.size()), static_cast<int>(to_prepare_.size() + to_run_.size()),
          options_.workers};
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
