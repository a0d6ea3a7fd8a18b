// The workers' workspaces: buffers that one job leaves warm for the next.
//
// Any thread. Get never waits: it hands out the workspace used last, or a new one when all are out;
// there are never more than jobs at once, which the CPU gate bounds. TrimIdle gives back what has
// not been used lately.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "pipeline/workspace.h"

namespace whittle::service {

class Workspaces {
 public:
  using Clock = std::chrono::steady_clock;

  /// On loan; goes back when it is destroyed. The Workspaces must still exist then.
  class Loan {
   public:
    Loan(Workspaces& owner, std::unique_ptr<pipeline::Workspace> workspace)
        : owner_(&owner), workspace_(std::move(workspace)) {}
    Loan(Loan&&) = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (workspace_) owner_->Return(std::move(workspace_));
    }
    pipeline::Workspace& operator*() { return *workspace_; }

   private:
    Workspaces* owner_;
    std::unique_ptr<pipeline::Workspace> workspace_;
  };

  Loan Get();
  /// Destroys the workspaces that nobody has used since `before`.
  void TrimIdle(Clock::time_point before);
  /// Workspaces that are not on loan.
  std::size_t idle() const;

 private:
  struct Idle {
    std::unique_ptr<pipeline::Workspace> workspace;
    Clock::time_point since;
  };
  void Return(std::unique_ptr<pipeline::Workspace> workspace);

  mutable std::mutex mutex_;
  std::vector<Idle> idle_;  // the one used last is at the back
};

}  // namespace whittle::service
