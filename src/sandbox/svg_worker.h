// SVG as work for processes of its own (fork_server.h): parses and draws one document with librsvg.
#pragma once

#include <optional>

#include "sandbox/fork_server.h"

namespace whittle::sandbox {

/// Loads librsvg and all that it would load later, since a confined process loads no code. Nothing
/// where it is not there.
std::optional<Work> PrepareSvg();

}  // namespace whittle::sandbox
