// What may be chosen of a picture, in words that decoders, kernels and encoders understand as well
// as whoever asks: the parts of a Transform (transform.h) that are known below it.
//
// Values; any thread.
#pragma once

#include <cstdint>

namespace whittle {

/// Trade-off of the encoder; the picture is the same but for its bytes. Fast: least CPU. Default:
/// few bytes at little CPU. Quality: colour at full resolution. Small: the fewest bytes.
enum class Preset : std::uint8_t { kFast, kDefault, kQuality, kSmall };

/// Reconstruction filter of the resize.
enum class Kernel : std::uint8_t {
  kNearest,
  kLinear,
  kCubic,
  kMitchell,
  kLanczos2,
  kLanczos3,
  kMks2013,
  kMks2021,
};

/// Metadata that a result keeps of its source.
enum class Keep : std::uint8_t { kNone, kCopyright, kAll };

/// sRGB codes and straight alpha.
struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0, alpha = 255;
  friend bool operator==(const Colour&, const Colour&) = default;
};

/// Pixels, from the left and top.
struct Rectangle {
  std::uint32_t left = 0, top = 0, width = 0, height = 0;
  friend bool operator==(const Rectangle&, const Rectangle&) = default;
};

}  // namespace whittle
