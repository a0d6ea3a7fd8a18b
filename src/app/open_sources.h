// The sources that the settings ask for, opened.
//
// Called once at start.
#pragma once

#include "app/fetching.h"
#include "app/settings.h"
#include "source/guarded.h"
#include "source/sources.h"

namespace whittle::app {

/// Adds the unnamed one and those of [sources]. `base` has what sources share; `guard` is for
/// each directory, `fetching` for what is behind HTTP. Errors: kBadRequest with a text that names
/// the setting.
Expected<void> OpenSources(const Settings& settings, source::SourceOptions base,
                           const source::Guarded::Options& guard, Fetching& fetching,
                           source::Sources& sources);

}  // namespace whittle::app
