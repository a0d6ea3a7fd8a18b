#include "http/request_id.h"

#include <atomic>
#include <bit>
#include <cstdint>
#include <random>
#include <string_view>

namespace whittle::http {
namespace {

std::uint64_t RandomStart() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

// A Weyl sequence: adding an odd constant visits every 64-bit number once.
void MakeRequestId(std::string& id) {
  static std::atomic<std::uint64_t> next = RandomStart();
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::uint64_t number = next.fetch_add(0x9E3779B97F4A7C15);
  id.resize(16);
  for (char& digit : id) {
    number = std::rotl(number, 4);
    digit = kDigits[number & 15];
  }
}

}  // namespace whittle::http
