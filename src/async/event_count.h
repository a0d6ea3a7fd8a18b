// EventCount: how threads sleep while there is nothing for them to do, without missing anything.
//
// A thread says Look, looks for work, and then says Found or sleeps in Wait, which returns at once
// when anybody was to be woken in between. Nobody is woken while another looks: a thread that wakes
// up for work that is gone already costs two switches, and on a busy machine it pushes aside the
// one that has it. So what is waited for has to be guarded by a lock that is held from the look
// until Found, and who has found something wakes another if there is more.
//
// The thread that fell asleep last is woken first: its stack, its allocator's pages and its share
// of the caches are still warm, and threads that are one too many sleep on and hold nothing.
//
// Thread-safe; no thread may sleep when it is destroyed. Cost: an uncontended lock, and the system
// calls of a sleep and of a wake-up where one sleeps.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace whittle::async {

class EventCount {
 public:
  using Seen = std::uint64_t;

  /// Begins to look.
  Seen Look() {
    const std::lock_guard lock(mutex_);
    ++looking_;
    return changes_;
  }

  /// Ends it.
  void Found() {
    const std::lock_guard lock(mutex_);
    --looking_;
  }

  /// Sleeps until it is woken; not at all when anybody was to be woken since `seen`. It looks again
  /// then.
  Seen Wait(Seen seen) {
    std::unique_lock lock(mutex_);
    if (changes_ == seen) {
      --looking_;
      Sleeper self;
      sleepers_.push_back(&self);
      self.changed.wait(lock, [&] { return self.woken; });
    }
    return changes_;
  }

  void WakeOne() {
    const std::lock_guard lock(mutex_);
    ++changes_;
    if (looking_ == 0 && !sleepers_.empty()) WakeLastLocked();
  }

  void WakeAll() {
    const std::lock_guard lock(mutex_);
    ++changes_;
    while (!sleepers_.empty()) WakeLastLocked();
  }

 private:
  struct Sleeper {
    std::condition_variable changed;
    bool woken = false;
  };

  // Told under the lock, without which the sleeper cannot return and end its Sleeper. It is about
  // to look.
  void WakeLastLocked() {
    Sleeper* const last = sleepers_.back();
    sleepers_.pop_back();
    last->woken = true;
    ++looking_;
    last->changed.notify_one();
  }

  std::mutex mutex_;
  Seen changes_ = 0;
  int looking_ = 0;                 // and those that were woken and will
  std::vector<Sleeper*> sleepers_;  // in the order in which they fell asleep
};

}  // namespace whittle::async
