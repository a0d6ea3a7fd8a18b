// A stop token that fires when somebody else's does, or when time is up.
//
// Made and destroyed on a strand; the token may be looked at from any thread. Cost: one timer.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

namespace whittle::service {

class Deadline {
 public:
  /// `strand` is where the timer runs.
  Deadline(const async::Strand& strand, std::chrono::nanoseconds limit, std::stop_token parent)
      : timer_(strand), parent_(std::move(parent), [this] { source_.request_stop(); }) {
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(limit));
    timer_.async_wait(
        [source = source_, passed = passed_](boost::system::error_code error) mutable {
          if (error) return;  // the job was done first
          *passed = true;
          source.request_stop();
        });
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  /// Time was up. On the strand only.
  bool passed() const { return *passed_; }

 private:
  // The handler may run after this object has gone, so it holds what it needs.
  std::stop_source source_;
  std::shared_ptr<bool> passed_ = std::make_shared<bool>(false);
  async::Timer timer_;
  std::stop_callback<std::function<void()>> parent_;
};

}  // namespace whittle::service
