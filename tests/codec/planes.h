// For the tests of planes: a whole file by a decoder of choice, band by band.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "codec/jpeg/choice.h"
#include "codec/registry.h"

namespace whittle::codec {

/// How decoding to planes went: what came, up to the end or an error.
struct PlanesRead {
  std::vector<std::vector<std::uint8_t>> bands;  ///< all valid samples of all planes
  std::optional<ErrorKind> error;
  std::string decoder;  ///< at the end; empty when opening failed
  bool truncated = false;
};

inline PlanesRead ReadPlanes(ByteView file, JpegDecoder decoder, const Limits& limits = {}) {
  UseJpegDecoder(decoder);
  const auto source = ByName("jpeg")->open_planes(file, limits, {});
  UseJpegDecoder(JpegDecoder::kAuto);
  PlanesRead result;
  if (!source) {
    result.error = source.error().kind;
    return result;
  }
  while (true) {
    const auto bands = (*source)->Read();
    result.decoder = (*source)->decoder();
    result.truncated = (*source)->truncated();
    if (!bands) {
      result.error = bands.error().kind;
      return result;
    }
    if ((*bands)[0].rows == 0) return result;
    auto& samples = result.bands.emplace_back();
    for (const pixel::ConstRowSpan& plane : *bands) {
      for (int y = 0; y < plane.rows; ++y) {
        samples.insert(samples.end(), plane.row(y), plane.row(y) + plane.width);
      }
    }
  }
}

/// Both decoders on `file`: the same picture, or the same kind of error, and until then the same
/// bands. (Which of the last bands are given before an error depends on how far one reads ahead.)
inline bool DecodersAgree(const PlanesRead& ours, const PlanesRead& turbo) {
  if (ours.error != turbo.error) return false;
  if (!ours.error) return ours.bands == turbo.bands && ours.truncated == turbo.truncated;
  const std::size_t common = std::min(ours.bands.size(), turbo.bands.size());
  return std::equal(ours.bands.begin(), ours.bands.begin() + static_cast<std::ptrdiff_t>(common),
                    turbo.bands.begin());
}

}  // namespace whittle::codec
