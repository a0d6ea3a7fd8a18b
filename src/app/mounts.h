// The mounts that the settings ask for.
//
// Called once at start.
#pragma once

#include <vector>

#include "app/settings.h"
#include "http/mounts.h"

namespace whittle::app {

/// One for each of MountTables (tables.h).
std::vector<http::Mount> MountsOf(const Settings& settings);

}  // namespace whittle::app
