// The directory that holds the pictures, opened, and opened anew when its name means another one.
//
// Deploys swap a link, or delete the directory and put a new one in its place; who holds the old
// one open serves the old release for ever. So whoever reads looks again once a second at most.
// Any thread; opening may block. Cost: a lock, and two system calls a second.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "source/beneath.h"

namespace whittle::source {

class Root {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;
  static constexpr auto kLookEvery = std::chrono::seconds(1);

  /// The error's text is for the operator.
  static Expected<std::shared_ptr<Root>> Open(std::string directory, Now now = &Clock::now);

  /// The directory as it is now; as it was, while there is none.
  std::shared_ptr<const Descriptor> Current();

 private:
  Root(std::string directory, Descriptor opened, Now now)
      : directory_(std::move(directory)),
        now_(std::move(now)),
        opened_(std::make_shared<const Descriptor>(std::move(opened))),
        looked_(now_()) {}

  const std::string directory_;
  const Now now_;
  std::mutex mutex_;
  std::shared_ptr<const Descriptor> opened_;
  Clock::time_point looked_;
};

}  // namespace whittle::source
