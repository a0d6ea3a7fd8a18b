// All scans of a progressive file: which there are, each with the best code for it.
//
// Used by the encoder. Cost: two walks over the coefficients of each scan.
#pragma once

#include <stop_token>

#include "jpeg/kept_blocks.h"
#include "whittle/bytes.h"

namespace whittle::jpeg {

/// Appends tables and scans of every component. With `smallest` several ways to cut each component
/// into scans are tried, which saves about 0.3 % in three times the time.
/// A stop request, seen between two scans, leaves the file incomplete.
void AppendProgressiveScans(Bytes& file, const KeptBlocks& blocks, bool smallest,
                            const std::stop_token& stop);

}  // namespace whittle::jpeg
