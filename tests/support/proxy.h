// A proxy for tests: what clients ask to be connected to, they are connected to one server for all.
//
// Takes CONNECT alone. Every connection has a thread. A real proxy looks names up; this one writes
// them down.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/origin.h"

namespace whittle::test {

class TestProxy {
 public:
  /// `behind`: a port of this machine.
  explicit TestProxy(std::uint16_t behind) : behind_(behind) {}

  std::string Url() const { return origin_.Url(""); }
  /// Whom clients wanted, "host:port", in turn; "GET" and the like where it was no CONNECT.
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void Answer(const Origin::Request& request, Origin::Connection& c) {
    const bool connects = request.method == "CONNECT";
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(connects ? request.target : request.method + ' ' + request.target);
    }
    if (!connects) return void(c.Answer("501 Not Implemented", ""));
    c.Send("HTTP/1.1 200 OK\r\n\r\n");
    c.Relay(behind_);
  }

  const std::uint16_t behind_;
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  Origin origin_{[this](const Origin::Request& r, Origin::Connection& c) { Answer(r, c); }};
};

}  // namespace whittle::test
