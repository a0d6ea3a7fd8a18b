#include "http/head.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::http {
namespace {

std::string HeadWith(const std::string& fields) {
  return "GET /a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

std::string HeadFor(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

RequestHead Parsed(const std::string& raw) {
  auto head = ParseHead(raw);
  EXPECT_TRUE(head) << raw << ": " << (head ? "" : head.error().detail);
  return head ? *std::move(head) : RequestHead();
}

std::string Refusal(const std::string& raw) {
  const auto head = ParseHead(raw);
  return head ? "accepted" : std::string(Name(head.error().kind));
}

TEST(ParseHead, ReadsWhatARequestSays) {
  const RequestHead head = Parsed("GET /resize/1/2/a%20b.jpg?x=1 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(head.method, Method::kGet);
  EXPECT_EQ(head.method_name, "GET");
  EXPECT_EQ(head.target, "/resize/1/2/a%20b.jpg?x=1");
  EXPECT_EQ(head.path, "/resize/1/2/a%20b.jpg");
  EXPECT_EQ(head.query, "x=1");
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.if_none_match, std::nullopt);
  EXPECT_EQ(head.if_modified_since, std::nullopt);
  EXPECT_EQ(head.request_id, std::nullopt);
}

TEST(ParseHead, JoinsTheAcceptFields) {
  EXPECT_EQ(Parsed(HeadWith("")).accept, "");
  EXPECT_EQ(Parsed(HeadWith("Accept:\r\n")).accept, "");
  EXPECT_EQ(Parsed(HeadWith("accept: image/webp\r\n")).accept, "image/webp");
  EXPECT_EQ(Parsed(HeadWith("Accept: image/webp\r\nAccept: */*;q=0.1\r\n")).accept,
            "image/webp, */*;q=0.1");
}

TEST(ParseHead, KnowsTheMethodsThatMatter) {
  const auto method = [](const std::string& name) {
    return Parsed(name + " /a HTTP/1.1\r\nHost: h\r\n\r\n").method;
  };
  EXPECT_EQ(method("GET"), Method::kGet);
  EXPECT_EQ(method("HEAD"), Method::kHead);
  EXPECT_EQ(method("OPTIONS"), Method::kOptions);
  for (const char* other : {"POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW", "get"}) {
    EXPECT_EQ(method(other), Method::kOther) << other;
  }
}

TEST(ParseHead, KeepsConnectionsAsTheVersionAndTheClientWish) {
  const auto keeps = [](const std::string& version, const std::string& fields) {
    return Parsed("GET /a " + version + "\r\nHost: h\r\n" + fields + "\r\n").keep_alive;
  };
  EXPECT_TRUE(keeps("HTTP/1.1", ""));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: foo, CLOSE\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", ""));
  EXPECT_TRUE(keeps("HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(ParseHead, Http10NeedsNoHost) {
  EXPECT_EQ(Parsed("GET /a HTTP/1.0\r\n\r\n").path, "/a");
  EXPECT_EQ(Refusal("GET /a HTTP/1.1\r\n\r\n"), "BadRequest");
}

TEST(ParseHead, SplitsEveryFormOfTarget) {
  struct Case {
    std::string target, path, query;
  };
  for (const Case& each : {Case{"/", "/", ""}, Case{"/?", "/", ""}, Case{"/a?b?c", "/a", "b?c"},
                           Case{"http://h/a", "/a", ""}, Case{"HTTP://h/a?b", "/a", "b"},
                           Case{"https://h:1/a", "/a", ""}, Case{"http://h", "/", ""},
                           Case{"/http://h/a", "/http://h/a", ""}}) {
    const RequestHead head = Parsed(HeadFor(each.target));
    EXPECT_EQ(head.path, each.path) << each.target;
    EXPECT_EQ(head.query, each.query) << each.target;
    EXPECT_EQ(head.target, each.target);
  }
  EXPECT_EQ(Parsed("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").path, "*");
}

TEST(ParseHead, RefusesTargetsThatAreNoPath) {
  for (const char* target : {"*", "a", "a/b", "h:443", "../a", "http://h?a", "ftp://h/a", "\\a",
                             "/a\\b", "/a#b", "/\x80", "/\xC3\xA4", "/\x7F", "/\x01", "?a"}) {
    EXPECT_EQ(Refusal(HeadFor(target)), "BadRequest") << target;
  }
  EXPECT_EQ(Refusal(HeadFor(std::string("/a\0b", 4))), "BadRequest");
}

TEST(ParseHead, JoinsSeveralLinesOfIfNoneMatch) {
  const RequestHead head =
      Parsed(HeadWith("If-None-Match: \"a\"\r\nX: y\r\nIf-None-Match: W/\"b\", \"c\"\r\n"));
  EXPECT_EQ(head.if_none_match, "\"a\", W/\"b\", \"c\"");
}

TEST(ParseHead, TakesOnlySaneRequestIds) {
  const auto id = [](const std::string& value) {
    return Parsed(HeadWith("X-Request-Id: " + value + "\r\n")).request_id;
  };
  EXPECT_EQ(id("aZ09-_."), "aZ09-_.");
  EXPECT_EQ(id(std::string(64, 'a')), std::string(64, 'a'));
  EXPECT_EQ(id(std::string(65, 'a')), std::nullopt);
  for (const char* odd : {"", "a b", "a\"b", "<script>", "a;b", "\xC3\xA4"}) {
    EXPECT_EQ(id(odd), std::nullopt) << odd;
  }
}

TEST(ParseHead, CountsHeaders) {
  const auto head = [](std::size_t fields) {
    std::string more;
    for (std::size_t i = 1; i < fields; ++i) more += "X: y\r\n";
    return HeadWith(more);
  };
  EXPECT_EQ(Refusal(head(kMaxHeaders)), "accepted");
  EXPECT_EQ(Refusal(head(kMaxHeaders + 1)), "HeadTooLarge");
}

TEST(ParseHead, MeasuresTheTarget) {
  EXPECT_EQ(Refusal(HeadFor("/" + std::string(kMaxTargetBytes - 1, 'a'))), "accepted");
  EXPECT_EQ(Refusal(HeadFor("/" + std::string(kMaxTargetBytes, 'a'))), "TargetTooLong");
}

// Where the head ends when it comes in pieces of `piece` bytes.
Expected<std::optional<std::size_t>> FindInPieces(const std::string& bytes, std::size_t piece) {
  std::size_t scanned = 0;
  for (std::size_t size = 0; size < bytes.size();) {
    size = std::min(size + piece, bytes.size());
    const auto end = FindHeadEnd(std::string_view(bytes).substr(0, size), scanned);
    if (!end || *end) return end;
  }
  return std::nullopt;
}

TEST(FindHeadEnd, FindsTheSameEndHoweverTheBytesCome) {
  const std::string head = HeadWith("A: b\r\n");
  for (std::size_t piece = 1; piece <= head.size(); ++piece) {
    const auto end = FindInPieces(head + "GET /next", piece);
    ASSERT_TRUE(end) << piece;
    EXPECT_EQ(*end, head.size()) << piece;
  }
}

TEST(FindHeadEnd, WaitsForMore) {
  const std::string head = HeadWith("");
  for (std::size_t size = 0; size < head.size(); ++size) {
    std::size_t scanned = 0;
    const auto end = FindHeadEnd(std::string_view(head).substr(0, size), scanned);
    ASSERT_TRUE(end) << size;
    EXPECT_EQ(*end, std::nullopt) << size;
    EXPECT_EQ(scanned, size);
  }
}

TEST(FindHeadEnd, RefusesLinesWithoutCarriageReturn) {
  for (const char* bytes : {"\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: h\n\n",
                            "GET / HTTP/1.1\r\nHost: h\r\n\n"}) {
    const auto end = FindInPieces(bytes, 3);
    ASSERT_FALSE(end) << bytes;
    EXPECT_EQ(end.error().kind, ErrorKind::kBadRequest);
  }
}

TEST(FindHeadEnd, GivesUpOnHeadsThatDoNotEnd) {
  const std::string line = "GET / HTTP/1.1\r\nX: ";
  const std::string full = line + std::string(kMaxHeadBytes - line.size(), 'x');
  EXPECT_TRUE(FindInPieces(full.substr(1), 1000));
  const auto end = FindInPieces(full, 1000);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, ErrorKind::kHeadTooLarge);
}

TEST(FindHeadEnd, GivesUpOnTargetsThatDoNotEnd) {
  const std::string full = "GET /" + std::string(kMaxTargetBytes - 1, 'a');
  EXPECT_TRUE(FindInPieces(full, 1000));
  const auto end = FindInPieces(full + "a", 1000);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, ErrorKind::kTargetTooLong);
}

}  // namespace
}  // namespace whittle::http
