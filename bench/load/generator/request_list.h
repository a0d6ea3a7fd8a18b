// The requests of a run, read from a text file: one a line, a path and perhaps a header field.
//
//   /resize/500/500/a.jpg
//   /resize/500/500/a.jpg<TAB>If-None-Match: "x"
//
// Pure functions of their arguments.
#pragma once

#include <expected>
#include <istream>
#include <string>
#include <vector>

namespace whittle::bench {

/// Whole request heads, ready to be sent, in the list's order. The error names the line at fault;
/// an empty list is one.
std::expected<std::vector<std::string>, std::string> ReadRequests(std::istream& list);

}  // namespace whittle::bench
