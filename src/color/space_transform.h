// From colours described by code points or by a calibration to sRGB; PQ and HLG are tone mapped.
//
// Made once for a description and a format of rows (transform_cache.h keeps them). Colours outside
// sRGB are clipped channel by channel, as browsers do. Cost: to make, 50 us for 8 bits and 1 to 3
// ms for 16; then 8 ns a pixel, 10 of PQ, 12 of HLG, and 1 of grey. Memory: kBytes at most. Within
// a code of 255 of exact arithmetic, and the same on every CPU: whatever SIMD compilers take, sums
// keep their order. The C library's pow, exp and log may differ in the last bit of a double,
// though, and these tables are of any curve and not checked against that, as sRGB's is
// (pixel/wide_transfer.h): a float would change whose value lies within 2^-29 of a middle.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "color/encoding.h"
#include "color/to_srgb.h"
#include "pixel/colour_space.h"
#include "pixel/view.h"

namespace whittle::color {

class SpaceToSrgb final : public ToSrgb {
 public:
  /// Tables of 16-bit codes, two while those of grey are made, and the one of sRGB's codes that all
  /// transforms share.
  static constexpr std::uint64_t kBytes = 640 << 10;

  /// For rows of `format`, which is not ink, in the colours of `space`. Nothing where they are
  /// sRGB's already.
  static std::shared_ptr<const SpaceToSrgb> Make(const pixel::ColourSpace& space,
                                                 pixel::PixelFormat format);

  bool is_srgb() const override { return false; }
  pixel::PixelFormat from() const override { return format_; }
  pixel::PixelFormat to() const override { return format_; }
  void Convert(pixel::ConstRowSpan from, pixel::RowSpan to) const override;

 private:
  // Pixels are worked on some at a time, channel by channel, which compilers make vectors of.
  static constexpr std::size_t kChunk = 64;
  using Channel = std::array<float, kChunk>;
  using Light = std::array<Channel, 3>;
  using Weights = std::array<std::array<float, 3>, 3>;

  SpaceToSrgb(const Encoding& encoding, const Matrix& to_mixing, pixel::PixelFormat format);
  static void Mix(const Weights& weights, Light& light);
  void Develop(Light& light) const;
  void Show(Light& light) const;
  template <class Sample>
  void ConvertColours(const std::uint8_t* from, int width, std::uint8_t* to) const;
  template <class Sample>
  void LookUp(const std::uint8_t* from, int width, std::uint8_t* to) const;
  template <class Sample>
  void MakeGreys();

  const pixel::PixelFormat format_;
  const Hdr hdr_;
  std::vector<float> light_;          // of each code; of HLG, of the scene
  std::vector<std::uint16_t> greys_;  // grey: the result for each code, and no use of the rest
  // From the source's primaries to those that light is mixed in: BT.2020's for HDR, which is mapped
  // there, else sRGB's.
  Weights to_mixing_ = {};
  Weights to_srgb_ = {};     // from BT.2020
  std::vector<float> ootf_;  // HLG: the gain, by the fourth root of the luminance
};

}  // namespace whittle::color
