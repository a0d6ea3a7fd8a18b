// One request to the service and its answer, as values.
#pragma once

#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "observe/stages.h"
#include "transform/dialect.h"
#include "whittle/whittle.h"

namespace whittle::service {

/// What is known of a result before it is made: enough to answer a conditional request.
struct Identity {
  std::string etag;  ///< strong, with its quotes: equal bytes on every replica
  std::optional<std::time_t> modified;
};

/// A finished result, shared by everybody who waited for it, and by those who come later.
struct Rendition {
  Encoded image;
  observe::StageTimes stages;  ///< as they were for whoever had it made
};

struct Request {
  transform::ImageRequest image;
  /// True when the client already has the result with this identity. Must be quick; may be empty.
  std::function<bool(const Identity&)> has_already;
  std::stop_token gone;  ///< stop is requested when the client has left
};

struct Answer {
  Identity identity;
  std::shared_ptr<const Rendition> rendition;  ///< null: not modified
  bool follower = false;                       ///< shared another request's work
  bool kept = false;                           ///< nothing was made: it was there already
};

}  // namespace whittle::service
