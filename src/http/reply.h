// An answer before it becomes bytes: status, header fields, body. And how errors become answers.
//
// Made by the routes, written by the session. A value; cheap to move.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/request.h"
#include "whittle/error.h"

namespace whittle::http {

struct Reply {
  int status = 200;
  std::vector<std::pair<std::string_view, std::string>> fields;  ///< names are literals
  std::string text;                                              ///< the body, unless `picture`
  std::shared_ptr<const service::Rendition> picture;

  // For the log and the metrics.
  std::string_view format = "none";  ///< of the picture sent
  observe::StageTimes stages;
  std::optional<Error> error;

  std::string_view body() const {
    return picture ? AsText(picture->image.bytes.view()) : std::string_view(text);
  }
};

/// A short plain text.
Reply TextReply(int status, std::string text);
/// The error's status and public text; 503 carries Retry-After.
Reply ErrorReply(Error error);
/// 200 with the picture, or 304 when the answer has none.
Reply PictureReply(const service::Answer& answer);
/// 204 or 405, with the methods that the routes know.
Reply OptionsReply();
Reply MethodNotAllowedReply();

/// "queue;dur=0.12, read;dur=0.30": the stages that took time, in milliseconds.
std::string ServerTiming(const observe::StageTimes& stages);

}  // namespace whittle::http
