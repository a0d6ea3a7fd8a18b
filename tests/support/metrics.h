// What a page of metrics says.
#pragma once

#include <optional>
#include <string>

namespace whittle::test {

/// The value of a line of a metrics page, "whittle_decodes_total" or with its labels as printed;
/// nothing when there is no such line.
inline std::optional<double> MetricIn(const std::string& page, const std::string& name) {
  const std::string start = "\n" + name + " ";
  const std::size_t line = page.find(start);
  if (line == std::string::npos) return std::nullopt;
  return std::stod(page.substr(line + start.size()));
}

}  // namespace whittle::test
