// Sources: places from which the server reads the pictures it is asked for.
//
// The service room is the only caller. One Source serves the whole process from any thread. To add
// one: write source/<name>.cc that defines `extern const SourceKind k<Name>Source`, and add one
// line to sources.def.
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/blocking_pool.h"
#include "base/hash.h"
#include "source/memory.h"
#include "source/wait.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::source {

namespace asio = boost::asio;

/// Tells an unchanged source from a changed one without reading it. Compare it; only the source
/// that made it knows what it says.
struct Stamp {
  std::array<std::uint64_t, 5> parts{};
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

/// A whole source picture in memory.
struct Fetched {
  Block bytes;
  Hash128 hash;  ///< of the bytes; made where they were read, since large ones take a while
  std::optional<std::time_t> modified;  ///< seconds since 1970, when the source knows
  /// As it was before the first byte was read. Nothing when the source was so new that it could
  /// change again and keep its stamp: then only its bytes tell.
  std::optional<Stamp> stamp;
};

class Source {
 public:
  virtual ~Source() = default;
  /// Reads the picture named `path` (relative, decoded, checked by the URL grammar). Errors:
  /// kNotFound, kTooLarge, kUnreadable, kUpstreamTimeout, kOverloaded, kCancelled.
  virtual async::Awaitable<Expected<Fetched>> Fetch(std::string path, Wait wait) = 0;
  /// The stamp that `path` has now: equal to one of Fetch's when that would read the same bytes.
  /// Errors: those of Fetch.
  virtual async::Awaitable<Expected<Stamp>> Check(std::string path, Wait wait) = 0;
  /// False while it does not answer, so that no requests should be sent here.
  virtual bool healthy() const { return true; }
};

struct SourceOptions {
  std::string location;  ///< a directory; later also an URL
  std::uint64_t max_bytes = 64ULL << 20;
  async::BlockingPool* files = nullptr;  ///< threads that may block on files; outlives the source
  Memory* memory = nullptr;              ///< for what is read; outlives the source and its blocks
};

struct SourceKind {
  std::string_view scheme;  ///< of `location`, without "://"; empty for a plain directory
  Expected<std::unique_ptr<Source>> (*make)(const SourceOptions& options);
};

/// The source that `options.location` names. The error's text says what is wrong with it.
Expected<std::unique_ptr<Source>> MakeSource(const SourceOptions& options);

}  // namespace whittle::source
