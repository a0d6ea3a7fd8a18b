// The closed loop: so many connections, each sending its next request when its answer is complete.
//
// One thread, epoll, kept connections to 127.0.0.1. Requests are handed out in the list's order,
// whichever connection is free, so those in flight are always neighbours in the list: make the list
// of distinct paths and no two in flight are equal. Blocks until the last answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace whittle::bench {

struct LoadOptions {
  std::uint16_t port = 0;
  int connections = 16;
  int passes = 1;              ///< times the whole list is sent
  std::filesystem::path save;  ///< folder for the first pass' bodies; empty keeps none
  std::chrono::milliseconds patience{60'000};  ///< with no byte from any connection
};

struct Outcome {
  std::map<int, std::size_t> statuses;          ///< answers by status
  std::map<std::string, std::size_t> failures;  ///< requests without an answer, by reason
  std::vector<double> latencies_ms;             ///< of the answers, first byte out to last byte in
  std::uint64_t body_bytes = 0;
  double wall_seconds = 0;
  double cpu_seconds = 0;  ///< of this process: near wall_seconds, the generator was the limit
};

/// The error is one that ends the run: nothing listens, or no file can be written. A request that
/// fails is counted and its connection made anew.
std::expected<Outcome, std::string> RunLoad(const std::vector<std::string>& requests,
                                            const LoadOptions& options);

}  // namespace whittle::bench
