// Request heads that we must not take: one clear answer, then the connection closes, whatever
// follows. Rows after the reliability notes on HTTP parsers and request smuggling.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {

struct Row {
  const char* what;
  std::string head;
  int status = 400;
};

// A request with these lines after Host.
std::string With(const std::string& lines) {
  return "GET /health HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n";
}
std::string Line(const std::string& line) { return line + "\r\nHost: h\r\n\r\n"; }
std::string Target(const std::string& target) { return Line("GET " + target + " HTTP/1.1"); }

std::vector<Row> Rows() {
  using namespace std::string_literals;
  return {
      // Anything that announces a body.
      {"chunked", With("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n"},
      {"identity and length",
       With("Transfer-Encoding: identity\r\nContent-Length: 4\r\n") + "GET "},
      {"gzip", With("Transfer-Encoding: gzip\r\n")},
      {"chunked, gzip", With("Transfer-Encoding: chunked, gzip\r\n")},
      {"xchunked", With("Transfer-Encoding: xchunked\r\n")},
      {"empty encoding", With("Transfer-Encoding:\r\n")},
      {"folded encoding", With("Transfer-Encoding:\r\n chunked\r\n")},
      {"length, encoding",
       With("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n"},
      {"encoding, length",
       With("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n") + "0\r\n\r\n"},
      {"HTTP/1.0 chunked", "GET /health HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"a body", With("Content-Length: 4\r\n") + "body"},
      {"POST with a body", "POST /health HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"},
      {"a body to wait for", With("Content-Length: 4\r\nExpect: 100-continue\r\n")},
      {"two lengths", With("Content-Length: 0\r\nContent-Length: 0\r\n")},
      {"two lengths that differ", With("Content-Length: 0\r\nContent-Length: 4\r\n") + "body"},
      {"list of lengths", With("Content-Length: 4, 4\r\n") + "body"},
      {"length +4", With("Content-Length: +4\r\n") + "body"},
      {"length -1", With("Content-Length: -1\r\n")},
      {"length 0x4", With("Content-Length: 0x4\r\n") + "body"},
      {"length 4_0", With("Content-Length: 4_0\r\n") + "body"},
      {"empty length", With("Content-Length:\r\n")},
      {"length over 64 bits", With("Content-Length: 18446744073709551620\r\n") + "body"},
      // Host.
      {"no Host", "GET /health HTTP/1.1\r\n\r\n"},
      {"two Hosts", With("Host: h\r\n")},
      {"two Hosts that differ", With("Host: evil\r\n")},
      // Header lines.
      {"folded line", With("X: a\r\n b\r\n")},
      {"line folded by a tab", With("X: a\r\n\tb\r\n")},
      {"blank first line", "GET /health HTTP/1.1\r\n Host: h\r\n\r\n"},
      {"space before colon", "GET /health HTTP/1.1\r\nHost : h\r\n\r\n"},
      {"tab before colon", "GET /health HTTP/1.1\r\nHost: h\r\nX\t: y\r\n\r\n"},
      {"no colon", With("X\r\n")},
      {"empty name", With(": x\r\n")},
      {"space in name", With("X Y: x\r\n")},
      {"8-bit name", With("\xC3\xA4: x\r\n")},
      {"NUL in name", With("X\0Y: x\r\n"s)},
      {"NUL in value", With("X: a\0b\r\n"s)},
      {"DEL in value", With("X: a\x7F\r\n")},
      {"bell in value", With("X: a\x07\r\n")},
      {"bare CR in value", With("X: a\rb\r\n")},
      {"bare LF after a field", With("X: a\nY: b\r\n")},
      {"bare LF everywhere", "GET /health HTTP/1.1\nHost: h\n\n"},
      {"bare LF at the end", "GET /health HTTP/1.1\r\nHost: h\r\n\n"},
      // Request lines.
      {"HTTP/2.0", Line("GET /health HTTP/2.0")},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"HTTP/1.9", Line("GET /health HTTP/1.9")},
      {"HTTP/0.9", "GET /health\r\n\r\n"},
      {"HTTP/0.9 with Host", Line("GET /health")},
      {"HTTP/11", Line("GET /health HTTP/11")},
      {"HTTP/1.1.1", Line("GET /health HTTP/1.1.1")},
      {"lower-case version", Line("GET /health http/1.1")},
      {"two spaces", Line("GET  /health HTTP/1.1")},
      {"two spaces before the version", Line("GET /health  HTTP/1.1")},
      {"tab", Line("GET\t/health HTTP/1.1")},
      {"space at the end", Line("GET /health HTTP/1.1 ")},
      {"space at the beginning", Line(" GET /health HTTP/1.1")},
      {"no method", Line(" /health HTTP/1.1")},
      {"odd method", Line("G\"T /health HTTP/1.1")},
      {"space in the target", Line("GET /hea lth HTTP/1.1")},
      {"two empty lines before", "\r\n\r\n" + With("")},
      {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\r\n\r\n"s},
      {"nothing but an empty line twice", "\r\n\r\n\r\n"},
      // Targets.
      {"fragment", Target("/health#x")},
      {"backslash", Target("/\\health")},
      {"8-bit byte", Target("/\xC3\xA4")},
      {"NUL in the target", Target("/a\0b"s)},
      {"DEL in the target", Target("/a\x7F")},
      {"control character in the target", Target("/a\x01")},
      {"asterisk", Target("*")},
      {"no slash", Target("health")},
      {"authority", Line("CONNECT h:443 HTTP/1.1")},
      {"other scheme", Target("ftp://h/health")},
      {"two dots in front", Target("../health")},
      // Size.
      {"head over 16 KiB", With("X: " + std::string(16 * 1024, 'x') + "\r\n"), 431},
      {"endless head", "GET /health HTTP/1.1\r\nX: " + std::string(40'000, 'x'), 431},
      {"target over 8 KiB", Target("/" + std::string(8 * 1024, 'x')), 414},
      {"endless target", "GET /" + std::string(40'000, 'x'), 414},
  };
}

TEST(RefusedHeads, GetOneAnswerAndTheEnd) {
  TestServer server;
  for (const Row& row : Rows()) {
    HttpClient client = server.Connect();
    // What comes behind is a sound request: answering it would be smuggling.
    client.TrySend(row.head + With(""));
    const HttpResponse response = client.Read();
    EXPECT_EQ(response.status, row.status) << row.what;
    EXPECT_EQ(response.Field("Connection"), "close") << row.what;
    EXPECT_EQ(response.Field("Cache-Control"), "no-store") << row.what;
    client.HalfClose();
    EXPECT_TRUE(client.ReadEnd()) << row.what << ": a second answer";
  }
  EXPECT_EQ(server.Get("/health").body, "ok");
}

// Each row once more after a sound request, and byte by byte: neither must change what is refused.
TEST(RefusedHeads, AreRefusedOnKeptConnectionsAndInPieces) {
  TestServer server;
  for (const Row& row : Rows()) {
    if (row.head.size() > 1000) continue;
    HttpClient client = server.Connect();
    client.Get("/health");
    bool open = true;
    for (std::size_t i = 0; i < row.head.size() && open; ++i) {
      open = client.TrySend(std::string_view(row.head).substr(i, 1));
    }
    EXPECT_EQ(client.Read().status, row.status) << row.what;
    client.HalfClose();
    EXPECT_TRUE(client.ReadEnd()) << row.what << ": a second answer";
  }
}

TEST(HeadLimits, AreExact) {
  TestServer server;
  HttpClient client = server.Connect();
  const auto head_of = [](std::size_t size) {
    const std::string rest = With("X: \r\n");
    return With("X: " + std::string(size - rest.size(), 'x') + "\r\n");
  };
  client.Send(head_of(16 * 1024));
  EXPECT_EQ(client.Read().status, 200);

  const auto fields = [](int count) {
    std::string lines;
    for (int i = 1; i < count; ++i) lines += "X: y\r\n";  // Host is one
    return lines;
  };
  EXPECT_EQ(client.Get("/health", fields(100).substr(0)).status, 200);
  EXPECT_EQ(client.Get("/" + std::string(8 * 1024 - 1, 'x')).status, 404);
  EXPECT_EQ(client.Get("/resize/1/1/" + std::string(8 * 1024 - 12, 'x')).status, 404);

  client.Send(head_of(16 * 1024 + 1));
  EXPECT_EQ(client.Read().status, 431);
  EXPECT_EQ(server.Get("/health", fields(101)).status, 431);
  EXPECT_EQ(server.Get("/" + std::string(8 * 1024, 'x')).status, 414);
}

TEST(HeadLimits, WhatIsOddButLegalIsTaken) {
  TestServer server;
  const Row rows[] = {
      {"one empty line before", "\r\n" + With(""), 200},
      {"empty Host", "GET /health HTTP/1.1\r\nHost:\r\n\r\n", 200},
      {"absolute target", Target("http://elsewhere/health"), 200},
      {"no space after the colon", With("X:y\r\n"), 200},
      {"blanks around a value", With("X: \t y \t\r\n"), 200},
      {"empty value", With("X:\r\n"), 200},
      {"8-bit value", With("X: \xC3\xA4\r\n"), 200},
      {"a body of nothing", With("Content-Length: 0\r\n"), 200},
      {"expectation without a body", With("Expect: 100-continue\r\n"), 200},
      {"upgrade", With("Connection: Upgrade\r\nUpgrade: h2c\r\n"), 200},
  };
  for (const Row& row : rows) {
    HttpClient client = server.Connect();
    client.Send(row.head + With(""));
    EXPECT_EQ(client.Read().status, row.status) << row.what;
    EXPECT_EQ(client.Read().status, 200) << row.what << ": the next request";
  }
}

}  // namespace
}  // namespace whittle::test
