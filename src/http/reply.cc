#include "http/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <iterator>

#include "http/conditional.h"

namespace whittle::http {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, OPTIONS";
// A year: the URL names what it shows. A changed source gets its copies replaced by ETag.
constexpr std::string_view kForever = "public, max-age=31536000";
constexpr std::string_view kRetryAfterSeconds = "1";
// Server-Timing of a result that nobody had to make.
constexpr std::string_view kKept = "cache;desc=hit";
constexpr std::size_t kPictureFields = 384;  // bytes that the fields of a picture take, about

// "jpeg" for "image/jpeg": the word of a result's format, for metrics.
std::string_view WordOfMime(std::string_view mime) {
  const auto found = std::ranges::find(kFormatMimes, mime);
  return found != std::end(kFormatMimes) ? kFormatWords[found - std::begin(kFormatMimes)] : "other";
}

}  // namespace

void AppendField(std::string& out, std::string_view name, std::string_view value) {
  assert(value.find_first_of("\r\n") == std::string_view::npos);
  out.append(name).append(": ").append(value).append("\r\n");
}

Reply TextReply(int status, std::string text, std::string_view type) {
  Reply reply;
  reply.status = status;
  reply.text = std::move(text);
  reply.AddField("Content-Type", type);
  return reply;
}

Reply ErrorReply(Error error) {
  Reply reply = TextReply(HttpStatus(error.kind), error.text);
  if (reply.status == 503) reply.AddField("Retry-After", kRetryAfterSeconds);
  reply.error = std::move(error);
  return reply;
}

Reply PictureReply(const service::Answer& answer, bool vary_by_accept) {
  Reply reply;
  reply.fields.reserve(kPictureFields);
  reply.AddField("Cache-Control", kForever);
  if (vary_by_accept) reply.AddField("Vary", "Accept");
  reply.AddField("ETag", answer.identity.etag);
  if (answer.identity.modified) {
    reply.AddField("Last-Modified", FormatHttpDate(*answer.identity.modified));
  }
  if (!answer.rendition) {
    reply.status = 304;
    return reply;
  }
  reply.picture = answer.rendition;
  reply.format = WordOfMime(reply.picture->image.mime);
  reply.AddField("Content-Type", reply.picture->image.mime);
  reply.AddField("Content-Security-Policy", "default-src 'none'; sandbox");
  if (answer.kept) {
    reply.AddField("Server-Timing", kKept);
  } else {
    reply.stages = answer.rendition->stages;
    reply.AddField("Server-Timing", ServerTiming(reply.stages));
  }
  return reply;
}

Reply OptionsReply() {
  Reply reply;
  reply.status = 204;
  reply.AddField("Allow", kMethods);
  return reply;
}

Reply MethodNotAllowedReply() {
  Reply reply = ErrorReply(Error::Of(ErrorKind::kMethodNotAllowed));
  reply.AddField("Allow", kMethods);
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
