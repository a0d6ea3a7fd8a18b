// Budget: one number of bytes for everything large that the process holds.
//
// Whoever is about to hold bytes takes a Ticket for them first and keeps it as long as they last:
// sources, jobs, results until their last reader has gone, and what lies idle for the next user. A
// ticket that does not fit is not given: idle and kept things are asked to give way first, then the
// caller waits (Take, first come first served) or goes without (Try). So what is held, by its
// owners' estimates, never exceeds the capacity, whatever comes together.
//
// Sources have a share of their own, since jobs wait while they hold theirs: all bytes could be
// sources, and no job would ever run. One that is larger than the share is let in alone. For the
// same reason jobs need not wait behind sources: those wait for what jobs hold.
//
// Thread-safe. Reclaimers and listeners are called without the lock, on whichever thread has need
// of bytes or gives them back; tickets may be returned within them. Cost: one uncontended lock to
// take, to change and to give back. The budget must outlive its tickets.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "async/event.h"
#include "whittle/expected.h"

namespace whittle::async {

class Budget {
 public:
  /// Who holds bytes, for gauges.
  enum class Use : std::uint8_t { kSource, kJob, kResult, kIdle };
  static constexpr std::size_t kUses = 4;

  /// The right to hold so many bytes. Given back when it is destroyed.
  class [[nodiscard]] Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept { Swap(other); }
    Ticket& operator=(Ticket&& other) noexcept {
      Ticket moved(std::move(other));
      Swap(moved);
      return *this;
    }
    ~Ticket() { Return(); }

    std::uint64_t bytes() const { return bytes_; }
    /// Now for `bytes`. False, and as it was, when that is more and does not fit.
    bool Resize(std::uint64_t bytes);
    /// Takes over the bytes of `other`, of the same budget and for the same use.
    void Absorb(Ticket other) { bytes_ += std::exchange(other.bytes_, 0); }
    /// `bytes` of its bytes, or all, as a ticket of their own.
    Ticket Split(std::uint64_t bytes) {
      const std::uint64_t split = std::min(bytes, bytes_);
      bytes_ -= split;
      return {budget_, use_, split};
    }
    /// The same bytes are something else from now on.
    void Become(Use use);
    void Return();

   private:
    friend class Budget;
    Ticket(Budget* budget, Use use, std::uint64_t bytes)
        : budget_(budget), use_(use), bytes_(bytes) {}
    void Swap(Ticket& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(use_, other.use_);
      std::swap(bytes_, other.bytes_);
    }
    Budget* budget_ = nullptr;
    Use use_ = Use::kJob;
    std::uint64_t bytes_ = 0;
  };

  struct Stats {
    std::array<std::uint64_t, kUses> used{};  ///< bytes, by Use
    std::uint64_t capacity = 0;
    int waiting = 0;  ///< callers of Take
  };

  /// Gives back about `bytes`, or what it can, by returning tickets.
  using Reclaimer = std::function<void(std::uint64_t bytes)>;

  /// `sources`: the most that is held for kSource at a time.
  Budget(std::uint64_t capacity, std::uint64_t sources) : capacity_(capacity), sources_(sources) {}
  /// A quarter is for sources.
  explicit Budget(std::uint64_t capacity) : Budget(capacity, capacity / 4) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  /// At once or not at all. Not before those who wait in Take for the same use; and nothing is idle
  /// while anybody waits.
  std::optional<Ticket> Try(Use use, std::uint64_t bytes);

  /// Waits for its turn. Errors: kTooLarge (more than the capacity), kOverloaded (the deadline
  /// passed), kCancelled. The calling coroutine must run on a strand.
  Awaitable<Expected<Ticket>> Take(Use use, std::uint64_t bytes, Clock::time_point deadline,
                                   std::stop_token stop);

  /// Asked in the order of their registration, until there is room. Register before the first
  /// ticket is asked for; what it refers to must outlive all use of the budget.
  void AddReclaimer(Reclaimer reclaimer) { reclaimers_.push_back(std::move(reclaimer)); }
  /// Told whenever bytes came back. As AddReclaimer; called often, so it must be quick.
  void OnReturn(std::function<void()> listener) { on_return_ = std::move(listener); }

  std::uint64_t capacity() const { return capacity_; }
  /// The share of sources.
  std::uint64_t sources() const { return sources_; }
  Stats stats() const;

 private:
  struct Waiter {
    std::shared_ptr<Event> event;
    Use use;
    std::uint64_t bytes;
    bool granted = false;
  };

  static std::size_t At(Use use) { return static_cast<std::size_t>(use); }
  bool FitsLocked(Use use, std::uint64_t bytes) const;
  void HoldLocked(Use use, std::uint64_t bytes);
  void Leave(Use use, std::uint64_t bytes);
  bool Grow(Use use, std::uint64_t bytes);
  bool HasToWaitLocked(Use use) const;
  void Forget(Waiter* waiter);
  void GrantLocked();
  void MakeRoom(std::uint64_t bytes);

  const std::uint64_t capacity_;
  const std::uint64_t sources_;
  std::vector<Reclaimer> reclaimers_;
  std::function<void()> on_return_;
  std::atomic<bool> reclaiming_ = false;
  mutable std::mutex mutex_;
  std::uint64_t held_ = 0;  // the sum of used_, at most capacity_
  std::array<std::uint64_t, kUses> used_{};
  std::list<Waiter*> waiting_;  // each points into the frame of a suspended Take
};

}  // namespace whittle::async
