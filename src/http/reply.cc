#include "http/reply.h"

#include <fmt/compile.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <iterator>

#include "base/cache_control.h"
#include "http/conditional.h"

namespace whittle::http {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, OPTIONS";
constexpr std::string_view kNever = "no-store";
// A page with a hundred dead links asks once; a file that was late shows up soon.
constexpr std::string_view kNotFoundAge = "public, max-age=10";
// Server-Timing of a result that nobody had to make.
constexpr std::string_view kKept = "cache;desc=hit";
// Of the stages, in their order.
constexpr std::array<std::string_view, observe::kStageNames.size()> kStageTexts = {
    "waiting for a slot", "reading the file", "decoding", "resizing", "encoding", "writing"};
constexpr std::size_t kTextFields = 96;      // bytes that the fields of a text take, about
constexpr std::size_t kPictureFields = 512;  // and those of a picture

// "jpeg" for "image/jpeg": the word of a result's format, for metrics.
std::string_view WordOfMime(std::string_view mime) {
  const auto found = std::ranges::find(kFormatMimes, mime);
  return found != std::end(kFormatMimes) ? kFormatWords[found - std::begin(kFormatMimes)] : "other";
}

// A text's reply, up to its Cache-Control.
Reply BeginText(int status, std::string text, std::string_view type) {
  Reply reply;
  reply.status = status;
  reply.text = std::move(text);
  reply.fields.reserve(kTextFields);
  reply.AddField("Content-Type", type);
  return reply;
}

// What is truncated is kept for no longer than rules say, and never by whom it was forbidden.
void AddCaching(Reply& reply, const service::Answer& answer, const CachingRules& rules) {
  const bool truncated = answer.identity.truncated;
  if (!answer.caching && !truncated) return reply.AddField("Cache-Control", rules.cache_control);
  CacheControl caching = answer.caching.value_or(CacheControl());
  if (!answer.caching) caching.Add(rules.cache_control);
  if (truncated) caching = caching.AtMost(rules.truncated_max_age.count());
  reply.AddField("Cache-Control", caching.ToText());
  if (!truncated) return;
  reply.AddField("X-Whittle-Warning", "truncated");
}

}  // namespace

void AppendField(std::string& out, std::string_view name, std::string_view value) {
  assert(value.find_first_of("\r\n") == std::string_view::npos);
  out.append(name).append(": ").append(value).append("\r\n");
}

Reply TextReply(int status, std::string text, std::string_view type) {
  Reply reply = BeginText(status, std::move(text), type);
  reply.AddField("Cache-Control", kNever);
  return reply;
}

Reply ErrorReply(Error error) {
  Reply reply = BeginText(HttpStatus(error.kind), error.text, kPlainText);
  const bool not_found = error.kind == ErrorKind::kNotFound;
  reply.AddField("Cache-Control", not_found ? kNotFoundAge : kNever);
  reply.error = std::move(error);
  return reply;
}

void AddRetryAfter(Reply& reply, std::chrono::seconds time) {
  reply.AddField("Retry-After", fmt::format("{}", time.count()));
}

Reply PictureReply(const service::Answer& answer, const CachingRules& rules) {
  Reply reply;
  reply.fields.reserve(kPictureFields);
  AddCaching(reply, answer, rules);
  if (rules.vary_by_accept) reply.AddField("Vary", "Accept");
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
  reply.AddField("Cache-Control", kNever);
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
    fmt::format_to(std::back_inserter(text), FMT_COMPILE("{}{};desc=\"{}\";dur={:.2f}"),
                   text.empty() ? "" : ", ", observe::kStageNames[i], kStageTexts[i],
                   spent.count());
  }
  return text;
}

}  // namespace whittle::http
