#include "service/below.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "pipeline/run.h"

namespace whittle::service {
namespace {

// Longer than anybody's results are believed; so that no sum of times overflows.
constexpr auto kLongest = std::chrono::hours(24 * 366);

// How long an entry may be believed from now on. One that says to have been made in the future is
// of a machine with another clock, and is looked at.
std::chrono::nanoseconds FreshFor(const cache::Entry& entry, cache::WallTime now) {
  if (now < entry.made || now >= entry.fresh_until) return {};
  return std::min<std::chrono::milliseconds>(entry.fresh_until - now, kLongest);
}

// What is left of what its source let caches do with it. What cannot be read says nothing.
std::optional<CacheControl> CachingOf(const cache::Entry& entry, cache::WallTime now) {
  CacheControl caching;
  caching.Add(entry.caching);
  if (caching.empty()) return std::nullopt;
  return caching.After(std::chrono::floor<std::chrono::seconds>(now - entry.made).count());
}

}  // namespace

cache::WallTime Below::Now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// The limits that may choose what a picture shows: see pipeline::ChoosingLimits. No part but the
// last has a line's end.
std::string Below::NameOf(const std::string& key, const Limits& limits) const {
  return fmt::format("{}\n{}\nframes {}, animation {}, profile {}, memory {}\n{}", options_.space,
                     pipeline::Revision(), limits.max_frames, limits.max_animation_pixels,
                     limits.max_icc_bytes, limits.max_working_bytes, key);
}

async::Awaitable<ResultPtr> Below::Find(const std::string& key, const Limits& limits,
                                        async::Wait wait) {
  if (!exists()) co_return nullptr;
  auto found = co_await options_.tiers->Find(NameOf(key, limits), std::move(wait));
  if (!found) co_return nullptr;
  const cache::Entry& entry = *found->entry;
  auto rendition = std::make_shared<Rendition>();
  rendition->image.mime = entry.type;
  rendition->image.width = entry.width;
  rendition->image.height = entry.height;
  rendition->image.truncated = entry.truncated;
  rendition->shared = entry.bytes;
  rendition->memory = std::move(found->memory);
  const cache::WallTime now = options_.now();
  const Clock::time_point checked = results_.now();
  co_return std::make_shared<const Result>(Result{.identity = {.etag = entry.etag,
                                                               .modified = entry.modified,
                                                               .made = true,
                                                               .truncated = entry.truncated,
                                                               .caching = CachingOf(entry, now),
                                                               .looked = checked},
                                                  .rendition = std::move(rendition),
                                                  .validator = {entry.validator},
                                                  .checked = checked,
                                                  .fresh_for = FreshFor(entry, now)});
}

void Below::Keep(const std::string& key, const Limits& limits, const Result& result) {
  if (!exists() || !result.rendition) return;
  const Rendition& rendition = *result.rendition;
  const cache::WallTime now = options_.now();
  const std::optional<CacheControl> caching = results_.CachingNow(result.identity);
  const auto fresh = std::clamp<std::chrono::nanoseconds>(results_.FreshFor(result), {}, kLongest);
  options_.tiers->Put(std::make_shared<const cache::Entry>(cache::Entry{
      .key = NameOf(key, limits),
      .etag = result.identity.etag,
      .type = rendition.image.mime,
      .validator = result.validator.text,
      .caching = caching ? caching->ToText() : "",
      .width = rendition.image.width,
      .height = rendition.image.height,
      .truncated = result.identity.truncated,
      .modified = result.identity.modified,
      .made = now,
      .fresh_until = now + std::chrono::floor<std::chrono::milliseconds>(fresh),
      // The rendition's own, which holds their ticket.
      .bytes = rendition.shared ? rendition.shared
                                : SharedBytes(result.rendition, &rendition.image.bytes)}));
}

}  // namespace whittle::service
