// What caches may do with an answer, as Cache-Control says it (RFC 9111, 5.2.2; RFC 5861; RFC
// 8246).
//
// Origins say it, and so do operators; a cache for many does as it is told and passes it on. What
// is passed on is written anew from this value, so nothing that an origin makes up gets into our
// own heads. All times are seconds. A value; pure, any thread, linear in the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whittle {

struct CacheControl {
  bool is_public = false;
  bool is_private = false;
  bool no_store = false;
  bool no_cache = false;
  bool must_revalidate = false;
  bool proxy_revalidate = false;
  bool no_transform = false;
  bool immutable = false;
  std::optional<std::uint32_t> max_age, shared_max_age, stale_while_revalidate, stale_if_error;

  friend bool operator==(const CacheControl&, const CacheControl&) = default;

  /// Anybody may keep it for `time`; for none, they have to ask each time.
  static CacheControl Public(std::int64_t time);

  /// Adds what one field says. Of two times the shorter counts, and one that cannot be read is none
  /// at all. False when a part of it is unknown, malformed or said twice; the rest counts.
  bool Add(std::string_view field);

  /// Says nothing.
  bool empty() const { return *this == CacheControl(); }
  /// A cache for many may keep it.
  bool MayBeKept() const { return !no_store && !is_private; }
  /// How long such a cache may use it without asking; nothing where that is left open.
  std::optional<std::uint32_t> FreshFor() const;

  /// The same for who gets it so much later.
  CacheControl After(std::int64_t age) const;
  /// The same, but for no longer than that, and not at all once that has passed.
  CacheControl AtMost(std::int64_t time) const;

  /// Without a line end; empty when it says nothing.
  std::string ToText() const;
};

}  // namespace whittle
