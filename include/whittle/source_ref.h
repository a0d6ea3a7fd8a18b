// Which picture: the name of a source, and what that source knows the picture by.
//
// URL grammars make them, sources read them. A value; any thread.
#pragma once

#include <string>

namespace whittle {

struct SourceRef {
  std::string source;   ///< as the configuration calls it; empty for the unnamed one
  std::string path;     ///< relative and decoded; for sources of URLs, the URL
  std::string version;  ///< of several that a store keeps under one name; empty for the last one

  friend bool operator==(const SourceRef&, const SourceRef&) = default;
};

}  // namespace whittle
