// TimeLimit: a stop token that is told to stop at a moment, or when another one is.
//
// For calls that know stop tokens and have to end by some time. Lives in the frame of the coroutine
// that makes the call, on its strand. Cost: one timer entry and one stop callback.
#pragma once

#include <stop_token>
#include <utility>

#include "async/event.h"

namespace whittle::async {

class TimeLimit {
 public:
  TimeLimit(const Strand& strand, Clock::time_point at, std::stop_token stop)
      : timer_(strand, at), on_stop_(std::move(stop), Stop{source_}) {
    timer_.async_wait([stop = Stop{source_}](boost::system::error_code cancelled) {
      if (!cancelled) stop();
    });
  }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  struct Stop {
    std::stop_source source;
    void operator()() const { std::stop_source(source).request_stop(); }
  };

  std::stop_source source_;
  Timer timer_;
  std::stop_callback<Stop> on_stop_;
};

}  // namespace whittle::async
