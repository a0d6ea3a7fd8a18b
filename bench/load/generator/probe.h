// Asks for one small thing again and again, beside a load, and notes how long each answer took.
//
// A thread for each probe, with a blocking socket, so that what it measures is the server and not
// how busy the generator's loop is. The threads ask for a higher priority and do without when
// refused.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "generator/socket.h"

namespace whittle::bench {

struct ProbeOptions {
  std::string name;
  std::string target;  ///< "/health"
  bool kept = true;    ///< one connection for all, made anew when it ends; else one for each
  std::chrono::milliseconds every{100};
};

struct ProbeOutcome {
  std::string name;
  std::vector<float> ms;     ///< of the answers with 200; a new connection's time is in it
  std::size_t failures = 0;  ///< another status, no answer in five seconds, or no connection
};

class Probe {
 public:
  /// Starts asking. Answers within `warm_up` are not noted.
  Probe(std::uint16_t port, ProbeOptions options, std::chrono::milliseconds warm_up);
  /// Stops after the answer that is under way, five seconds at most.
  ProbeOutcome Stop();

 private:
  void Run();
  bool Ask();

  const std::uint16_t port_;
  const ProbeOptions options_;
  const std::chrono::steady_clock::time_point count_from_;
  Descriptor kept_;
  ProbeOutcome outcome_;  // the thread's, until it is joined
  std::atomic<bool> stop_{false};
  std::jthread thread_;
};

}  // namespace whittle::bench
