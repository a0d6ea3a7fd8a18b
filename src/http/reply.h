// An answer before it becomes bytes: status, header fields, body. And how errors become answers.
//
// Made by the routes, written by the session. A value; cheap to move.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "service/request.h"
#include "whittle/error.h"

namespace whittle::http {

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

/// What answers tell caches about pictures.
struct CachingRules {
  /// Pictures depend on the Accept field, so caches must tell apart what differs in it. Also said
  /// of those that name their format, and by builds that can write none of the formats offered:
  /// all replicas say the same of a URL.
  bool vary_by_accept = false;
  /// Of pictures whose source does not say it itself. A year: the URL names what it shows, and of a
  /// changed source copies get replaced by ETag.
  std::string cache_control = "public, max-age=31536000";
  /// Of what is shown of a file that ends too early, at most; 0: they ask each time.
  std::chrono::seconds truncated_max_age = std::chrono::seconds(60);
};

/// Appends a header line; `value` has no line break.
void AppendField(std::string& out, std::string_view name, std::string_view value);

struct Reply {
  int status = 200;
  std::string fields;  ///< header lines, each with its line break
  std::string text;    ///< the body, unless `picture`
  std::shared_ptr<const service::Rendition> picture;

  // For the log and the metrics.
  std::string_view format = "none";  ///< of the picture sent
  observe::StageTimes stages;
  std::optional<Error> error;

  void AddField(std::string_view name, std::string_view value) { AppendField(fields, name, value); }
  std::string_view body() const {
    return picture ? AsText(picture->bytes()) : std::string_view(text);
  }
};

/// A short text that no cache keeps, plain unless `type` is something else.
Reply TextReply(int status, std::string text, std::string_view type = kPlainText);
/// The error's status and public text, which no cache keeps, but for a moment what is not found.
Reply ErrorReply(Error error);
/// When to ask again, for a refusal.
void AddRetryAfter(Reply& reply, std::chrono::seconds time);
/// 200 with the picture, or 304 when the answer has none.
Reply PictureReply(const service::Answer& answer, const CachingRules& rules = {});
/// 204 or 405, with the methods that the routes know.
Reply OptionsReply();
Reply MethodNotAllowedReply();

/// `queue;desc="waiting for a slot";dur=0.12, read;...`: the stages that took time, in
/// milliseconds.
std::string ServerTiming(const observe::StageTimes& stages);

}  // namespace whittle::http
