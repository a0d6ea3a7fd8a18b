// The client against origins that do what they should not. Deadlines are short where a test is
// about them and long where it is not, so that only a hang would meet those.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdio>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "tests/source/http_fixture.h"

namespace whittle::source {
namespace {

// ---- What it should do --------------------------------------------------------------------------

TEST_F(HttpClientTest, APictureComesWithItsHash) {
  const std::string picture = Text(3 * kMiB + 17);
  Origin origin([&](const Origin::Request&, Origin::Connection& c) {
    c.Answer("200 OK", picture, "ETag: \"a\"\r\nX-Two: 1\r\nx-two:2 \r\n");
  });
  const auto answer = Get(origin.Url("/a.jpg"));
  ASSERT_TRUE(answer) << answer.error().error.detail;
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(AsText(answer->body.view()) == picture);
  EXPECT_EQ(answer->hash, HashOf(AsBytes(picture)));
  EXPECT_EQ(answer->bytes, picture.size());
  EXPECT_EQ(answer->Field("etag"), "\"a\"");
  EXPECT_EQ(answer->Field("x-two"), "1");
  EXPECT_EQ(answer->fields.back(), std::make_pair(std::string("x-two"), std::string("2")));
  EXPECT_LE(answer->body.capacity(), picture.size() + 4096) << "room for what was said, no more";
}

TEST_F(HttpClientTest, ItAsksPlainly) {
  Origin::Request asked;
  Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    asked = request;
    c.Answer("200 OK", "");
  });
  HttpRequest request{.url = origin.Url("/a%2Fb/../c%7E?x=%7e&y=a+b"),
                      .fields = {{"X-Key", "1"}, {"X-Bad", "1\r\nX-Worse: 2"}, {"X-None", ""}}};
  const auto answer = loop_.Run(client_.Get(std::move(request), Terms(), {}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), 0U);
  EXPECT_EQ(asked.method, "GET");
  EXPECT_EQ(asked.target, "/a%2Fb/../c%7E?x=%7e&y=a+b") << "a signature may be over it";
  EXPECT_EQ(asked.Field("host"), "127.0.0.1:" + std::to_string(origin.port()));
  EXPECT_EQ(asked.Field("accept-encoding"), "identity");
  EXPECT_EQ(asked.Field("user-agent"), "whittle");
  EXPECT_EQ(asked.Field("x-key"), "1");
  EXPECT_EQ(asked.Field("x-bad"), "(none)");
  EXPECT_EQ(asked.Field("x-worse"), "(none)");
  EXPECT_EQ(asked.Field("x-none"), "");
  EXPECT_EQ(asked.Field("expect"), "(none)");
}

TEST_F(HttpClientTest, ConnectionsAreReused) {
  Origin origin([](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "x"); });
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Get(origin.Url("/")));
  EXPECT_EQ(origin.requests(), 5);
  EXPECT_EQ(origin.connections(), 1);
}

TEST_F(HttpClientTest, BodiesWithoutALengthEndWhereTheyEnd) {
  const std::string picture = Text(2 * kMiB + 1);
  Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    if (request.target == "/chunked") {
      c.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (std::size_t at = 0; at < picture.size(); at += 60'000) {
        const std::string piece = picture.substr(at, 60'000);
        char head[16];
        snprintf(head, sizeof head, "%zx\r\n", piece.size());
        c.Send(head + piece + "\r\n");
      }
      c.Send("0\r\nX-Trailer: 1\r\n\r\n");
    } else {
      c.Send("HTTP/1.1 200 OK\r\n\r\n" + picture);
      c.Close();
    }
  });
  for (const char* path : {"/chunked", "/closed"}) {
    const auto answer = Get(origin.Url(path));
    ASSERT_TRUE(answer) << answer.error().error.detail;
    EXPECT_TRUE(AsText(answer->body.view()) == picture);
    EXPECT_EQ(answer->hash, HashOf(AsBytes(picture)));
    EXPECT_EQ(answer->Field("x-trailer"), "");
  }
}

