// An answer before it becomes bytes: status, header fields, body. And how errors become answers.
//
// Made by the routes, written by the session. A value; cheap to move.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "service/request.h"
#include "whittle/error.h"

namespace whittle::http {

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

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
    return picture ? AsText(picture->image.bytes.view()) : std::string_view(text);
  }
};

/// A short text, plain unless `type` is something else.
Reply TextReply(int status, std::string text, std::string_view type = kPlainText);
/// The error's status and public text; 503 carries Retry-After.
Reply ErrorReply(Error error);
/// 200 with the picture, or 304 when the answer has none; with "Vary: Accept" when asked for.
Reply PictureReply(const service::Answer& answer, bool vary_by_accept = false);
/// 204 or 405, with the methods that the routes know.
Reply OptionsReply();
Reply MethodNotAllowedReply();

/// "queue;dur=0.12, read;dur=0.30": the stages that took time, in milliseconds.
std::string ServerTiming(const observe::StageTimes& stages);

}  // namespace whittle::http
