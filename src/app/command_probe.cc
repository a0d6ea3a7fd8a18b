#include <iostream>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/files.h"
#include "app/svg.h"
#include "whittle/whittle.h"

namespace whittle::app {

int RunProbe(const std::filesystem::path& file, const Settings& settings) {
  const SvgInput svg(settings);
  if (!svg.ok()) {
    std::cerr << "whittle: " << svg.problem() << "\n";
    return kExitUsage;
  }
  const Limits limits = LimitsOf(settings);
  const auto bytes = ReadWhole(file, limits.max_source_bytes);
  if (!bytes) return Report(file, bytes.error());
  const auto info = Probe(bytes->view(), limits);
  if (!info) return Report(file, info.error());

  const nlohmann::ordered_json json = {{"format", info->format},
                                       {"bytes", bytes->size()},
                                       {"width", info->width},
                                       {"height", info->height},
                                       {"displayed_width", info->displayed_width()},
                                       {"displayed_height", info->displayed_height()},
                                       {"orientation", info->orientation},
                                       {"channels", info->channels},
                                       {"progressive", info->progressive},
                                       {"alpha", info->alpha},
                                       {"bits", info->bits},
                                       {"frames", info->frames},
                                       {"icc_bytes", info->icc_bytes},
                                       {"gain_map", info->gain_map}};
  std::cout << json.dump(2) << "\n";
  return kExitOk;
}

}  // namespace whittle::app
