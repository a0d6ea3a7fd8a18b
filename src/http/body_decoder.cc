#include "http/body_decoder.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <string>

#include "base/text.h"
#include "http/head.h"

namespace whittle::http {
namespace {

namespace beast_http = boost::beast::http;
using ErrorCode = boost::system::error_code;
using View = boost::beast::string_view;

std::unexpected<Error> Bad(std::string why) { return Fail(ErrorKind::kBadRequest, std::move(why)); }

std::unexpected<Error> TooLarge() {
  return FailSaying(ErrorKind::kTooLarge, "request body exceeds the configured size limit");
}

// However a body goes on, so many bytes of it are to come; Beast takes it for granted that they are
// there when it has seen the last chunk.
constexpr std::size_t kShortestEnd = std::string_view("0\r\n\r\n").size();

// What comes before the chunks, for Beast.
constexpr std::string_view kChunkedHead =
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

Expected<BodyFrame> FrameOf(std::string_view head) {
  beast_http::request_parser<beast_http::empty_body> parser;
  parser.header_limit(kMaxHeadBytes);
  parser.body_limit(boost::none);  // ours comes later
  ErrorCode error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error && error != beast_http::error::need_more) return Bad(error.message());
  if (!parser.is_header_done()) return Bad("incomplete head");
  BodyFrame frame;
  int lengths = 0;
  int codings = 0;
  for (const auto& line : parser.get()) {
    const std::string_view value(line.value().data(), line.value().size());
    switch (line.name()) {
      case beast_http::field::content_length: {
        const auto length = ParseUnsigned<std::uint64_t>(value);
        if (!length) return Bad("Content-Length is no number");
        frame.length = *length;
        ++lengths;
        break;
      }
      case beast_http::field::transfer_encoding:
        if (!EqualsIgnoreCase(value, "chunked")) return Bad("a transfer coding besides chunked");
        frame.chunked = true;
        ++codings;
        break;
      case beast_http::field::expect:
        if (!EqualsIgnoreCase(value, "100-continue")) return Bad("an expectation");
        frame.expects_continue = parser.get().version() == 11;
        break;
      default:  // somebody else's enumeration
        break;
    }
  }
  if (lengths + codings > 1) return Bad("a body framed twice");
  if (frame.chunked && parser.get().version() != 11) return Bad("chunks in HTTP/1.0");
  return frame;
}

// Beast's events; of a request's own we want its content only.
class BodyDecoder::Chunks final : public beast_http::basic_parser<true> {
 public:
  explicit Chunks(std::uint64_t max_bytes) {
    eager(true);
    body_limit(max_bytes);
    header_limit(kMaxHeadBytes);
    ErrorCode ignored;
    put(boost::asio::buffer(kChunkedHead.data(), kChunkedHead.size()), ignored);
  }
  const Append* append = nullptr;  // while Put runs

 private:
  void on_request_impl(beast_http::verb, View, View, int, ErrorCode&) override {}
  void on_response_impl(int, View, int, ErrorCode&) override {}
  void on_field_impl(beast_http::field, View, View, ErrorCode&) override {}
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(View body, ErrorCode&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, View, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View body, ErrorCode&) override {
    (*append)(AsBytes({body.data(), body.size()}));
    return body.size();
  }
  void on_finish_impl(ErrorCode&) override {}
};

BodyDecoder::BodyDecoder(const BodyFrame& frame, std::uint64_t max_bytes)
    : left_(frame.length),
      too_large_(!frame.chunked && frame.length > max_bytes),
      chunks_(frame.chunked ? std::make_unique<Chunks>(max_bytes) : nullptr) {}

BodyDecoder::~BodyDecoder() = default;

bool BodyDecoder::done() const { return chunks_ ? chunks_->is_done() : left_ == 0; }

Expected<std::size_t> BodyDecoder::Put(std::string_view input, const Append& append) {
  if (too_large_) return TooLarge();
  if (done()) return 0;
  if (!chunks_) {
    const std::size_t taken = std::min<std::uint64_t>(left_, input.size());
    append(AsBytes(input.substr(0, taken)));
    left_ -= taken;
    return taken;
  }
  if (input.size() < kShortestEnd) return 0;
  chunks_->append = &append;
  ErrorCode error;
  const std::size_t taken = chunks_->put(boost::asio::buffer(input.data(), input.size()), error);
  if (error == beast_http::error::body_limit) return TooLarge();
  if (error && error != beast_http::error::need_more) return Bad(error.message());
  return taken;
}

}  // namespace whittle::http
