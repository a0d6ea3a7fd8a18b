// What becomes of one HTTP transfer, as values: an answer of any status, or why there is none.
//
// For http_client.h and those who call it. Move-only, since a body is.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "async/event.h"
#include "base/hash.h"
#include "source/http_call.h"
#include "source/memory.h"
#include "whittle/error.h"

namespace whittle::source {

/// How long the parts of a fetch may take.
struct HttpDeadlines {
  using Milliseconds = std::chrono::milliseconds;
  Milliseconds connect{2000};     ///< looking the name up, and TCP
  Milliseconds tls{3000};         ///< after that time, whatever of it was used; and a proxy's part
  Milliseconds first_byte{5000};  ///< from there to the end of the answer's head
  Milliseconds whole{10'000};     ///< of it all, with redirects and the second try
  std::uint64_t floor = 1024;     ///< bytes a second of the body, over each `floor_over`
  Milliseconds floor_over{5000};
  /// For room in memory, before a fetch gives up what it has: if it waited longer, two that wait
  /// for each other's bytes would keep everybody waiting.
  Milliseconds room{1000};
};

enum class HttpPhase : std::uint8_t { kResolve, kConnect, kTls, kFirstByte, kBody };
inline constexpr std::size_t kHttpPhases = 5;

/// "resolve", "connect", "tls", "first byte", "body".
std::string_view Name(HttpPhase phase);

/// What each phase took; zero for those that were not needed, or not come to.
struct HttpTimes {
  std::array<std::chrono::microseconds, kHttpPhases> spent{};
  std::chrono::microseconds& operator[](HttpPhase phase) {
    return spent[static_cast<std::size_t>(phase)];
  }
};

/// What the caller grants a transfer.
struct HttpTerms {
  HttpDeadlines deadlines;
  async::Clock::time_point end = async::kNever;  ///< in place of deadlines.whole
  std::uint64_t max_bytes = 64ULL << 20;         ///< of the body
  /// For the body of a 200. Without it every body is text, and one longer than max_bytes fails.
  Memory* memory = nullptr;
};

struct HttpAnswer {
  int status = 0;
  HttpFields fields;        ///< names in lower case; trailers are left out
  Block body;               ///< of a 200, when there was memory for it
  Hash128 hash;             ///< of `body`
  std::string text;         ///< any other body; its first 16 KiB, when there was memory
  std::uint64_t bytes = 0;  ///< of the body, as it came
  HttpTimes times;
  std::chrono::nanoseconds waited{};  ///< for slots, before the host was asked

  /// The first field of this name, given in lower case; empty when there is none.
  std::string_view Field(std::string_view name) const;
};

struct HttpFailure {
  Error error;  ///< its detail names host, phase and cause
  HttpPhase phase = HttpPhase::kResolve;
  bool untouched = false;  ///< the connection failed before a byte came: another try is harmless
  std::uint64_t bytes = 0;
  HttpTimes times;
};

using HttpResult = std::expected<HttpAnswer, HttpFailure>;

}  // namespace whittle::source