TEST_F(HttpClientTest, OtherStatusesAreAnswersWithTheStartOfTheirText) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    if (request.target == "/304") {
      return void(c.Send("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"));
    }
    if (request.target == "/204") return void(c.Send("HTTP/1.1 204 No Content\r\n\r\n"));
    if (request.target == "/302") return void(c.Answer("302 Found", "", "Location: /there\r\n"));
    c.Answer(request.target.substr(1) + " X", std::string(100'000, 'e'));
  });
  for (const int status : {206, 400, 404, 500, 503}) {
    const auto answer = Get(origin.Url("/" + std::to_string(status)));
    ASSERT_TRUE(answer) << answer.error().error.detail;
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->text, std::string(HttpTransfer::kMaxText, 'e'));
    EXPECT_EQ(answer->body.size(), 0U);
  }
  for (const int status : {204, 302, 304}) {
    const auto answer = Get(origin.Url("/" + std::to_string(status)));
    ASSERT_TRUE(answer) << answer.error().error.detail;
    EXPECT_EQ(answer->status, status);
  }
  EXPECT_EQ(memory_.mapped(), 0U);
}

TEST_F(HttpClientTest, SmallCallsHaveMethodsAndBodies) {
  Origin::Request asked;
  Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    asked = request;
    if (request.target == "/long") return void(c.Answer("200 OK", std::string(kMiB + 1, 'x')));
    c.Answer("201 Created", request.method == "HEAD" ? "" : std::string(20'000, 'x'), "X-A: b\r\n");
  });
  const HttpCall call = client_.Call(kLong);
  auto answer =
      loop_.Run(call({"POST", origin.Url("/t"), {{"Content-Type", "text/x"}}, "body"}, {}));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, std::string(20'000, 'x'));
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.body, "body");
  EXPECT_EQ(asked.Field("content-type"), "text/x");
  ASSERT_TRUE(loop_.Run(call({"PUT", origin.Url("/t"), {}, ""}, {})));
  EXPECT_EQ(asked.method, "PUT");
  EXPECT_EQ(asked.Field("content-length"), "0");
  ASSERT_TRUE(loop_.Run(call({"HEAD", origin.Url("/t"), {}, ""}, {})));
  EXPECT_EQ(asked.method, "HEAD");
  const auto too_long = loop_.Run(call({"GET", origin.Url("/long"), {}, ""}, {}));
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().kind, ErrorKind::kUpstream);
}

// ---- F1, F3: origins that hang or drip ----------------------------------------------------------

TEST_F(HttpClientTest, EveryPhaseThatHangsEndsAtItsDeadline) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    if (request.target == "/body") c.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
    if (request.target == "/head") c.Send("HTTP/1.1 200 OK\r\nContent-Le");
    if (request.target == "/1xx") c.Send("HTTP/1.1 102 Processing\r\n\r\n");
    c.Hang();
  });
  HttpDeadlines soon = kLong;
  soon.first_byte = milliseconds(50);
  EXPECT_EQ(Wrong(Get(origin.Url("/"), Terms(kMiB, soon))), "UpstreamTimeout in first byte");
  EXPECT_EQ(Wrong(Get(origin.Url("/head"), Terms(kMiB, soon))), "UpstreamTimeout in first byte");
  EXPECT_EQ(Wrong(Get(origin.Url("/1xx"), Terms(kMiB, soon))), "UpstreamTimeout in first byte");
  soon = kLong;
  soon.floor = 1024;
  soon.floor_over = milliseconds(50);
  EXPECT_EQ(Wrong(Get(origin.Url("/body"), Terms(kMiB, soon))), "UpstreamTimeout in body");
  soon = kLong;
  soon.whole = milliseconds(50);
  EXPECT_EQ(Wrong(Get(origin.Url("/"), Terms(kMiB, soon))), "UpstreamTimeout in first byte");
  EXPECT_EQ(Wrong(Get(origin.Url("/body"), Terms(kMiB, soon))), "UpstreamTimeout in body");
  soon = kLong;
  soon.connect = milliseconds(500);
  soon.tls = milliseconds(50);
  const std::string tls = "https://127.0.0.1:" + std::to_string(origin.port());
  EXPECT_EQ(Wrong(Get(tls, Terms(kMiB, soon))), "UpstreamTimeout in tls");
  EXPECT_TRUE(origin.BecomesIdle()) << "and nothing is held";
}

