// Answers as servers send them, whole and cut into single bytes, and what is none.
#include "generator/response.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::bench {
namespace {

using State = ResponseReader::State;

State FeedBytewise(ResponseReader& reader, std::string_view bytes) {
  State state = State::kMore;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_EQ(state, State::kMore) << "before byte " << i;
    state = reader.Feed(bytes.substr(i, 1));
  }
  return state;
}

TEST(Response, TakesABodyOfAKnownLength) {
  const std::string answer = "HTTP/1.1 200 OK\r\ncontent-LENGTH:  5\r\nX: y\r\n\r\nhello";
  ResponseReader reader(true);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(reader.Feed(answer), State::kDone);
    EXPECT_EQ(reader.status(), 200);
    EXPECT_EQ(reader.body(), "hello");
    EXPECT_FALSE(reader.closes());
    reader.Reset();
    EXPECT_EQ(FeedBytewise(reader, answer), State::kDone);
    EXPECT_EQ(reader.body(), "hello");
    reader.Reset();
  }
}

TEST(Response, TakesChunks) {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\nA;note=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
  ResponseReader whole(true);
  EXPECT_EQ(whole.Feed(answer), State::kDone);
  EXPECT_EQ(whole.body(), "abc0123456789");
  ResponseReader cut(false);
  EXPECT_EQ(FeedBytewise(cut, answer), State::kDone);
  EXPECT_EQ(cut.body_bytes(), 13U);
  EXPECT_EQ(cut.body(), "") << "counted only";
}

TEST(Response, KnowsAnswersWithoutABody) {
  for (const char* head :
       {"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}) {
    ResponseReader reader(true);
    EXPECT_EQ(FeedBytewise(reader, head), State::kDone) << head;
    EXPECT_EQ(reader.body_bytes(), 0U);
  }
}

TEST(Response, SaysWhenTheServerWillClose) {
  ResponseReader reader(false);
  EXPECT_EQ(reader.Feed("HTTP/1.1 503 Busy\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"),
            State::kDone);
  EXPECT_TRUE(reader.closes());
  reader.Reset();
  EXPECT_FALSE(reader.closes());
}

TEST(Response, RefusesWhatIsNone) {
  const std::string long_field = "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x');
  for (const std::string& bytes : std::initializer_list<std::string>{
           "SSH-2.0-OpenSSH\r\n", "HTTP/1.0 200 OK\r\n", "HTTP/1.1 2x0 OK\r\n",
           "HTTP/1.1 100 Continue\r\n", "HTTP/1.1 200 OK\n", "HTTP/1.1 200 OK\r\nno colon\r\n",
           "HTTP/1.1 200 OK\r\n\r\n",  // would end with the connection
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",  // more than there should be
           long_field}) {
    ResponseReader reader(true);
    EXPECT_EQ(reader.Feed(bytes), State::kBroken) << bytes.substr(0, 80);
  }
}

}  // namespace
}  // namespace whittle::bench
