#include "service/workspaces.h"

#include <algorithm>
#include <utility>

namespace whittle::service {

Workspaces::Workspaces(async::Budget& budget) : budget_(budget) {
  budget_.AddReclaimer([this](std::uint64_t bytes) { GiveWay(bytes); });
}

Workspaces::Loan Workspaces::Get() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Idle idle = std::move(idle_.back());
      idle_.pop_back();
      return {*this, std::move(idle.workspace), std::move(idle.memory)};
    }
  }
  return {*this, std::make_unique<pipeline::Workspace>(), {}};
}

// Kept only if there are bytes for it, which its job has not given back yet.
void Workspaces::Return(std::unique_ptr<pipeline::Workspace> workspace,
                        async::Budget::Ticket memory) {
  const std::uint64_t bytes = workspace->bytes();
  memory.Return();
  auto ticket = budget_.Try(async::Budget::Use::kIdle, bytes);
  if (!ticket) return;
  const std::lock_guard lock(mutex_);
  idle_.push_back({std::move(workspace), Clock::now(), *std::move(ticket)});
}

// The one used last is the last to go: it is warm.
void Workspaces::GiveWay(std::uint64_t bytes) {
  std::vector<Idle> gone;
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  const auto enough = std::ranges::find_if(idle_, [&](const Idle& idle) {
    const bool has = sum >= bytes;
    sum += idle.memory.bytes();
    return has;
  });
  gone.assign(std::make_move_iterator(idle_.begin()), std::make_move_iterator(enough));
  idle_.erase(idle_.begin(), enough);
}

void Workspaces::TrimIdle(Clock::time_point before) {
  std::vector<Idle> old;  // declared first, so that it is destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  const auto fresh =
      std::ranges::find_if(idle_, [&](const Idle& idle) { return idle.since >= before; });
  old.assign(std::make_move_iterator(idle_.begin()), std::make_move_iterator(fresh));
  idle_.erase(idle_.begin(), fresh);
}

std::size_t Workspaces::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

}  // namespace whittle::service
