#include "app/versions.h"

#include <nlohmann/json.hpp>

#include "app/allocator.h"
#include "app/heif.h"
#include "app/svg.h"
#include "codec/registry.h"
#include "pixel/simd.h"
#include "whittle/whittle.h"

namespace whittle::app {

std::string VersionText() {
  std::string text = Version() + "\n";
  for (const codec::Codec* codec : codec::All()) {
    text += codec->library_version();
    text += '\n';
  }
  text += "simd " + std::string(pixel::SimdTargetName()) + "\n";
  text += DescribeAllocator();
  text += '\n';
  return text + WHITTLE_LIBRARIES;  // from CMake: "lcms2 2.14\nhighway 1.0.3\n..."
}

std::string AboutJson() {
  nlohmann::json about = {{"status", "ok"}, {"version", Version()}};
  auto& decoders = about["decoders"] = nlohmann::json::array();
  auto& encoders = about["encoders"] = nlohmann::json::array();
  for (const codec::Codec* codec : codec::All()) {
    const bool off =
        (codec->name == "svg" && !SvgInput::on()) || (codec->name == "heif" && !HeifInput::on());
    if (codec->open != nullptr && !off) decoders.push_back(codec->name);
    if (codec->create != nullptr) encoders.push_back(codec->name);
  }
  return about.dump() + "\n";
}

}  // namespace whittle::app
