// The workers' workspaces: buffers that one job leaves warm for the next.
//
// Any thread. Get never waits: it hands out the workspace used last, or a new one when all are out;
// there are never more than jobs at once, which the queue bounds. Idle ones hold tickets of the
// budget, and give way when others need the bytes; TrimIdle gives back what has not been used
// lately.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "async/budget.h"
#include "pipeline/workspace.h"

namespace whittle::service {

class Workspaces {
 public:
  using Clock = std::chrono::steady_clock;

  /// On loan; goes back when it is destroyed. The Workspaces must still exist then.
  class Loan {
   public:
    Loan(Workspaces& owner, std::unique_ptr<pipeline::Workspace> workspace,
         async::Budget::Ticket memory)
        : owner_(&owner), workspace_(std::move(workspace)), memory_(std::move(memory)) {}
    Loan(Loan&&) = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (workspace_) owner_->Return(std::move(workspace_), std::move(memory_));
    }
    pipeline::Workspace& operator*() { return *workspace_; }

   private:
    Workspaces* owner_;
    std::unique_ptr<pipeline::Workspace> workspace_;
    async::Budget::Ticket memory_;  // for what it held when it was lent
  };

  /// The budget must outlive it.
  explicit Workspaces(async::Budget& budget);
  Workspaces(const Workspaces&) = delete;
  Workspaces& operator=(const Workspaces&) = delete;

  Loan Get();
  /// Destroys the workspaces that nobody has used since `before`.
  void TrimIdle(Clock::time_point before);
  /// Workspaces that are not on loan.
  std::size_t idle() const;

 private:
  struct Idle {
    std::unique_ptr<pipeline::Workspace> workspace;
    Clock::time_point since;
    async::Budget::Ticket memory;
  };
  void Return(std::unique_ptr<pipeline::Workspace> workspace, async::Budget::Ticket memory);
  void GiveWay(std::uint64_t bytes);

  async::Budget& budget_;
  mutable std::mutex mutex_;
  std::vector<Idle> idle_;  // the one used last is at the back
};

}  // namespace whittle::service
