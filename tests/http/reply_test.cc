#include "http/reply.h"

#include <gtest/gtest.h>

#include <set>

#include "http/conditional.h"
#include "http/reply_head.h"
#include "http/request_id.h"

namespace whittle::http {
namespace {

std::string FieldOf(const Reply& reply, std::string_view name) {
  const std::string fields = "\r\n" + reply.fields;
  const std::string start = "\r\n" + std::string(name) + ": ";
  const std::size_t line = fields.find(start);
  if (line == std::string::npos) return "(none)";
  const std::size_t value = line + start.size();
  return fields.substr(value, fields.find("\r\n", value) - value);
}

TEST(Reply, SaysAnErrorsStatusAndPublicTextOnly) {
  const Reply reply = ErrorReply(Error::Of(ErrorKind::kNotFound, "/secret/path"));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body(), "image not found");
  EXPECT_EQ(FieldOf(reply, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(FieldOf(reply, "Retry-After"), "(none)");
  EXPECT_EQ(reply.error->detail, "/secret/path");
}

TEST(Reply, TellsWhenToComeBack) {
  Reply reply = ErrorReply(Error::Of(ErrorKind::kOverloaded));
  AddRetryAfter(reply, std::chrono::seconds(3));
  EXPECT_EQ(FieldOf(reply, "Retry-After"), "3");
}

// Without a word on it caches keep a 404 for as long as they like.
TEST(Reply, TellsCachesToKeepNothingButPictures) {
  for (const ErrorKind kind :
       {ErrorKind::kBadRequest, ErrorKind::kTooLarge, ErrorKind::kUnsupported,
        ErrorKind::kUndecodable, ErrorKind::kTooSlow, ErrorKind::kUnreadable,
        ErrorKind::kOverloaded, ErrorKind::kRequestTimeout}) {
    EXPECT_EQ(FieldOf(ErrorReply(Error::Of(kind)), "Cache-Control"), "no-store") << Name(kind);
  }
  EXPECT_EQ(FieldOf(ErrorReply(Error::Of(ErrorKind::kNotFound)), "Cache-Control"),
            "public, max-age=10");
  EXPECT_EQ(FieldOf(TextReply(200, "ok"), "Cache-Control"), "no-store");
  EXPECT_EQ(FieldOf(TextReply(200, "{}", "application/json"), "Cache-Control"), "no-store");
  EXPECT_EQ(FieldOf(OptionsReply(), "Cache-Control"), "no-store");
  EXPECT_EQ(FieldOf(MethodNotAllowedReply(), "Cache-Control"), "no-store");
}

TEST(Reply, NamesTheMethods) {
  EXPECT_EQ(OptionsReply().status, 204);
  EXPECT_EQ(FieldOf(OptionsReply(), "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(MethodNotAllowedReply().status, 405);
  EXPECT_EQ(FieldOf(MethodNotAllowedReply(), "Allow"), "GET, HEAD, OPTIONS");
}

service::Answer AnswerWith(std::shared_ptr<const service::Rendition> rendition) {
  return {.identity = {.etag = "\"tag\"", .modified = 784111777},
          .rendition = std::move(rendition)};
}

TEST(Reply, CarriesThePicture) {
  auto rendition = std::make_shared<service::Rendition>();
  rendition->image.bytes = Bytes::CopyOf(AsBytes("pixels"));
  rendition->image.mime = "image/jpeg";
  rendition->stages[observe::Stage::kDecode] = std::chrono::microseconds(1230);
  const Reply reply = PictureReply(AnswerWith(rendition));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body(), "pixels");
  EXPECT_EQ(reply.format, "jpeg");
  EXPECT_EQ(FieldOf(reply, "Content-Type"), "image/jpeg");
  EXPECT_EQ(FieldOf(reply, "Cache-Control"), "public, max-age=31536000");
  EXPECT_EQ(FieldOf(reply, "ETag"), "\"tag\"");
  EXPECT_EQ(FieldOf(reply, "Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(FieldOf(reply, "Server-Timing"), "decode;desc=\"decoding\";dur=1.23");
  EXPECT_EQ(FieldOf(reply, "X-Whittle-Warning"), "(none)");
}

TEST(Reply, SaysTheFormatsTypeAndWhatItDependsOn) {
  for (std::size_t i = 0; i < std::size(kFormatMimes); ++i) {
    auto rendition = std::make_shared<service::Rendition>();
    rendition->image.mime = kFormatMimes[i];
    const Reply reply = PictureReply(AnswerWith(rendition), {.vary_by_accept = true});
    EXPECT_EQ(FieldOf(reply, "Content-Type"), kFormatMimes[i]);
    EXPECT_EQ(reply.format, kFormatWords[i]);
    EXPECT_EQ(FieldOf(reply, "Vary"), "Accept");
    EXPECT_EQ(FieldOf(PictureReply(AnswerWith(rendition)), "Vary"), "(none)");
  }
  EXPECT_EQ(FieldOf(PictureReply(AnswerWith(nullptr), {.vary_by_accept = true}), "Vary"), "Accept");
}

// The times are those of whoever had it made.
TEST(Reply, TellsOfAKeptPictureOnlyThatItWasKept) {
  auto rendition = std::make_shared<service::Rendition>();
  rendition->image.mime = "image/jpeg";
  rendition->stages[observe::Stage::kDecode] = std::chrono::microseconds(1230);
  service::Answer answer = AnswerWith(rendition);
  answer.kept = true;
  const Reply reply = PictureReply(answer);
  EXPECT_EQ(FieldOf(reply, "Server-Timing"), "cache;desc=hit");
  EXPECT_EQ(reply.stages[observe::Stage::kDecode].count(), 0);
}

TEST(Reply, IsNotModifiedWithoutPicture) {
  const Reply reply = PictureReply(AnswerWith(nullptr));
  EXPECT_EQ(reply.status, 304);
  EXPECT_EQ(reply.body(), "");
  EXPECT_EQ(FieldOf(reply, "ETag"), "\"tag\"");
  EXPECT_EQ(FieldOf(reply, "Cache-Control"), "public, max-age=31536000");
  EXPECT_EQ(FieldOf(reply, "Content-Type"), "(none)");
}

TEST(Reply, TellsCachesWhatTheOperatorSaysOrTheSource) {
  const CachingRules rules{.cache_control = "private, max-age=5"};
  service::Answer answer = AnswerWith(std::make_shared<service::Rendition>());
  EXPECT_EQ(FieldOf(PictureReply(answer, rules), "Cache-Control"), "private, max-age=5");
  answer.caching.emplace().Add("max-age=7, immutable");
  EXPECT_EQ(FieldOf(PictureReply(answer, rules), "Cache-Control"), "immutable, max-age=7");
  answer.rendition = nullptr;
  EXPECT_EQ(FieldOf(PictureReply(answer, rules), "Cache-Control"), "immutable, max-age=7")
      << "a 304, too";
}

// Short, but never longer or for more than was said of whole pictures.
TEST(Reply, OfWhatIsTruncatedIsNoMoreThanWasSaid) {
  service::Answer answer = AnswerWith(std::make_shared<service::Rendition>());
  answer.identity.truncated = true;
  const auto told = [&](CachingRules rules) {
    return FieldOf(PictureReply(answer, rules), "Cache-Control");
  };
  const std::chrono::seconds age(60);
  EXPECT_EQ(told({.cache_control = "private, max-age=90", .truncated_max_age = age}),
            "private, max-age=60");
  EXPECT_EQ(told({.cache_control = "public, max-age=30, immutable", .truncated_max_age = age}),
            "public, max-age=30");
  EXPECT_EQ(told({.cache_control = "no-store", .truncated_max_age = age}), "no-store");
  answer.caching.emplace().Add("max-age=86400, s-maxage=59, stale-while-revalidate=9");
  EXPECT_EQ(told({.truncated_max_age = age}), "max-age=60, s-maxage=59");
  EXPECT_EQ(told({.truncated_max_age = std::chrono::seconds(0)}), "no-cache");
  answer.caching.emplace().Add("no-store");
  EXPECT_EQ(told({.truncated_max_age = age}), "no-store");
}

// A half-uploaded file must not stay in caches for a year, neither by a 200 nor by a 304.
TEST(Reply, WarnsOfWhatIsTruncatedAndKeepsItShort) {
  auto rendition = std::make_shared<service::Rendition>();
  rendition->image.mime = "image/jpeg";
  for (const auto& picture : {rendition, std::shared_ptr<service::Rendition>()}) {
    service::Answer answer = AnswerWith(picture);
    answer.identity = answer.identity.Once(true);
    const Reply reply = PictureReply(answer);
    EXPECT_EQ(reply.status, picture ? 200 : 304);
    EXPECT_EQ(FieldOf(reply, "ETag"), "\"tag-t\"");
    EXPECT_EQ(FieldOf(reply, "X-Whittle-Warning"), "truncated");
    EXPECT_EQ(FieldOf(reply, "Last-Modified"), "(none)") << "a date to ask by for the whole";
    EXPECT_EQ(FieldOf(reply, "Cache-Control"), "public, max-age=60");
    const auto with_age = [&](int seconds) {
      const CachingRules rules = {.truncated_max_age = std::chrono::seconds(seconds)};
      return FieldOf(PictureReply(answer, rules), "Cache-Control");
    };
    EXPECT_EQ(with_age(1), "public, max-age=1");
    EXPECT_EQ(with_age(0), "no-cache") << "they may keep it, and ask";
    EXPECT_EQ(with_age(86400), "public, max-age=86400");
  }
}

TEST(ServerTiming, ListsTheStagesThatTookTime) {
  observe::StageTimes stages;
  EXPECT_EQ(ServerTiming(stages), "");
  stages[observe::Stage::kRead] = std::chrono::microseconds(300);
  stages[observe::Stage::kQueue] = std::chrono::milliseconds(12);
  EXPECT_EQ(ServerTiming(stages),
            "queue;desc=\"waiting for a slot\";dur=12.00, read;desc=\"reading the file\";dur=0.30");
}

TEST(RequestId, IsHexadecimalAndNew) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    std::string id = "kept from the request before";
    MakeRequestId(id);
    EXPECT_EQ(id.size(), 16U);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
    EXPECT_TRUE(seen.insert(id).second) << id;
  }
}

TEST(ReplyHead, IsTheWholeHeadByteForByte) {
  Reply reply = TextReply(503, "busy");
  reply.AddField("Retry-After", "1");
  std::string out = "kept|";
  AppendHead(out, reply, {.request_id = "abc", .now = 784111777, .keep_alive = true});
  EXPECT_EQ(out,
            "kept|HTTP/1.1 503 Service Unavailable\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Cache-Control: no-store\r\n"
            "Retry-After: 1\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "X-Request-Id: abc\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Connection: keep-alive\r\n"
            "Content-Length: 4\r\n"
            "\r\n");
}

TEST(ReplyHead, TellsTheTimeOfEachReply) {
  for (const std::time_t now : {784111777, 784111778, 784111777}) {
    std::string out;
    AppendHead(out, TextReply(200, ""), {.request_id = "a", .now = now});
    EXPECT_NE(out.find(FormatHttpDate(now)), std::string::npos);
    EXPECT_NE(out.find("Connection: close\r\nContent-Length: 0\r\n"), std::string::npos);
  }
}

TEST(ReplyHead, HasNoLengthWhereThereIsNoBody) {
  for (const int status : {204, 304}) {
    Reply reply;
    reply.status = status;
    std::string out;
    AppendHead(out, reply, {.request_id = "a"});
    EXPECT_EQ(out.find("Content-Length"), std::string::npos);
    EXPECT_TRUE(out.ends_with("\r\n\r\n"));
  }
}

}  // namespace
}  // namespace whittle::http
