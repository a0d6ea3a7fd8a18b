#include "source/root.h"

namespace whittle::source {

Expected<std::shared_ptr<Root>> Root::Open(std::string directory, Now now) {
  WHITTLE_TRY(Descriptor opened, OpenRoot(directory));
  return std::shared_ptr<Root>(new Root(std::move(directory), std::move(opened), std::move(now)));
}

// The one whose turn it is opens without the lock: a disk that hangs then holds up nobody else.
std::shared_ptr<const Descriptor> Root::Current() {
  {
    const std::lock_guard lock(mutex_);
    const auto now = now_();
    if (now - looked_ < kLookEvery) return opened_;
    looked_ = now;
  }
  auto again = OpenRoot(directory_);
  const std::lock_guard lock(mutex_);
  if (again) opened_ = std::make_shared<const Descriptor>(*std::move(again));
  return opened_;
}

}  // namespace whittle::source
