// What tests of the client share: deadlines that only a hang would meet, memory, and a client.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "source/http_client.h"
#include "tests/support/coroutines.h"
#include "tests/support/origin.h"

namespace whittle::source {

using std::chrono::milliseconds;
using test::Origin;

inline constexpr std::size_t kMiB = std::size_t{1} << 20;
inline constexpr HttpDeadlines kLong = {.connect = std::chrono::minutes(5),
                                        .tls = std::chrono::minutes(5),
                                        .first_byte = std::chrono::minutes(5),
                                        .whole = std::chrono::minutes(5),
                                        .floor = 0,
                                        .room = std::chrono::minutes(5)};

inline std::string Text(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(i * 31 + i / 256);
  return text;
}

class HttpClientTest : public ::testing::Test {
 protected:
  HttpTerms Terms(std::uint64_t max_bytes = 8 * kMiB, HttpDeadlines deadlines = kLong) {
    return {.deadlines = deadlines, .max_bytes = max_bytes, .memory = &memory_};
  }
  HttpResult Get(const std::string& url, const HttpTerms& terms) {
    return loop_.Run(client_.Get({.url = url}, terms, {}));
  }
  HttpResult Get(const std::string& url) { return Get(url, Terms()); }
  /// What went wrong, as text.
  static std::string Wrong(const HttpResult& result) {
    if (result) return "answered " + std::to_string(result->status);
    return std::string(Name(result.error().error.kind)) + " in " +
           std::string(Name(result.error().phase));
  }

  async::Budget budget_{64 * kMiB, 16 * kMiB};
  Memory memory_{budget_};
  test::Loop loop_;
  HttpClient client_{{}};
};

}  // namespace whittle::source
