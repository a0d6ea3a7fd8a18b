// Reading bodies over a pair of sockets.
#include "http/body.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/plain_stream.h"
#include "tests/support/coroutines.h"

namespace whittle::http {
namespace {

namespace asio = boost::asio;

// Keeps what comes, and how much room was asked for.
class TextSink final : public async::ByteSink {
 public:
  async::Awaitable<Expected<void>> Reserve(std::uint64_t bytes, async::Wait wait) override {
    rooms.push_back(bytes);
    if (hangs) {
      const auto never = std::make_shared<async::Event>(co_await asio::this_coro::executor);
      co_await never->Wait(wait.until, wait.stop);
      co_return Fail(wait.stop.stop_requested() ? ErrorKind::kCancelled : ErrorKind::kOverloaded);
    }
    if (bytes > most) co_return Fail(ErrorKind::kOverloaded);
    co_return Expected<void>();
  }
  void Append(ByteView more) override {
    text += AsText(more);
    EXPECT_LE(text.size(), rooms.back()) << "before there was room";
  }

  std::uint64_t most = UINT64_MAX;
  bool hangs = false;
  std::string text;
  std::vector<std::uint64_t> rooms;
};

class BodyTest : public ::testing::Test {
 protected:
  BodyTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    theirs_ = Descriptor(ends[1]);
    stream_ = MakePlainStream(strand_, AF_UNIX, Descriptor(ends[0]));
  }

  std::future<Expected<std::string>> Start(const BodyFrame& frame, std::string buffered = {},
                                           std::stop_token stop = {}) {
    return asio::co_spawn(
        strand_, ReadBody(*stream_, frame, std::move(buffered), limits_, sink_, std::move(stop)),
        asio::use_future);
  }
  // What came behind the body, or the kind of error.
  static std::string Of(std::future<Expected<std::string>> reading) {
    auto rest = reading.get();
    return rest ? *rest : std::string(Name(rest.error().kind));
  }
  std::string Read(const BodyFrame& frame, std::string buffered = {}) {
    return Of(Start(frame, std::move(buffered)));
  }
  void Send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = send(theirs_.get(), text.data(), text.size(), 0);
      if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0) std::this_thread::yield();
    }
  }
  std::string Receive() const {
    std::string text(1000, '\0');
    text.resize(static_cast<std::size_t>(
        std::max<ssize_t>(recv(theirs_.get(), text.data(), text.size(), MSG_DONTWAIT), 0)));
    return text;
  }

  BodyLimits limits_{.max_bytes = 1 << 20};
  TextSink sink_;
  test::Loop loop_;
  async::Strand strand_ = loop_.context().get_executor();
  Descriptor theirs_;
  std::unique_ptr<Stream> stream_;
};

constexpr BodyFrame kChunked = {.chunked = true};
constexpr const char* kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

TEST_F(BodyTest, IsReadFromWhatHasComeAndWhatComes) {
  auto reading = Start({.length = 11}, "hello");
  Send(" world");
  EXPECT_EQ(Of(std::move(reading)), "");
  EXPECT_EQ(sink_.text, "hello world");
  EXPECT_EQ(Receive(), "") << "nothing was asked of the client";
}

TEST_F(BodyTest, WhatFollowsIsGivenBack) {
  EXPECT_EQ(Read({.length = 5}, "helloGET /"), "GET /");
  EXPECT_EQ(Read({}, "GET /"), "GET /");
  EXPECT_EQ(sink_.text, "hello");
  Send("6\r\n world\r\n0\r\n\r\nGET /b");
  EXPECT_EQ(Read(kChunked), "GET /b");
  EXPECT_EQ(sink_.text, "hello world");
}

