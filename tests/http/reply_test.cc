#include "http/reply.h"

#include <gtest/gtest.h>

#include <set>

#include "http/request_id.h"
#include "http/routes.h"

namespace whittle::http {
namespace {

std::string FieldOf(const Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.fields) {
    if (key == name) return value;
  }
  return "(none)";
}

TEST(Reply, SaysAnErrorsStatusAndPublicTextOnly) {
  const Reply reply = ErrorReply(Error::Of(ErrorKind::kNotFound, "/secret/path"));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body(), "image not found");
  EXPECT_EQ(FieldOf(reply, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(FieldOf(reply, "Cache-Control"), "(none)");
  EXPECT_EQ(FieldOf(reply, "Retry-After"), "(none)");
  EXPECT_EQ(reply.error->detail, "/secret/path");
}

TEST(Reply, TellsWhenToComeBackWhenBusy) {
  EXPECT_EQ(FieldOf(ErrorReply(Error::Of(ErrorKind::kOverloaded)), "Retry-After"), "1");
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
  EXPECT_EQ(FieldOf(reply, "Server-Timing"), "decode;dur=1.23");
}

TEST(Reply, IsNotModifiedWithoutPicture) {
  const Reply reply = PictureReply(AnswerWith(nullptr));
  EXPECT_EQ(reply.status, 304);
  EXPECT_EQ(reply.body(), "");
  EXPECT_EQ(FieldOf(reply, "ETag"), "\"tag\"");
  EXPECT_EQ(FieldOf(reply, "Cache-Control"), "public, max-age=31536000");
  EXPECT_EQ(FieldOf(reply, "Content-Type"), "(none)");
}

TEST(ServerTiming, ListsTheStagesThatTookTime) {
  observe::StageTimes stages;
  EXPECT_EQ(ServerTiming(stages), "");
  stages[observe::Stage::kRead] = std::chrono::microseconds(300);
  stages[observe::Stage::kQueue] = std::chrono::milliseconds(12);
  EXPECT_EQ(ServerTiming(stages), "queue;dur=12.00, read;dur=0.30");
}

TEST(RequestId, IsHexadecimalAndNew) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = NewRequestId();
    EXPECT_EQ(id.size(), 16U);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
    EXPECT_TRUE(seen.insert(id).second) << id;
  }
}

TEST(Routes, PagesAreAlwaysQuickAndPicturesAreNot) {
  const auto quick = [](const char* path) { return Routes::AlwaysQuick({.path = path}); };
  for (const char* page : {"/health", "/ready", "/metrics"}) EXPECT_TRUE(quick(page)) << page;
  for (const char* other : {"/", "*", "/health/", "/Health", "/resize/1/1/health", "/healthy"}) {
    EXPECT_FALSE(quick(other)) << other;
  }
}

}  // namespace
}  // namespace whittle::http
