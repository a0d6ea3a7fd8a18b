// Targets: places where finished pictures are put for others, as sources are where they come from.
//
// One Target serves the whole process from any thread; its coroutines must run on strands. To add
// one: write source/<name>_target.cc that defines `extern const TargetKind k<Name>Target`, and add
// one line to targets.def.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "async/blocking_pool.h"
#include "source/wait.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::source {

class Target {
 public:
  virtual ~Target() = default;
  /// Stores `bytes`, of the media type `type`, as `name`: a relative path, in place of what was
  /// there. Whoever reads there meanwhile, and whoever does after an error, finds what was there
  /// before or the new bytes, whole. Errors: kBadRequest (no name for a picture), kTooLarge,
  /// kOverloaded (no room there, or no time), kUnreadable (not allowed, or broken),
  /// kUpstreamTimeout, kCancelled.
  virtual async::Awaitable<Expected<void>> Put(std::string name, std::string type,
                                               SharedBytes bytes, Wait wait) = 0;
};

struct TargetOptions {
  std::string location;                  ///< "scheme://...", or a directory
  std::uint64_t max_bytes = 256U << 20;  ///< of one picture
  /// What is stored survives a loss of power from then on, which takes a disk's time.
  bool durable = false;
  async::BlockingPool* files = nullptr;  ///< threads that may block on files; outlives the target
};

struct TargetKind {
  std::string_view scheme;  ///< of `location`, without "://"; empty for a plain directory
  Expected<std::unique_ptr<Target>> (*make)(const TargetOptions& options);
};

/// The target that `options.location` names. The error's text says what is wrong with it.
Expected<std::unique_ptr<Target>> MakeTarget(const TargetOptions& options);

}  // namespace whittle::source
