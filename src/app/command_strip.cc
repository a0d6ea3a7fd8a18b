#include <fmt/format.h>

#include <iostream>

#include "app/commands.h"
#include "app/files.h"
#include "base/text.h"
#include "codec/strip.h"

namespace whittle::app {

int RunStrip(const StripArguments& arguments, const Settings& settings) {
  const Limits limits = LimitsOf(settings);
  const auto source = ReadWhole(arguments.in, limits.max_source_bytes);
  if (!source) return Report(arguments.in, source.error());
  const auto stripped = codec::StripMetadata(source->view(), arguments.icc == "keep", limits);
  if (!stripped) return Report(arguments.in, stripped.error());
  if (auto written = WriteWhole(arguments.out, stripped->view()); !written) {
    return Report(arguments.out, written.error());
  }
  std::cerr << fmt::format("{}: {} bytes -> {}: {} bytes\n", Printable(arguments.in.string()),
                           source->size(), Printable(arguments.out.string()), stripped->size());
  return kExitOk;
}

}  // namespace whittle::app
