// How long what a source gives is believed, here and by caches in front of us: as its operator
// says, or as the source says itself.
//
// A wrapper around any source, outermost. Any thread; costs a coroutine's frame for each fetch.
#pragma once

#include <chrono>
#include <memory>

#include "source/source.h"

namespace whittle::source {

struct CachePolicy {
  /// How long its pictures are believed, where it is not for the source to say, or it does not.
  std::chrono::nanoseconds fresh = std::chrono::seconds(1);
  /// The source's own word counts, and is passed on.
  bool by_source = false;
};

/// `source`, whose `Found::caching` is set where its own word counts: then also for what it says
/// nothing of, but for a NotModified, of which what was said before holds.
std::unique_ptr<Source> WithCachePolicy(std::unique_ptr<Source> source, CachePolicy policy);

}  // namespace whittle::source
