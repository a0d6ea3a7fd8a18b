// Streams over a pair of sockets, and the answers that need none.
#include "http/stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "http/canned.h"
#include "http/plain_stream.h"

namespace whittle::http {
namespace {

namespace asio = boost::asio;

struct Pair {
  Descriptor ours, theirs;
};

Pair MakePair() {
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void Send(const Descriptor& socket, std::string_view text) {
  EXPECT_EQ(send(socket.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
}

std::string Receive(const Descriptor& socket) {
  std::string text(1 << 20, '\0');
  text.resize(static_cast<std::size_t>(
      std::max<ssize_t>(recv(socket.get(), text.data(), text.size(), MSG_DONTWAIT), 0)));
  return text;
}

class StreamTest : public testing::Test {
 protected:
  asio::io_context io_;
  Pair pair_ = MakePair();
  std::unique_ptr<Stream> stream_ =
      MakePlainStream(io_.get_executor(), AF_UNIX, std::move(pair_.ours));
};

TEST_F(StreamTest, WritesBothBuffersInTheirOrder) {
  Stream::ErrorCode error;
  EXPECT_EQ(stream_->WriteSome("head", "body", error), 8U);
  EXPECT_EQ(stream_->WriteSome("more", "", error), 4U);
  EXPECT_EQ(Receive(pair_.theirs), "headbodymore");
}

TEST_F(StreamTest, KnowsWhatThePeerHasNotTaken) {
  Stream::ErrorCode error;
  EXPECT_EQ(stream_->Unacknowledged(), 0U);
  std::size_t taken = 0;
  const std::string piece(64 * 1024, 'x');
  while (!error) taken += stream_->WriteSome(piece, "", error);
  EXPECT_EQ(error, asio::error::would_block);
  EXPECT_GE(stream_->Unacknowledged(), taken);
  while (!Receive(pair_.theirs).empty()) {
  }
  EXPECT_EQ(stream_->Unacknowledged(), 0U);
}

TEST_F(StreamTest, SeesInputWithoutTakingIt) {
  EXPECT_FALSE(stream_->HasInput());
  Send(pair_.theirs, "x");
  EXPECT_TRUE(stream_->HasInput());
  EXPECT_TRUE(stream_->HasInput());
}

TEST_F(StreamTest, TakesTheEndForNoInput) {
  pair_.theirs = Descriptor();
  EXPECT_FALSE(stream_->HasInput());
}

TEST_F(StreamTest, TellsThatThePeerHasLeftAndNotThatItHasAsked) {
  std::stop_source gone;
  stream_->WatchPeer(gone, std::make_shared<int>(0));
  Send(pair_.theirs, "another request");
  io_.run_for(std::chrono::milliseconds(1));
  EXPECT_FALSE(gone.stop_requested());
  stream_->Cancel();
  io_.restart();
  io_.run();

  Pair other = MakePair();
  const auto left = MakePlainStream(io_.get_executor(), AF_UNIX, std::move(other.ours));
  left->WatchPeer(gone, std::make_shared<int>(0));
  other.theirs = Descriptor();
  io_.restart();
  io_.run();
  EXPECT_TRUE(gone.stop_requested());
}

TEST_F(StreamTest, EndsTheWatchWhenItIsCancelled) {
  std::stop_source gone;
  const auto owner = std::make_shared<int>(0);
  stream_->WatchPeer(gone, owner);
  stream_->Cancel();
  io_.run();
  EXPECT_FALSE(gone.stop_requested());
  EXPECT_EQ(owner.use_count(), 1) << "and lets go of its owner";
}

TEST(Canned, AnswersHealthAndRefusesTheRest) {
  for (const auto& [request, status] :
       {std::pair("GET /health HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n"),
        std::pair("GET /healthy HTTP/1.1\r\n\r\n", "HTTP/1.1 503 Service Unavailable\r\n"),
        std::pair("", "HTTP/1.1 503 Service Unavailable\r\n")}) {
    Pair pair = MakePair();
    Send(pair.theirs, request);
    AnswerAndClose(std::move(pair.ours));
    const std::string answer = Receive(pair.theirs);
    EXPECT_TRUE(answer.starts_with(status)) << answer;
    EXPECT_NE(answer.find("\r\nCache-Control: no-store\r\n"), std::string::npos);
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
    const auto body = answer.substr(answer.find("\r\n\r\n") + 4);
    EXPECT_NE(answer.find("\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace whittle::http
