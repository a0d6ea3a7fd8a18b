#include "async/event.h"

#include <boost/asio/post.hpp>

namespace whittle::async {

void Event::Wake(bool Event::* flag) {
  asio::post(timer_.get_executor(), [self = shared_from_this(), flag] {
    (*self).*flag = true;
    self->timer_.cancel();
  });
}

void Event::Set() { Wake(&Event::set_); }

Awaitable<Event::Outcome> Event::Wait(Clock::time_point deadline, std::stop_token stop) {
  const auto self = shared_from_this();
  const std::stop_callback on_stop(std::move(stop), [this] { Wake(&Event::stopped_); });
  if (!set_ && !stopped_) {
    timer_.expires_at(deadline);
    co_await timer_.async_wait(kAwaitTuple);
  }
  co_return set_ ? Outcome::kSet : stopped_ ? Outcome::kStopped : Outcome::kDeadline;
}

}  // namespace whittle::async