// A listener whose queue is full leaves who connects without an answer.
TEST_F(HttpClientTest, AConnectionThatHangsEndsAtItsDeadline) {
  const Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{.sin_family = AF_INET};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  ASSERT_EQ(listen(listener.get(), 0), 0);
  socklen_t size = sizeof at;
  getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at), &size);
  std::vector<Descriptor> queue;
  for (int i = 0; i < 4; ++i) {
    queue.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    static_cast<void>(
        connect(queue.back().get(), reinterpret_cast<const sockaddr*>(&at), sizeof at));
  }
  HttpDeadlines soon = kLong;
  soon.connect = milliseconds(50);
  const auto url = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  EXPECT_EQ(Wrong(Get(url, Terms(kMiB, soon))), "UpstreamTimeout in connect");
}

TEST_F(HttpClientTest, ADripIsTooSlowHoweverOftenItDrips) {
  Origin origin([](const Origin::Request&, Origin::Connection& c) {
    c.Send("HTTP/1.1 200 OK\r\n\r\n");
    while (c.Send("x")) std::this_thread::yield();
  });
  HttpDeadlines soon = kLong;
  soon.floor = 1'000'000'000;
  soon.floor_over = milliseconds(20);
  EXPECT_EQ(Wrong(Get(origin.Url("/"), Terms(1ULL << 40, soon))), "UpstreamTimeout in body");
  EXPECT_TRUE(origin.BecomesIdle());
}

TEST_F(HttpClientTest, WhoIsToldToStopLeavesAndTheOriginSeesIt) {
  Origin origin([](const Origin::Request&, Origin::Connection& c) {
    c.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
    c.Hang();
  });
  std::stop_source stop;
  auto result = loop_.Start(client_.Get({.url = origin.Url("/")}, Terms(), stop.get_token()));
  while (origin.requests() != 1) std::this_thread::yield();
  stop.request_stop();
  EXPECT_EQ(Wrong(result.get()), "Cancelled in resolve");
  EXPECT_TRUE(origin.BecomesIdle());
  EXPECT_EQ(Wrong(loop_.Run(client_.Get({.url = origin.Url("/")}, Terms(), stop.get_token()))),
            "Cancelled in resolve");
  EXPECT_EQ(origin.requests(), 1);
}

// ---- F2: resets, early ends ---------------------------------------------------------------------

TEST_F(HttpClientTest, BrokenConnectionsAreToldFromBrokenAnswers) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    if (request.target == "/reset") return c.Reset();
    if (request.target == "/close") return c.Close();
    if (request.target == "/reset-head") c.Send("HTTP/1.1 200 O");
    if (request.target == "/short") {
      c.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + Text(10'000));
    }
    if (request.target == "/short-chunk") {
      c.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\nabc");
    }
    if (request.target == "/no-http") c.Send("SSH-2.0-x\r\n\r\n");
    c.Close();
  });
  for (const char* path : {"/reset", "/close"}) {
    const auto result = Get(origin.Url(path));
    EXPECT_EQ(Wrong(result), "Upstream in first byte") << path;
    EXPECT_TRUE(result.error().untouched) << path;
  }
  for (const char* path : {"/short", "/short-chunk"}) {
    const auto result = Get(origin.Url(path));
    EXPECT_EQ(Wrong(result), "Upstream in body") << path;
    EXPECT_FALSE(result.error().untouched) << path;
  }
  EXPECT_EQ(Wrong(Get(origin.Url("/no-http"))), "Upstream in first byte");
  EXPECT_EQ(Wrong(Get(origin.Url("/reset-head"))), "Upstream in first byte");
}

TEST_F(HttpClientTest, NobodyListens) {
  std::string url;
  {
    Origin origin([](const Origin::Request&, Origin::Connection&) {});
    url = origin.Url("/");
  }
  const auto result = Get(url);
  EXPECT_EQ(Wrong(result), "Upstream in connect");
  EXPECT_TRUE(result.error().untouched);
  EXPECT_TRUE(result.error().error.detail.starts_with("127.0.0.1:")) << result.error().error.detail;
}

// ---- F4: lengths that lie -----------------------------------------------------------------------

TEST_F(HttpClientTest, ALengthBeyondTheCapIsRefusedUnread) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    c.Send("HTTP/1.1 200 OK\r\nContent-Length: " + request.target.substr(1) + "\r\n\r\n" +
           Text(1024));
    c.Hang();
  });
  EXPECT_EQ(Wrong(Get(origin.Url("/10737418240"), Terms(64 * kMiB))), "TooLarge in body");
  EXPECT_EQ(Wrong(Get(origin.Url("/1025"), Terms(1024))), "TooLarge in body");
  EXPECT_EQ(Wrong(Get(origin.Url("/99999999999999999999"), Terms(64 * kMiB))), "Upstream in body");
  EXPECT_EQ(memory_.mapped(), 0U);
  const auto just = Get(origin.Url("/1024"), Terms(1024));
  ASSERT_TRUE(just);
  EXPECT_EQ(just->body.size(), 1024U);
}

