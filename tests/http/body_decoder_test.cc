#include "http/body_decoder.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::http {
namespace {

std::string Head(const std::string& fields, const std::string& version = "1.1") {
  return "POST /a HTTP/" + version + "\r\nHost: x\r\n" + fields + "\r\n";
}

// "length N", "chunked", with " expects"; or the kind of error.
std::string Frame(const std::string& fields, const std::string& version = "1.1") {
  const auto frame = FrameOf(Head(fields, version));
  if (!frame) return std::string(Name(frame.error().kind));
  return (frame->chunked ? "chunked" : "length " + std::to_string(frame->length)) +
         (frame->expects_continue ? " expects" : "");
}

TEST(FrameOf, ReadsLengthsAndChunks) {
  EXPECT_EQ(Frame(""), "length 0");
  EXPECT_EQ(Frame("Content-Length: 0\r\n"), "length 0");
  EXPECT_EQ(Frame("content-length: 7\r\n"), "length 7");
  EXPECT_EQ(Frame("Content-Length: 7\r\n", "1.0"), "length 7");
  EXPECT_EQ(Frame("Content-Length: 18446744073709551614\r\n"), "length 18446744073709551614");
  EXPECT_EQ(Frame("Transfer-Encoding: chunked\r\n"), "chunked");
  EXPECT_EQ(Frame("Transfer-Encoding: Chunked\r\n"), "chunked");
  EXPECT_EQ(Frame("Content-Length: 7\r\nExpect: 100-Continue\r\n"), "length 7 expects");
  EXPECT_EQ(Frame("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"), "chunked expects");
  EXPECT_EQ(Frame("Content-Length: 7\r\nExpect: 100-continue\r\n", "1.0"), "length 7");
  EXPECT_FALSE(FrameOf(Head(""))->has_body());
  EXPECT_TRUE(FrameOf(Head("Content-Length: 1\r\n"))->has_body());
  EXPECT_TRUE(FrameOf(Head("Transfer-Encoding: chunked\r\n"))->has_body());
}

// What two servers may frame differently: request smuggling.
TEST(FrameOf, RefusesWhatIsAmbiguous) {
  for (const std::string fields : {"Content-Length: 7\r\nContent-Length: 7\r\n",
                                   "Content-Length: 7\r\nContent-Length: 8\r\n",
                                   "Content-Length: 7, 7\r\n",
                                   "Content-Length: +7\r\n",
                                   "Content-Length: -7\r\n",
                                   "Content-Length: 0x7\r\n",
                                   "Content-Length: 7 8\r\n",
                                   "Content-Length:\r\n",
                                   "Content-Length: 18446744073709551616\r\n",
                                   "Content-Length: 7\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: chunked\r\nContent-Length: 7\r\n",
                                   "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
                                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: chunked, chunked\r\n",
                                   "Transfer-Encoding: gzip, chunked\r\n",
                                   "Transfer-Encoding: gzip\r\n",
                                   "Transfer-Encoding: identity\r\n",
                                   "Transfer-Encoding: chunked;q=1\r\n",
                                   "Transfer-Encoding: xchunked\r\n",
                                   "Transfer-Encoding:\r\n",
                                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
                                   "Expect: 200-ok\r\nContent-Length: 7\r\n",
                                   "Transfer-Encoding : chunked\r\n"}) {
    EXPECT_EQ(Frame(fields), "BadRequest") << fields;
  }
  EXPECT_EQ(Frame("Transfer-Encoding: chunked\r\n", "1.0"), "BadRequest");
  EXPECT_FALSE(FrameOf("POST / HTTP/1.1\r\nHost: x\r\n")) << "incomplete";
}

// What comes of it when it arrives `step` bytes at a time: the content, then "|" and what is left
// when it is done; "..." when it is not; or the kind of error.
std::string Decode(const BodyFrame& frame, std::string_view input, std::size_t step = 1 << 20,
                   std::uint64_t max_bytes = 100) {
  BodyDecoder decoder(frame, max_bytes);
  std::string content;
  std::string pending;
  for (std::size_t at = 0; at <= input.size(); at += step) {
    pending += input.substr(at, step);
    while (!decoder.done()) {
      const auto taken = decoder.Put(pending, [&](ByteView bytes) { content += AsText(bytes); });
      if (!taken) return std::string(Name(taken.error().kind));
      EXPECT_LE(*taken, pending.size());
      if (*taken == 0) break;
      pending.erase(0, *taken);
    }
    EXPECT_LE(content.size(), max_bytes);
  }
  return content + (decoder.done() ? "|" + pending : "...");
}

constexpr BodyFrame kChunked = {.chunked = true};

TEST(BodyDecoder, TakesAsManyBytesAsWereAnnounced) {
  for (const std::size_t step : {1U, 2U, 3U, 100U}) {
    EXPECT_EQ(Decode({.length = 5}, "hello", step), "hello|");
    EXPECT_EQ(Decode({.length = 5}, "helloGET", step), "hello|GET");
    EXPECT_EQ(Decode({.length = 5}, "hell", step), "hell...");
  }
  EXPECT_EQ(Decode({}, "GET"), "|GET");
}

TEST(BodyDecoder, TakesChunks) {
  for (std::size_t step = 1; step < 40; ++step) {
    SCOPED_TRACE(step);
    EXPECT_EQ(Decode(kChunked, "5\r\nhello\r\n0\r\n\r\n", step), "hello|");
    EXPECT_EQ(Decode(kChunked, "5\r\nhello\r\n6;a=b\r\n world\r\n000\r\n\r\nGET", step),
              "hello world|GET");
    EXPECT_EQ(Decode(kChunked, "A\r\n0123456789\r\n0\r\nTrailer: x\r\nB: y\r\n\r\nGET", step),
              "0123456789|GET");
    EXPECT_EQ(Decode(kChunked, "0\r\n\r\nGET", step), "|GET");
    EXPECT_EQ(Decode(kChunked, "5\r\nhello\r\n0\r\n", step), "hello...");
    EXPECT_TRUE(Decode(kChunked, "5\r\nhel", step).starts_with("he"));
    EXPECT_TRUE(Decode(kChunked, "5\r\nhel", step).ends_with("..."));
  }
}

TEST(BodyDecoder, RefusesWhatIsNoChunk) {
  for (const std::string_view input :
       {"hello\r\n", "\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhelloo\r\n0\r\n\r\n",
        "-1\r\nx\r\n", "0x5\r\nhello\r\n\r\n", "G\r\nx\r\n", "5 \nhello\r\n0\r\n\r\n",
        "5 hello\r\n0\r\n\r\n", "10000000000000000\r\n", "5\r\nhello0\r\n\r\n", "0\nX: y\r\n\r\n",
        "0\r\n X: y\r\n\r\n", "0\r\nX y\r\n\r\n", "5;\r\nhello\r\n0\r\n\r\n"}) {
    EXPECT_EQ(Decode(kChunked, input), "BadRequest") << input;
  }
}

TEST(BodyDecoder, RefusesMoreThanTheLimitAsSoonAsItIsAnnounced) {
  EXPECT_EQ(Decode({.length = 10}, "0123456789", 1, 10), "0123456789|");
  EXPECT_EQ(Decode({.length = 11}, "", 1, 10), "TooLarge");
  EXPECT_EQ(Decode(kChunked, "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", 1, 10), "0123456789|");
  EXPECT_EQ(Decode(kChunked, "B\r\n01", 1, 10), "TooLarge");
  EXPECT_EQ(Decode(kChunked, "5\r\n01234\r\n6\r\n5", 1, 10), "TooLarge");
  EXPECT_EQ(Decode(kChunked, "FFFFFFFFFFFFFFFF\r\n", 1, 10), "TooLarge");
}

}  // namespace
}  // namespace whittle::http
