#include "app/commands.h"

#include <iostream>

#include "base/text.h"

namespace whittle::app {

int Report(const std::string& subject, const Error& error) {
  std::cerr << "whittle: " << Printable(subject) << ": " << error.text;
  if (!error.detail.empty()) std::cerr << " (" << Printable(error.detail) << ")";
  std::cerr << "\n";
  return kExitFailure;
}

Limits LimitsOf(const Settings& settings) {
  return {.max_source_bytes = settings.source.max_source_bytes,
          .max_source_pixels = settings.image.max_source_pixels,
          .max_working_bytes = settings.image.max_working_bytes};
}

}  // namespace whittle::app
