// What `whittle --version` says: the program and every library that it runs on.
//
// Called once; builds a text, and probes the allocator.
#pragma once

#include <string>

namespace whittle::app {

/// "whittle 0.2.0", then one library per line, the last without its line end. Codecs tell the
/// version that they run with, the others the one that they were built against.
std::string VersionText();

}  // namespace whittle::app
