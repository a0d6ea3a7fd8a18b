// The server of `whittle serve`: builds the rooms from the settings, runs until told to stop.
//
// Called once, by the command line, on the main thread.
#pragma once

#include "app/settings.h"

namespace whittle::app {

/// Returns the process's exit code.
int Serve(const Settings& settings);

}  // namespace whittle::app