TEST_F(HttpClientTest, ABodyIsCutAtTheCap) {
  std::atomic<std::size_t> sent = 0;
  Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    c.Send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    if (request.target == "/just") {
      c.Send(Text(2 * kMiB));
      return c.Close();
    }
    const std::string piece = Text(64 << 10);
    while (c.Send(piece)) sent += piece.size();
  });
  const auto just = Get(origin.Url("/just"), Terms(2 * kMiB));
  ASSERT_TRUE(just) << just.error().error.detail;
  EXPECT_EQ(just->body.size(), 2 * kMiB);
  EXPECT_EQ(Wrong(Get(origin.Url("/just"), Terms(2 * kMiB - 1))), "TooLarge in body");
  EXPECT_EQ(Wrong(Get(origin.Url("/endless"), Terms(2 * kMiB))), "TooLarge in body");
  EXPECT_TRUE(origin.BecomesIdle());
  EXPECT_LT(sent, 64 * kMiB) << "it is not read on";
}

TEST_F(HttpClientTest, ALengthWithinTheCapIsBelievedOnlySoFar) {
  Origin origin([](const Origin::Request&, Origin::Connection& c) {
    c.Send("HTTP/1.1 200 OK\r\nContent-Length: 16000000\r\n\r\n" + Text(1000));
    c.Close();
  });
  EXPECT_EQ(Wrong(Get(origin.Url("/"), Terms(16 * kMiB))), "Upstream in body");
  EXPECT_EQ(memory_.mapped(), HttpTransfer::kFirstRoom);
}

TEST_F(HttpClientTest, WhatIsEncodedIsRefused) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    c.Answer("200 OK", "xyz",
             request.target.substr(1) == "id" ? "Content-Encoding: Identity\r\n"
             : request.target == "/gzip"      ? "Content-Encoding: gzip\r\n"
                                              : "Transfer-Encoding: gzip, chunked\r\n");
  });
  EXPECT_TRUE(Get(origin.Url("/id")));
  EXPECT_EQ(Wrong(Get(origin.Url("/gzip"))), "Upstream in body");
  EXPECT_EQ(Wrong(Get(origin.Url("/transfer"))), "Upstream in body");
}

// ---- F6: heads ----------------------------------------------------------------------------------

TEST_F(HttpClientTest, HeadsAreLimited) {
  // All of the head is "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: <...>\r\n\r\n".
  constexpr std::size_t kFixed = 17 + 19 + 3 + 2 + 2;
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    const auto size = std::stoul(request.target.substr(1));
    c.Send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: " + std::string(size - kFixed, 'x') +
           "\r\n\r\nx");
  });
  EXPECT_TRUE(Get(origin.Url("/" + std::to_string(HttpTransfer::kMaxHead))));
  EXPECT_EQ(Wrong(Get(origin.Url("/" + std::to_string(HttpTransfer::kMaxHead + 1)))),
            "Upstream in first byte");
  EXPECT_FALSE(Get(origin.Url("/102400")));
}

TEST_F(HttpClientTest, ManySmallFieldsAndManyHeadsAreLimited) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    if (request.target == "/fields") {
      c.Send("HTTP/1.1 200 OK\r\n");
      while (c.Send("X: y\r\n")) {
      }
    } else if (request.target == "/flood") {
      while (c.Send("HTTP/1.1 103 Early Hints\r\n\r\n")) {
      }
    } else {
      c.Send("HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nX: y\r\n\r\n");
      c.Answer("200 OK", "x");
    }
  });
  EXPECT_EQ(Wrong(Get(origin.Url("/fields"))), "Upstream in first byte");
  EXPECT_EQ(Wrong(Get(origin.Url("/flood"))), "Upstream in first byte");
  const auto hints = Get(origin.Url("/hints"));
  ASSERT_TRUE(hints) << hints.error().error.detail;
  EXPECT_EQ(hints->status, 200);
  EXPECT_EQ(hints->Field("x"), "") << "of another head";
  EXPECT_EQ(hints->body.size(), 1U);
}

