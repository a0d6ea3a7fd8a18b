#include "service/workspaces.h"

#include <algorithm>
#include <utility>

namespace whittle::service {

Workspaces::Loan Workspaces::Get() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto workspace = std::move(idle_.back().workspace);
      idle_.pop_back();
      return {*this, std::move(workspace)};
    }
  }
  return {*this, std::make_unique<pipeline::Workspace>()};
}

void Workspaces::Return(std::unique_ptr<pipeline::Workspace> workspace) {
  const std::lock_guard lock(mutex_);
  idle_.push_back({std::move(workspace), Clock::now()});
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
