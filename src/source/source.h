// Sources: places from which the server reads the pictures it is asked for.
//
// The service room is the only caller. One Source serves the whole process from any thread. To add
// one: write source/<name>.cc that defines `extern const SourceKind k<Name>Source`, and add one
// line to sources.def. Slots and the breaker come by a wrapper (guarded.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "async/blocking_pool.h"
#include "base/cache_control.h"
#include "base/hash.h"
#include "source/memory.h"
#include "source/wait.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/source_ref.h"

namespace whittle::source {

namespace asio = boost::asio;

/// Tells an unchanged picture from a changed one without reading it. Only the source that made it
/// knows what it says.
struct Validator {
  std::string text;  ///< printable; empty when only the bytes can tell
  bool empty() const { return text.empty(); }
  friend bool operator==(const Validator&, const Validator&) = default;
};

/// A whole source picture in memory.
struct Fetched {
  Block bytes;
  Hash128 hash;  ///< of the bytes; made where they were read, since large ones take a while
  std::optional<std::time_t> modified;  ///< seconds since 1970, when the source knows
  /// As it was before the first byte was read. Empty when the source was so new that it could
  /// change again and keep its validator.
  Validator validator;
};

/// The picture still is what its validator says.
struct NotModified {};

/// What a source answers.
struct Found {
  std::variant<Fetched, NotModified> what;
  /// How long that may be believed, when the source says so.
  std::optional<std::chrono::nanoseconds> fresh_for = std::nullopt;
  /// What caches may do with it, and with what is made of it, when the source says so.
  std::optional<CacheControl> caching = std::nullopt;
  std::chrono::nanoseconds waited{};  ///< until the source was asked, for a slot
};

/// How busy a source is.
struct Load {
  int in_use = 0;  ///< slots
  int waiting = 0;
  int slots = 0;
  int waiting_alone = 0;       ///< besides, for slots of the source's own
  int left_alone = 0;          ///< hosts, or the source itself: breakers that are open
  const void* pool = nullptr;  ///< whose numbers these are, when several sources share them
};

class Source {
 public:
  virtual ~Source() = default;
  /// Reads the picture that `ref` names (checked by the URL grammar), unless it still is what
  /// `known` says: one round trip for both. An empty `known` is true of nothing. Errors: kNotFound,
  /// kTooLarge, kUnreadable, kForbidden, kUpstream, kUpstreamTimeout, kOverloaded, kCancelled. The
  /// coroutine must run on a strand.
  virtual async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait wait) = 0;
  /// False while it does not answer, so that no requests should be sent here.
  virtual bool healthy() const { return true; }
  virtual Load load() const { return {}; }
  /// What lets it in, without secrets, for the operator; empty where nothing has to.
  virtual std::string credentials() const { return {}; }
};

/// Nanoseconds since 1970.
std::uint64_t WallNow();

struct HttpSourceOptions;

struct SourceOptions {
  std::string location;  ///< a directory, or a URL
  std::uint64_t max_bytes = 64ULL << 20;
  async::BlockingPool* files = nullptr;    ///< threads that may block on files; outlives the source
  Memory* memory = nullptr;                ///< for what is read; outlives the source and its blocks
  std::uint64_t (*wall_now)() = &WallNow;  ///< tests bring their own
  const HttpSourceOptions* http = nullptr;  ///< for locations of http and https; copied
};

struct SourceKind {
  std::string_view scheme;  ///< of `location`, without "://"; empty for a plain directory
  Expected<std::unique_ptr<Source>> (*make)(const SourceOptions& options);
};

/// The source that `options.location` names. The error's text says what is wrong with it.
Expected<std::unique_ptr<Source>> MakeSource(const SourceOptions& options);

}  // namespace whittle::source
