// What `whittle --version` and /healthz say: the program, its formats, every library that it runs
// on.
//
// Called once; each builds a text, and VersionText probes the allocator.
#pragma once

#include <string>

namespace whittle::app {

/// "whittle 0.2.0", then one library per line, the last without its line end. Codecs tell the
/// version that they run with, the others the one that they were built against.
std::string VersionText();

/// JSON: the version, and the formats that this build reads ("decoders") and writes ("encoders").
std::string AboutJson();

}  // namespace whittle::app
