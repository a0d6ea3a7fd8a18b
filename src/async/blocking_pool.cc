#include "async/blocking_pool.h"

#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <system_error>
#include <thread>

namespace whittle::async {
namespace {

// How long the end waits for calls to come back.
constexpr auto kJoin = std::chrono::milliseconds(200);

}  // namespace

BlockingPool::BlockingPool(Options options) : state_(std::make_shared<State>(std::move(options))) {
  const std::lock_guard lock(state_->mutex);
  StartThreads(state_);
}

void BlockingPool::Join() {
  std::deque<std::shared_ptr<Job>> never_run;  // what they hold goes without the lock
  std::unique_lock lock(state_->mutex);
  state_->ends = true;
  never_run.swap(state_->waiting);
  state_->changed.notify_all();
  state_->changed.wait_for(lock, kJoin, [this] { return state_->threads == 0; });
  for (const std::shared_ptr<Job>& job : state_->running) job->lost = true;
  state_->lost += static_cast<int>(state_->running.size());
  state_->slow.splice(state_->slow.end(), state_->running);
  state_->threads = 0;
  // Their threads may outlive the strands of those who waited.
  for (const std::shared_ptr<Job>& job : state_->slow) job->event.reset();
}

BlockingPool::Stats BlockingPool::stats() const {
  const std::lock_guard lock(state_->mutex);
  return {static_cast<int>(state_->running.size()), static_cast<int>(state_->waiting.size()),
          state_->lost};
}

void BlockingPool::OnEachThread(std::function<void()> job) {
  const std::lock_guard lock(state_->mutex);
  state_->call = std::make_shared<const std::function<void()>>(std::move(job));
  state_->changed.notify_all();
}

// Under the lock. The threads are detached, since a lost one cannot be joined; Join counts.
void BlockingPool::StartThreads(const std::shared_ptr<State>& state) {
  try {
    while (state->threads < state->options.threads) {
      std::thread thread([state, called = state->call] { Serve(state, called); });
      pthread_setname_np(thread.native_handle(), state->options.name.substr(0, 15).c_str());
      thread.detach();
      ++state->threads;
    }
  } catch (const std::system_error&) {
    // The system has none for us now. Those that are there do the work, and each job that comes or
    // waits tries again.
    return;
  }
}

// `called`: what was asked of each thread before this one was there.
void BlockingPool::Serve(const std::shared_ptr<State>& state, Call called) {
  std::unique_lock lock(state->mutex);
  while (true) {
    state->changed.wait(
        lock, [&] { return state->ends || !state->waiting.empty() || state->call != called; });
    if (state->call != called) {
      called = state->call;
      lock.unlock();
      (*called)();
      lock.lock();
      continue;
    }
    if (state->waiting.empty()) break;
    const std::shared_ptr<Job> job = std::move(state->waiting.front());
    state->waiting.pop_front();
    job->began = Clock::now();
    state->running.push_back(job);
    lock.unlock();
    job->run();
    job->run = nullptr;  // what it holds goes without the lock
    lock.lock();
    job->done = true;
    if (job->event) job->event->Set();
    if (job->lost) {  // another has taken this thread's place
      std::erase(state->slow, job);
      --state->lost;
      return;
    }
    std::erase(state->running, job);
  }
  --state->threads;
  state->changed.notify_all();
}

bool BlockingPool::Add(const std::shared_ptr<Job>& job) {
  const std::lock_guard lock(state_->mutex);
  if (state_->ends || state_->waiting.size() >= state_->options.max_waiting) return false;
  // Those who wait for a hung job may have left: nobody else would notice.
  ReplaceSlowLocked(Clock::now());
  if (state_->threads == 0) return false;
  state_->waiting.push_back(job);
  state_->changed.notify_one();
  return true;
}

Clock::time_point BlockingPool::NextLook(const Job& job, Clock::time_point until) const {
  const std::lock_guard lock(state_->mutex);
  if (job.began != kNever) return job.began + state_->options.limit;
  return std::min(until, Clock::now() + state_->options.patience);
}

BlockingPool::Verdict BlockingPool::Look(const std::shared_ptr<Job>& job, Event::Outcome outcome,
                                         Clock::time_point until) {
  const std::lock_guard lock(state_->mutex);
  if (job->done) return Verdict::kDone;
  const auto now = Clock::now();
  ReplaceSlowLocked(now);
  const bool begun = job->began != kNever;
  if (outcome == Event::Outcome::kStopped || (!begun && (now >= until || state_->ends))) {
    if (!begun) std::erase(state_->waiting, job);
    job->event.reset();
    return outcome == Event::Outcome::kStopped ? Verdict::kStopped : Verdict::kNoThread;
  }
  if (!begun || now < job->began + state_->options.limit) return Verdict::kWaits;
  job->event.reset();
  return Verdict::kLost;
}

std::shared_ptr<Event> BlockingPool::Renew(Job& job, const Strand& strand) {
  const std::lock_guard lock(state_->mutex);
  job.event = std::make_shared<Event>(strand);
  if (job.done) job.event->Set();
  return job.event;
}

void BlockingPool::ReplaceSlowLocked(Clock::time_point now) {
  const Clock::duration patience = std::min(state_->options.patience, state_->options.limit);
  for (auto at = state_->running.begin(); at != state_->running.end();) {
    const auto next = std::next(at);
    if (now >= (*at)->began + patience && state_->lost < state_->options.most_lost) {
      (*at)->lost = true;
      ++state_->lost;
      --state_->threads;
      state_->slow.splice(state_->slow.end(), state_->running, at);
    }
    at = next;
  }
  if (!state_->ends) StartThreads(state_);
}

}  // namespace whittle::async
