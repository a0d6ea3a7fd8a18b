#include "http/request_id.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <random>

namespace whittle::http {
namespace {

std::uint64_t RandomStart() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

// A Weyl sequence: adding an odd constant visits every 64-bit number once.
std::string NewRequestId() {
  static std::atomic<std::uint64_t> next = RandomStart();
  return fmt::format("{:016x}", next.fetch_add(0x9E3779B97F4A7C15));
}

}  // namespace whittle::http
