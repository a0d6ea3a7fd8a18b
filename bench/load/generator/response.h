// Reads one HTTP answer at a time from a kept connection, as bytes come.
//
// One thread. Takes a body by Content-Length or in chunks; an answer that only the connection's end
// would end is broken, because a closed loop needs its connections kept. Nothing is sent before an
// answer is complete, so bytes behind it are broken too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whittle::bench {

class ResponseReader {
 public:
  enum class State : std::uint8_t { kMore, kDone, kBroken };

  /// `keep_body` false counts the body's bytes and throws them away.
  explicit ResponseReader(bool keep_body) : keep_body_(keep_body) {}

  /// Takes the next bytes of the connection.
  State Feed(std::string_view bytes);
  /// Ready for the next answer.
  void Reset();

  int status() const { return status_; }
  /// The server closes the connection after this answer.
  bool closes() const { return closes_; }
  /// Seconds of Retry-After; empty without that field, or when it is a date.
  std::optional<int> retry_after() const { return retry_after_; }
  /// Cache-Control has no-store.
  bool no_store() const { return no_store_; }
  std::size_t body_bytes() const { return body_bytes_; }
  const std::string& body() const { return body_; }

 private:
  enum class Part : std::uint8_t {
    kStatusLine,
    kFields,
    kBody,
    kChunkSize,
    kChunk,
    kChunkEnd,
    kTrailer,
    kDone,
    kBroken
  };

  Part AfterLine(std::string_view line);
  Part AfterField(std::string_view line);
  Part AfterFields();
  Part AfterChunkSize(std::string_view line);
  std::size_t TakeBody(std::string_view bytes);
  std::size_t TakeLine(std::string_view bytes);

  const bool keep_body_;
  Part part_ = Part::kStatusLine;
  std::string line_;
  std::size_t head_bytes_ = 0;  // of all lines so far, for the limit
  int status_ = 0;
  bool closes_ = false;
  std::optional<int> retry_after_;
  bool no_store_ = false;
  bool has_length_ = false;
  bool chunked_ = false;
  std::size_t remaining_ = 0;  // of the body, or of the chunk
  std::size_t body_bytes_ = 0;
  std::string body_;
};

}  // namespace whittle::bench
