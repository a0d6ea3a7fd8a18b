// What to make of a picture: one validated value, equal exactly when the result is the same.
//
//   WHITTLE_TRY(Transform t, Transform::Make({.width = 800, .height = 600}));
//
// Anyone may hold one; it is immutable and valid by construction. Canonical() is the one text form
// used for coalescing keys and ETags.
#pragma once

#include <cstdint>
#include <string>

#include "whittle/expected.h"

namespace whittle {

/// Trade-off of the encoder; the picture is the same but for its bytes. Fast: least CPU, baseline
/// with fixed tables. Default: progressive. Small: progressive, the best of several scan scripts.
enum class Preset : std::uint8_t { kFast, kDefault, kSmall };

class Transform {
 public:
  /// Largest side that may be asked for, in pixels.
  static constexpr std::uint32_t kMaxSide = 8192;

  struct Params {
    std::uint32_t width = 0;   ///< pixels, 0..kMaxSide; 0 leaves this side free
    std::uint32_t height = 0;  ///< pixels, 0..kMaxSide; 0 leaves this side free
    double quality = 80;       ///< 1..100, as libjpeg counts; kept to a hundredth
    Preset preset = Preset::kDefault;
  };

  /// Fails with kBadRequest ("invalid dimensions", "invalid quality") when out of range or when
  /// both sides are free.
  static Expected<Transform> Make(const Params& params);

  std::uint32_t width() const { return params_.width; }
  std::uint32_t height() const { return params_.height; }
  double quality() const { return params_.quality; }
  Preset preset() const { return params_.preset; }

  /// One line of text, the same for equal transforms and different for others.
  std::string Canonical() const;

 private:
  explicit Transform(const Params& params) : params_(params) {}
  Params params_;
};

}  // namespace whittle
