// One request to the service and its answer, as values.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "async/budget.h"
#include "base/cache_control.h"
#include "observe/stages.h"
#include "source/source.h"
#include "transform/dialect.h"
#include "whittle/whittle.h"

namespace whittle::service {

/// What names a result and goes with its name, before and after it is made.
///
/// Before, nobody knows whether there will be a picture at all, nor whether its file ends too
/// early. So that who has it already can be told without making it, such pictures have a name of
/// their own.
struct Identity {
  std::string etag;  ///< strong, with its quotes: equal bytes on every replica
  /// Of its file. Nothing for what is truncated: copying tools set the time of a file back when its
  /// last byte is there, and a date that a client has of the half file would then cover the whole.
  std::optional<std::time_t> modified;
  bool made = false;       ///< there is such a result, with this very name
  bool truncated = false;  ///< parts of it were filled in
  /// What its source lets caches do with it, as that was when the source was looked at, which was
  /// `looked`; nothing where that is not for the source to say.
  std::optional<CacheControl> caching = std::nullopt;
  std::chrono::steady_clock::time_point looked = {};

  /// The name that the result has if its file turns out to end too early, or not.
  Identity Once(bool is_truncated) const;
};

/// True when a client has the result with this identity, and needs nothing else. Must be quick.
using HasAlready = std::function<bool(const Identity&)>;

/// A finished result, shared by everybody who waited for it, and by those who come later. Whoever
/// writes it to a client holds it, and with it its share of the memory budget.
struct Rendition {
  Encoded image;
  SharedBytes shared;            ///< its bytes, in place of image.bytes, when it was not made here
  async::Budget::Ticket memory;  ///< for the image's bytes
  observe::StageTimes stages;    ///< as they were for whoever had it made

  ByteView bytes() const { return shared ? shared->view() : image.bytes.view(); }
};

/// Limits of their own for some requests, in place of the service's.
struct Scope {
  std::string name;  ///< different limits have different names
  Limits limits;
};

struct Request {
  transform::ImageRequest image;
  const Scope* scope = nullptr;  ///< outlives the request; null: the service's own limits
  /// Where the picture is read from, in place of the source that `image` names: what a client has
  /// sent. Nothing of it is kept, and the path has to be unlike all others under way.
  std::shared_ptr<source::Source> upload = nullptr;
  std::string key;  ///< one for all that want the same; the service's, which fills it in
  /// May be empty. Asked of either name that a result may get, while it is not made.
  HasAlready has_already;
  std::stop_token gone;      ///< stop is requested when the client has left
  std::uint64_t client = 0;  ///< the same for all requests of one client; 0 when it is unknown
};

struct Answer {
  Identity identity;
  std::shared_ptr<const Rendition> rendition;  ///< null: the client has it already
  bool follower = false;                       ///< shared another request's work
  bool kept = false;                           ///< nothing was made: it was there already
  /// What caches may do with it from now on, where that is for its source to say.
  std::optional<CacheControl> caching = std::nullopt;
};

}  // namespace whittle::service
