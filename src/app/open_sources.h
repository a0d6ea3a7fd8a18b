// The sources that the settings ask for, opened.
//
// Called once at start.
#pragma once

#include <memory>
#include <string>

#include "app/fetching.h"
#include "app/settings.h"
#include "source/guarded.h"
#include "source/sources.h"

namespace whittle::app {

/// Where the pictures of `table` are, or those of the unnamed source where it has no name.
const std::string& LocationOf(const Settings& settings, const SourceTable& table);

/// The source of `table`, or the unnamed one where that has no name. `base` has what sources share;
/// `guard` is for each directory, `fetching` for what is behind HTTP. May block on a directory.
/// Errors: kBadRequest with a text that names the setting.
Expected<std::shared_ptr<source::Source>> OpenSource(const Settings& settings,
                                                     const SourceTable& table,
                                                     source::SourceOptions base,
                                                     const source::Guarded::Options& guard,
                                                     Fetching& fetching);

/// Adds the unnamed one, those of [sources], and that of strangers' URLs where there may be some.
Expected<void> OpenSources(const Settings& settings, const source::SourceOptions& base,
                           const source::Guarded::Options& guard, Fetching& fetching,
                           source::Sources& sources);

}  // namespace whittle::app
