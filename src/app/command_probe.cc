#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/commands.h"
#include "app/files.h"
#include "app/svg.h"
#include "codec/isobmff/nclx.h"
#include "codec/registry.h"
#include "whittle/whittle.h"

namespace whittle::app {
namespace {

// Code points of H.273, where the file has them: AVIF and HEIF as their boxes say, others where
// they count, which they do for RGB of full range alone.
std::optional<codec::NclxBox> CodePointsOf(ByteView file, const Limits& limits) {
  constexpr int kRgb = 0;
  if (auto nclx = codec::ReadNclx(file)) return nclx;
  const auto header = codec::Sniff(file)->probe(file, limits);
  if (!header) return std::nullopt;
  const auto& code_points = header->colour.cicp;
  if (!code_points) return std::nullopt;
  const auto [primaries, transfer] = *code_points;
  return codec::NclxBox{primaries, transfer, kRgb, true};
}

}  // namespace

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

  nlohmann::ordered_json json = {{"format", info->format},
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
  if (const auto points = CodePointsOf(bytes->view(), limits)) {
    json["code_points"] = {{"primaries", points->primaries},
                           {"transfer", points->transfer},
                           {"matrix", points->matrix},
                           {"full_range", points->full_range}};
  }
  std::cout << json.dump(2) << "\n";
  return kExitOk;
}

}  // namespace whittle::app
