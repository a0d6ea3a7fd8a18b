#include "async/waiting_list.h"

#include <algorithm>

namespace whittle::async {
namespace {

// A job comes after those who arrive within so many times its own cost.
constexpr int kPatience = 8;
// Below so many jobs a client is no crowd: some thumbnails of one page.
constexpr std::size_t kCrowd = 8;
// A queue that stands holds so many jobs for each worker, if they are neither short nor long. With
// fewer, a worker would now and then find none; each one more keeps its source in memory, and out
// of the caches by the time that it is decoded.
constexpr int kJobsThatStand = 16;

}  // namespace

Clock::time_point WaitingList::TurnOf(Clock::time_point since, std::chrono::nanoseconds cpu) const {
  const auto later = std::chrono::duration_cast<Clock::duration>(cpu);
  // Compared before it is multiplied, which could overflow.
  return since + (later > max_wait_ / 2 / kPatience ? max_wait_ / 2 : later * kPatience);
}

void WaitingList::Add(Job* job) {
  job->turn = TurnOf(job->since, job->cost.cpu);
  const auto is_kin = [job](const Job* other) { return other->cost.kin == job->cost.kin; };
  job->rides = job->cost.kin && std::ranges::any_of(jobs_, is_kin);
  const auto later = [job](const Job* other) { return other->turn > job->turn; };
  jobs_.insert(std::ranges::find_if(jobs_, later), job);
  if (job->client != 0) ++by_client_[job->client];
}

void WaitingList::Remove(Job* job) {
  std::erase(jobs_, job);
  if (job->cost.kin && !job->rides) {
    const auto is_kin = [job](const Job* other) { return other->cost.kin == job->cost.kin; };
    if (const auto heir = std::ranges::find_if(jobs_, is_kin); heir != jobs_.end()) {
      (*heir)->rides = false;
    }
  }
  if (job->client == 0) return;
  const auto count = by_client_.find(job->client);
  if (--count->second == 0) by_client_.erase(count);
}

std::uint64_t WaitingList::Crowd() const {
  for (const auto& [client, count] : by_client_) {
    if (count >= kCrowd && count > jobs_.size() / 2) return count == jobs_.size() ? 0 : client;
  }
  return 0;
}

std::vector<WaitingList::Job*> WaitingList::KinOf(const Kin& kin) const {
  std::vector<Job*> found;
  for (Job* job : jobs_) {
    if (job->cost.kin == kin) found.push_back(job);
  }
  return found;
}

std::chrono::nanoseconds WaitingList::Before(Clock::time_point now,
                                             std::chrono::nanoseconds cpu) const {
  const Clock::time_point turn = TurnOf(now, cpu);
  std::chrono::nanoseconds sum{};
  for (const Job* job : jobs_) {
    if (job->turn > turn) break;
    sum += job->counted();
  }
  return sum;
}

// How long the queue may keep such a job waiting, when it stands.
Clock::duration WaitingList::TargetFor(std::chrono::nanoseconds cpu) const {
  const Clock::duration least = max_wait_ / 16;
  const Clock::duration most = max_wait_ / 4;
  // Compared before it is multiplied, which could overflow.
  if (cpu > most / kJobsThatStand) return most;
  return std::max(least, std::chrono::duration_cast<Clock::duration>(cpu * kJobsThatStand));
}

bool WaitingList::Admits(Clock::time_point now, Clock::duration expected, Clock::duration left,
                         std::chrono::nanoseconds cpu) {
  const Clock::duration target = TargetFor(cpu);
  if (expected <= target / 2) low_at_ = now;
  if (expected <= Clock::duration::zero()) return true;
  if (now - low_at_ > max_wait_) stood_at_ = now;
  // One moment without newcomers empties a short queue, and would let it grow long once more.
  const bool stands = now - stood_at_ < max_wait_;
  return expected <= (stands ? std::min(target, left) : left / 10 * 7);
}

WaitingList::Job* WaitingList::ToMakeRoomFor(std::uint64_t client) const {
  for (const auto& [other, count] : by_client_) {
    if (other == client || count < kCrowd || count <= jobs_.size() / 2) continue;
    const auto last = std::ranges::find(jobs_.rbegin(), jobs_.rend(), other, &Job::client);
    return *last;
  }
  return nullptr;
}

}  // namespace whittle::async
