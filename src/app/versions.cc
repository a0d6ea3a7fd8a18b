#include "app/versions.h"

#include "app/allocator.h"
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

}  // namespace whittle::app