TEST_F(BodyTest, OfManyPiecesIsWhole) {
  std::string body(900'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 2654435761U >> 13);
  auto by_length = Start({.length = body.size()});
  Send(body);
  EXPECT_EQ(Of(std::move(by_length)), "");
  EXPECT_TRUE(sink_.text == body);
  sink_.text.clear();
  sink_.rooms.clear();
  auto by_chunks = Start(kChunked);
  for (std::size_t at = 0; at < body.size(); at += 100'000) {
    Send("186A0\r\n");
    Send(std::string_view(body).substr(at, 100'000));
    Send("\r\n");
  }
  Send("0\r\n\r\n");
  EXPECT_EQ(Of(std::move(by_chunks)), "");
  EXPECT_TRUE(sink_.text == body);
}

TEST_F(BodyTest, AsksForRoomAsBytesCome) {
  auto reading = Start({.length = 300'000});
  Send(std::string(300'000, 'x'));
  EXPECT_EQ(Of(std::move(reading)), "");
  EXPECT_EQ(sink_.rooms, (std::vector<std::uint64_t>{65536, 131072, 262144, 300'000}));
  sink_ = {};
  EXPECT_EQ(Read({.length = 5}, "hello"), "");
  EXPECT_EQ(sink_.rooms, std::vector<std::uint64_t>{5});
  sink_ = {};
  limits_.max_bytes = 7;
  EXPECT_EQ(Read(kChunked, "5\r\nhello\r\n0\r\n\r\n"), "");
  EXPECT_EQ(sink_.rooms, std::vector<std::uint64_t>{7}) << "never more than the limit";
}

TEST_F(BodyTest, WithoutRoomIsNotRead) {
  sink_.most = 100'000;
  auto reading = Start({.length = 300'000});
  Send(std::string(80'000, 'x'));
  EXPECT_EQ(Of(std::move(reading)), "Overloaded");
  EXPECT_LE(sink_.text.size(), 100'000U);
  sink_ = {};
  sink_.most = 4;
  EXPECT_EQ(Read({.length = 5, .expects_continue = true}), "Overloaded");
  EXPECT_EQ(Receive(), "") << "nor asked for";
}

TEST_F(BodyTest, TooLargeIsToldBeforeItCosts) {
  limits_.max_bytes = 10;
  Send("0123456789A");
  EXPECT_EQ(Read({.length = 11, .expects_continue = true}), "TooLarge");
  EXPECT_EQ(sink_.text, "");
  EXPECT_TRUE(sink_.rooms.empty());
  EXPECT_EQ(Receive(), "");
  EXPECT_TRUE(stream_->HasInput()) << "nothing was read";
  EXPECT_EQ(Read(kChunked, "B\r\n01"), "TooLarge");
  EXPECT_EQ(Read({.length = 10}, "0123456789"), "");
}

TEST_F(BodyTest, AsksAClientToGoOnThatWaitsForIt) {
  auto reading = Start({.length = 5, .expects_continue = true});
  std::string told;
  while (told.size() < std::string_view(kContinue).size()) told += Receive();
  EXPECT_EQ(told, kContinue);
  Send("hello");
  EXPECT_EQ(Of(std::move(reading)), "");
  EXPECT_EQ(sink_.text, "hello");
  sink_ = {};
  EXPECT_EQ(Read({.length = 5, .expects_continue = true}, "hello"), "");
  EXPECT_EQ(Read({.expects_continue = true}), "");
  EXPECT_EQ(Receive(), "") << "one that does not wait, or has nothing to send, is told nothing";
}

TEST_F(BodyTest, WhoSendsNothingIsCutOff) {
  limits_.floor.patience = std::chrono::milliseconds(5);
  EXPECT_EQ(Read({.length = 5}, "hell"), "RequestTimeout");
  EXPECT_EQ(Read(kChunked), "RequestTimeout");
  EXPECT_EQ(Read({.length = 5, .expects_continue = true}), "RequestTimeout");
}

TEST_F(BodyTest, HasAnEndHoweverMuchComes) {
  limits_.floor = {
      .patience = std::chrono::hours(1), .rate = 1, .whole = std::chrono::milliseconds(5)};
  EXPECT_EQ(Read({.length = 1 << 20}, std::string(100'000, 'x')), "RequestTimeout");
}

// Bytes of content buy time; a chunk's extensions do not, however many come.
TEST_F(BodyTest, FramingBuysNoTime) {
  limits_.floor = {.patience = std::chrono::milliseconds(30), .rate = 10'000'000};
  auto reading = Start(kChunked);
  const std::string chunk = "1;" + std::string(30'000, 'e') + "\r\nx\r\n";
  for (std::size_t at = 0;
       reading.wait_for(std::chrono::seconds(0)) != std::future_status::ready;) {
    const ssize_t sent = send(theirs_.get(), chunk.data() + at, chunk.size() - at, 0);
    if (sent > 0) at = (at + static_cast<std::size_t>(sent)) % chunk.size();
  }
  EXPECT_EQ(Of(std::move(reading)), "RequestTimeout");
}

TEST_F(BodyTest, WaitsForRoomOnlySoLong) {
  sink_.hangs = true;
  limits_.room_wait = std::chrono::milliseconds(1);
  EXPECT_EQ(Read({.length = 5}), "Overloaded");
  limits_.room_wait = std::chrono::hours(1);
  std::stop_source stop;
  auto reading = Start({.length = 5}, {}, stop.get_token());
  stop.request_stop();
  EXPECT_EQ(Of(std::move(reading)), "Cancelled");
}

TEST_F(BodyTest, ALineWithoutAnEndIsRefused) {
  limits_.floor.patience = std::chrono::hours(1);
  auto reading = Start(kChunked, "1;");
  Send(std::string(64 * 1024, 'e'));
  EXPECT_EQ(Of(std::move(reading)), "BadRequest");
}

TEST_F(BodyTest, EndsWhenTheClientLeaves) {
  auto reading = Start({.length = 5}, "hell");
  shutdown(theirs_.get(), SHUT_WR);
  EXPECT_EQ(Of(std::move(reading)), "Cancelled");
}

TEST_F(BodyTest, EndsWhenItIsToldTo) {
  limits_.floor.patience = std::chrono::hours(1);
  std::stop_source stop;
  auto reading = Start({.length = 5}, "hell", stop.get_token());
  stop.request_stop();
  EXPECT_EQ(Of(std::move(reading)), "Cancelled");
  EXPECT_EQ(Of(Start({.length = 5}, {}, stop.get_token())), "Cancelled");
  sink_ = {};
  Send("o");
  EXPECT_EQ(Read({.length = 1}), "") << "and the stream is as it was";
}

}  // namespace
}  // namespace whittle::http
