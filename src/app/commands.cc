#include "app/commands.h"

#include <iostream>
#include <vector>

#include "base/text.h"
#include "codec/registry.h"

namespace whittle::app {
namespace {

transform::FormatSet WritableFormats() {
  transform::FormatSet writable;
  for (std::size_t i = 0; i < transform::kFormatCount; ++i) {
    const codec::Codec* const codec = codec::ByName(kFormatWords[i]);
    if (codec != nullptr && codec->create != nullptr) writable.Add(static_cast<Format>(i));
  }
  return writable;
}

}  // namespace

int Report(const std::string& subject, const Error& error) {
  std::cerr << "whittle: " << Printable(subject) << ": " << error.text;
  if (!error.detail.empty()) std::cerr << " (" << Printable(error.detail) << ")";
  std::cerr << "\n";
  return kExitFailure;
}

transform::Defaults DefaultsOf(const Settings& settings) {
  transform::Defaults defaults;
  defaults.quality = settings.image.quality;
  defaults.webp_quality = settings.image.webp_quality;
  defaults.avif_quality = settings.image.avif_quality;
  defaults.auto_target = settings.image.auto_quality_target;
  defaults.preset = settings.image.preset;
  defaults.flatten = settings.image.background;
  defaults.shows_truncated = settings.image.truncated;
  defaults.writable = WritableFormats();
  defaults.auto_formats = settings.image.auto_format;
  std::erase_if(defaults.auto_formats,
                [&](Format format) { return !defaults.writable.Has(format); });
  return defaults;
}

Limits LimitsOf(const Settings& settings) {
  return {.max_source_bytes = settings.source.max_source_bytes,
          .max_source_pixels = settings.image.max_source_pixels,
          .max_working_bytes = settings.image.max_working_bytes};
}

}  // namespace whittle::app
