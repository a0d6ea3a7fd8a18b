#include "app/commands.h"

#include <iostream>
#include <vector>

#include "app/fill.h"
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
  auto defaults = Filled<transform::Defaults>(settings);
  defaults.writable = WritableFormats();
  std::erase_if(defaults.auto_formats,
                [&](Format format) { return !defaults.writable.Has(format); });
  return defaults;
}

Limits LimitsOf(const Settings& settings) { return Filled<Limits>(settings); }

}  // namespace whittle::app