// ---- Memory -------------------------------------------------------------------------------------

TEST_F(HttpClientTest, ATransferWaitsForRoomAndOthersDoNotWaitForIt) {
  const std::string large = Text(6 * kMiB);
  Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    c.Answer("200 OK", request.target == "/large" ? large : "small");
  });
  auto held = memory_.Try(13 * kMiB);  // of 16
  ASSERT_TRUE(held);
  auto result = loop_.Start(client_.Get({.url = origin.Url("/large")}, Terms(), {}));
  while (budget_.stats().waiting != 1) std::this_thread::yield();
  const HttpTerms without_memory{.deadlines = kLong};
  EXPECT_TRUE(Get(origin.Url("/small"), without_memory)) << "the thread goes on";
  held.reset();
  const auto answer = result.get();
  ASSERT_TRUE(answer) << answer.error().error.detail;
  EXPECT_TRUE(AsText(answer->body.view()) == large);
  EXPECT_EQ(answer->hash, HashOf(AsBytes(large)));
}

TEST_F(HttpClientTest, WithoutRoomAFetchGivesUpWhatItHas) {
  Origin origin(
      [](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", Text(6 * kMiB)); });
  HttpDeadlines soon = kLong;
  soon.room = milliseconds(20);
  for (const std::size_t held : {13 * kMiB, 16 * kMiB}) {
    while (budget_.stats().used[0] != 0) std::this_thread::yield();
    const auto others = memory_.Try(held);
    ASSERT_TRUE(others);
    EXPECT_EQ(Wrong(Get(origin.Url("/"), Terms(8 * kMiB, soon))), "Overloaded in resolve");
    EXPECT_TRUE(origin.BecomesIdle());
  }
  while (budget_.stats().used[0] != 0) std::this_thread::yield();
}

TEST_F(HttpClientTest, WhoWaitsForRoomCanBeStopped) {
  Origin origin(
      [](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", Text(6 * kMiB)); });
  const auto held = memory_.Try(13 * kMiB);
  std::stop_source stop;
  auto result = loop_.Start(client_.Get({.url = origin.Url("/")}, Terms(), stop.get_token()));
  while (budget_.stats().waiting != 1) std::this_thread::yield();
  stop.request_stop();
  EXPECT_EQ(Wrong(result.get()), "Cancelled in resolve");
  EXPECT_TRUE(origin.BecomesIdle());
}

// ---- The end ------------------------------------------------------------------------------------

TEST_F(HttpClientTest, AClientThatEndsLeavesNobodyWaiting) {
  Origin origin([](const Origin::Request&, Origin::Connection& c) { c.Hang(); });
  std::future<HttpResult> result;
  {
    HttpClient client({});
    result = loop_.Start(client.Get({.url = origin.Url("/")}, Terms(), {}));
    while (origin.requests() != 1) std::this_thread::yield();
  }
  EXPECT_EQ(Wrong(result.get()), "Cancelled in first byte");
  EXPECT_TRUE(origin.BecomesIdle());
}

TEST_F(HttpClientTest, ManyAtOnce) {
  const std::string picture = Text(100'000);  // all of them fit, while nobody has taken any
  Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    if (request.target == "/reset") return c.Reset();
    c.Answer("200 OK", picture);
  });
  std::vector<std::future<HttpResult>> all;
  std::stop_source stop;
  for (int i = 0; i < 120; ++i) {
    const std::string path = i % 5 == 0 ? "/reset" : "/a";
    all.push_back(loop_.Start(client_.Get({.url = origin.Url(path)}, Terms(),
                                          i % 7 == 0 ? stop.get_token() : std::stop_token())));
  }
  stop.request_stop();
  for (int i = 0; i < 120; ++i) {
    const auto result = all[static_cast<std::size_t>(i)].get();
    if (i % 5 == 0 || (!result && i % 7 == 0)) {
      EXPECT_FALSE(result);
      continue;
    }
    ASSERT_TRUE(result) << result.error().error.detail;
    EXPECT_EQ(result->hash, HashOf(AsBytes(picture)));
  }
  while (budget_.stats().used[0] != 0) {
    all.clear();
    std::this_thread::yield();
  }
}

}  // namespace
}  // namespace whittle::source
