// Opening a file below a directory, and never anywhere else.
//
// The kernel does the checking while it walks the path (openat2 with RESOLVE_BENEATH), so there is
// no moment between check and use. Symbolic links are followed as long as they stay below. Where
// the kernel has no openat2, or a sandbox forbids it, the walk is done component by component and
// refuses every link. Any thread; one system call, or one per component.
#pragma once

#include <string>

#include "base/descriptor.h"
#include "whittle/expected.h"

namespace whittle::source {

/// The directory below which files are opened.
Expected<Descriptor> OpenRoot(const std::string& directory);

/// Opens `path`, relative to `root`, for reading; special files never block. Errors: kNotFound (no
/// such file, or the path leads out of the root), kOverloaded (no descriptor or memory left),
/// kUnreadable (no permission, I/O error).
Expected<Descriptor> OpenBeneath(const Descriptor& root, const std::string& path);

/// The directory at `path` below `root` ("" is the root itself), for openat and its like; what is
/// missing of it is made first. Links are followed as long as they stay below; none is made into a
/// directory. Errors: as OpenBeneath, and kOverloaded where the disk is full.
Expected<Descriptor> MakeDirectoryBeneath(const Descriptor& root, const std::string& path);

/// The walk for kernels without openat2; OpenBeneath chooses it by itself.
Expected<Descriptor> OpenBeneathByWalking(const Descriptor& root, const std::string& path);

}  // namespace whittle::source
