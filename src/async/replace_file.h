// Replacing a file as a whole: written aside, then renamed.
//
// Readers find what was there before or the new bytes, and never a part; so they do after a crash
// of this process. What is aside is called ".whittle-" and a random number; a crash may leave it.
// Any thread; blocks, so it belongs on a BlockingPool. Cost: four system calls, and one for each
// 4 MiB.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::async {

inline constexpr std::string_view kAside = ".whittle-";

/// Has `directory` (which may be O_PATH) hold `bytes` as `name`, which is one component. `durable`:
/// also after a loss of power from now on. Errors: kOverloaded (the disk is full, or no descriptor
/// is left), kBadRequest (`name` is too long, or a directory's), kUnreadable (not allowed, or
/// broken), kCancelled; then `name` is what it was, but for an error of the disk while it makes the
/// rename durable.
Expected<void> ReplaceFile(const Descriptor& directory, const std::string& name, ByteView bytes,
                           bool durable, const std::stop_token& stop);

}  // namespace whittle::async
