#include "async/work_queue.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "async/taken_along.h"

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
  budget_.OnReturn([this] {
    if (wants_bytes_) changes_.WakeOne();
  });
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
  changes_.WakeAll();
  threads_.clear();
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
  changes_.WakeAll();
}

void WorkQueue::Serve(const std::stop_token& end) {
  std::shared_ptr<const std::function<void()>> called;
  EventCount::Seen seen = changes_.Look();
  while (!end.stop_requested()) {
    if (auto call = Call(); call != called) {
      called = std::move(call);
      (*called)();
    }
    if (Step step; Next(step)) {
      const std::optional<Cost> cost = DoStep(step);
      seen = changes_.Look();  // before there is a free thread, or another would be woken
      EndStep(step, cost);
    } else {
      seen = changes_.Wait(seen);
    }
  }
  changes_.Found();
}

std::shared_ptr<const std::function<void()>> WorkQueue::Call() const {
  const std::lock_guard lock(mutex_);
  return call_;
}

// A step that can be done now, with the memory that it needs.
bool WorkQueue::Next(Step& step) {
  const std::lock_guard lock(mutex_);
  if (!to_prepare_.empty() && HasThreadLocked(IsShort(kPrepareCpu))) {
    Entry* const next = to_prepare_.front();
    to_prepare_.pop_front();
    next->state = State::kPreparing;
    step.entries.push_back(next);
    step.prepares = next->work->subject();
    step.is_short = IsShort(kPrepareCpu);
  } else {
    Entry* const next = NextToRunLocked();
    if (next == nullptr) return false;
    next->state = State::kRunning;
    step.entries.push_back(next);
    step.cpu = next->cost.cpu;
    if (PaysTogether(next->cost)) TakeAlongLocked(step);
    step.is_short = IsShort(step.cpu);
  }
  step.began = Clock::now();
  running_.push_back(&step);
  if (!step.is_short) ++running_long_;
  changes_.Found();
  // One is woken for several, and bytes that come back may be enough for several, too.
  const bool one_more = HasThreadLocked(IsShort(kPrepareCpu)) && !to_prepare_.empty();
  if (one_more || (HasThreadLocked(false) && !to_run_.empty())) changes_.WakeOne();
  return true;
}

WorkQueue::Entry* WorkQueue::NextToRunLocked() {
  std::optional<Budget::Ticket> memory;
  wants_bytes_ = false;
  const auto judge = [&](const WaitingList::Job& job) {
    if (!HasThreadLocked(IsShort(job.cost.cpu))) return WaitingList::Verdict::kNoThread;
    if (MatesComeLocked(static_cast<const Entry&>(job))) return WaitingList::Verdict::kNoThread;
    memory = budget_.Try(Budget::Use::kJob, job.cost.bytes);
    if (!memory && !wants_bytes_.exchange(true)) {
      // Bytes that came back before that was said woke nobody.
      memory = budget_.Try(Budget::Use::kJob, job.cost.bytes);
    }
    return memory ? WaitingList::Verdict::kTake : WaitingList::Verdict::kNoMemory;
  };
  auto* const next = static_cast<Entry*>(to_run_.Next(Clock::now(), judge));
  if (next != nullptr) next->memory = *std::move(memory);
  return next;
}

// Whether work that could go along is being prepared at the moment. Never for long: a preparation
// takes a few milliseconds, and once enough is there to go along the others come too late.
bool WorkQueue::MatesComeLocked(const Entry& entry) const {
  if (!PaysTogether(entry.cost)) return false;
  const auto prepares = [&](const Step* step) { return step->prepares == entry.cost.kin.subject; };
  return std::ranges::any_of(running_, prepares) &&
         to_run_.KinOf(entry.cost.kin).size() < kMostTogether;
}

// Others of the kin whose bytes are there. A thread that is there for short work takes nobody.
void WorkQueue::TakeAlongLocked(Step& step) {
  Entry& first = *step.entries.front();
  const int idle = options_.workers - static_cast<int>(running_.size()) - 1;
  if (idle < 0 || to_run_.empty()) return;
  std::vector<WaitingList::Job*> mates = to_run_.KinOf(first.cost.kin);
  std::erase_if(mates, [](const WaitingList::Job* mate) { return !PaysTogether(mate->cost); });
  const auto others = static_cast<int>(to_run_.size() - mates.size());
  mates.resize(TakenAlong(first.cost, mates, idle - others));
  if (mates.empty()) return;
  if (!first.memory.Resize(first.cost.shared_bytes + first.cost.own_bytes)) return;
  for (WaitingList::Job* const job : mates) {
    auto memory = budget_.Try(Budget::Use::kJob, job->cost.own_bytes);
    if (!memory) break;
    auto* const mate = static_cast<Entry*>(job);
    to_run_.Remove(mate);
    mate->memory = *std::move(memory);
    mate->state = State::kRunning;
    step.entries.push_back(mate);
    step.cpu += mate->cost.own_cpu();
  }
  if (step.entries.size() == 1) first.memory.Resize(first.cost.bytes);
}

// Of a preparation, what it said.
std::optional<Cost> WorkQueue::DoStep(Step& step) {
  std::optional<Cost> cost;
  if (step.entries.size() > 1) {
    DoTogether(step);
    return cost;
  }
  Entry& entry = *step.entries.front();
  try {
    if (entry.state == State::kPreparing) {
      cost = entry.work->Prepare();
    } else {
      entry.work->Run(std::move(entry.memory));
    }
  } catch (...) {
    entry.thrown = std::current_exception();
  }
  return cost;
}

// Entries go as they are done; whoever waited for one may destroy it then.
void WorkQueue::DoTogether(Step& step) {
  std::vector<Work::Share> shares;
  shares.reserve(step.entries.size());
  for (Entry* entry : step.entries) shares.push_back({entry->work, std::move(entry->memory)});
  std::exception_ptr thrown;
  try {
    shares.front().work->RunTogether(shares, [&](const Work& work) { Done(step, work); });
  } catch (...) {
    thrown = std::current_exception();
  }
  shares.clear();
  const std::lock_guard lock(mutex_);
  for (Entry* entry : step.entries) entry->thrown = thrown;
}

void WorkQueue::Done(Step& step, const Work& work) {
  const std::lock_guard lock(mutex_);
  const auto entry = std::ranges::find(step.entries, &work, &Entry::work);
  FinishLocked(**entry);
  step.entries.erase(entry);
}

// What it prepared waits for its run, and all else is done.
void WorkQueue::EndStep(Step& step, const std::optional<Cost>& cost) {
  const std::lock_guard lock(mutex_);
  std::erase(running_, &step);
  if (!step.is_short) --running_long_;
  for (Entry* entry : step.entries) PreparedLocked(*entry, cost);
}

void WorkQueue::PreparedLocked(Entry& entry, const std::optional<Cost>& cost) {
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

// One after the other, where a work knows no better.
void Work::RunTogether(std::span<Share> shares, const std::function<void(Work&)>& done) {
  for (Share& share : shares) {
    share.work->Run(std::move(share.memory));
    done(*share.work);
  }
}

void WorkQueue::FinishLocked(Entry& entry) {
  entry.state = State::kDone;
  entry.event->Set();
}

}  // namespace whittle::async
