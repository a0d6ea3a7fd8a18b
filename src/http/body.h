// Reading the body of a request into a place that pays for it.
//
// Room is asked for before the bytes come, doubled as they do, so that who announces much and sends
// little holds little. A limit is checked before anything is read, where the head tells, and else
// as soon as a chunk announces more. Who sends less than the floor is cut off, as who reads less is
// (the rule is OutputFloor's). The coroutine must run on the stream's strand. Cost: a copy of each
// byte, and a timer entry for each read.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include "async/byte_sink.h"
#include "http/body_decoder.h"
#include "http/output_floor.h"
#include "http/stream.h"
#include "whittle/expected.h"

namespace whittle::http {

struct BodyLimits {
  std::uint64_t max_bytes = 64ULL << 20;
  /// Of content: what frames it buys no time.
  OutputFloor::Options floor = {
      .patience = std::chrono::seconds(5), .rate = 1024, .whole = std::chrono::minutes(5)};
  std::chrono::nanoseconds room_wait = std::chrono::seconds(2);  ///< until there is memory for it
};

/// Reads the body that `frame` announces into `sink`; `buffered` is what has come behind the head.
/// A client that waits for a 100 is sent one, once there is room. What came behind the body. After
/// an error the connection must be closed: kTooLarge, kBadRequest, kRequestTimeout, kOverloaded,
/// kCancelled (stopped, or the client left).
async::Awaitable<Expected<std::string>> ReadBody(Stream& stream, BodyFrame frame,
                                                 std::string buffered, BodyLimits limits,
                                                 async::ByteSink& sink, std::stop_token stop);

}  // namespace whittle::http
