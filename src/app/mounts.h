// The mounts that the settings ask for.
//
// Called once at start.
#pragma once

#include <vector>

#include "app/settings.h"
#include "http/mounts.h"

namespace whittle::app {

/// One for each [[mount]]; without any, the resize grammar at the root.
std::vector<http::Mount> MountsOf(const Settings& settings);

}  // namespace whittle::app
