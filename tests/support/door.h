// A door that tests hold shut: whoever comes waits. Shared, since threads that are given up may
// still stand in it when the test has ended.
#pragma once

#include <condition_variable>
#include <mutex>

namespace whittle::test {

class Door {
 public:
  void Enter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace whittle::test
