// Bodies of requests: how a head frames one, and which bytes behind the head are its content.
//
// Strict, as heads are (RFC 9112, 6): what two servers on a request's way could frame differently
// is refused, and the connection must then be closed. Beast's parser does the grammar of chunks.
// Pure, on one thread; linear in the bytes that are put in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::http {

struct BodyFrame {
  bool chunked = false;
  std::uint64_t length = 0;       ///< bytes, when it is not chunked
  bool expects_continue = false;  ///< the client waits to be told to send it
  bool has_body() const { return chunked || length > 0; }
};

/// What a complete head, whose lines end in CRLF, says of the body behind it. Errors: kBadRequest,
/// also for both framings at once, two lengths (equal ones, too), codings besides chunked, and an
/// expectation that is not 100-continue.
Expected<BodyFrame> FrameOf(std::string_view head);

class BodyDecoder {
 public:
  using Append = std::function<void(ByteView)>;

  /// `max_bytes`: of content.
  BodyDecoder(const BodyFrame& frame, std::uint64_t max_bytes);
  ~BodyDecoder();
  BodyDecoder(const BodyDecoder&) = delete;
  BodyDecoder& operator=(const BodyDecoder&) = delete;

  /// Takes some of `input`, which goes on where the last call stopped, and hands its content to
  /// `append`: at most as many bytes as it takes. How many it took; 0 when it needs more than
  /// `input` to go on. Errors: kTooLarge, as soon as more is announced; kBadRequest.
  Expected<std::size_t> Put(std::string_view input, const Append& append);
  /// The body has ended; what follows is not its.
  bool done() const;

 private:
  class Chunks;
  std::uint64_t left_ = 0;  // when it is not chunked
  bool too_large_ = false;
  std::unique_ptr<Chunks> chunks_;  // when it is
};

}  // namespace whittle::http
