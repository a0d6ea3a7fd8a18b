#include "http/reply.h"

#include <fmt/format.h>

#include <chrono>
#include <iterator>

#include "http/conditional.h"

namespace whittle::http {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, OPTIONS";
// A year: the URL names what it shows. A changed source gets its copies replaced by ETag.
constexpr std::string_view kForever = "public, max-age=31536000";
constexpr std::string_view kRetryAfterSeconds = "1";

}  // namespace

Reply TextReply(int status, std::string text) {
  Reply reply;
  reply.status = status;
  reply.text = std::move(text);
  reply.fields.emplace_back("Content-Type", "text/plain; charset=utf-8");
  return reply;
}

Reply ErrorReply(Error error) {
  Reply reply = TextReply(HttpStatus(error.kind), error.text);
  if (reply.status == 503) reply.fields.emplace_back("Retry-After", kRetryAfterSeconds);
  reply.error = std::move(error);
  return reply;
}

Reply PictureReply(const service::Answer& answer) {
  Reply reply;
  reply.fields.emplace_back("Cache-Control", kForever);
  reply.fields.emplace_back("ETag", answer.identity.etag);
  if (answer.identity.modified) {
    reply.fields.emplace_back("Last-Modified", FormatHttpDate(*answer.identity.modified));
  }
  if (!answer.rendition) {
    reply.status = 304;
    return reply;
  }
  reply.picture = answer.rendition;
  reply.stages = answer.rendition->stages;
  reply.format = std::string_view(reply.picture->image.mime).substr(sizeof "image/" - 1);
  reply.fields.emplace_back("Content-Type", reply.picture->image.mime);
  reply.fields.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
  reply.fields.emplace_back("Server-Timing", ServerTiming(reply.stages));
  return reply;
}

Reply OptionsReply() {
  Reply reply;
  reply.status = 204;
  reply.fields.emplace_back("Allow", kMethods);
  return reply;
}

Reply MethodNotAllowedReply() {
  Reply reply = ErrorReply(Error::Of(ErrorKind::kMethodNotAllowed));
  reply.fields.emplace_back("Allow", kMethods);
  return reply;
}

std::string ServerTiming(const observe::StageTimes& stages) {
  std::string text;
  for (std::size_t i = 0; i < stages.spent.size(); ++i) {
    if (stages.spent[i].count() == 0) continue;
    const std::chrono::duration<double, std::milli> spent = stages.spent[i];
    fmt::format_to(std::back_inserter(text), "{}{};dur={:.2f}", text.empty() ? "" : ", ",
                   observe::kStageNames[i], spent.count());
  }
  return text;
}

}  // namespace whittle::http
