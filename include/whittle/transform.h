// What to make of a picture: one validated value, equal exactly when the result is the same.
//
//   WHITTLE_TRY(Transform t, Transform::Make({.width = 800, .height = 600}));
//
// Anyone may hold one; it is immutable and valid by construction. Canonical() is the one text form
// used for coalescing keys and ETags. Make brings parameters that say the same to the same values:
// numbers to their steps, and what cannot matter to its default. So params() may differ from what
// was given; the result does not.
//
// Order of work, in the picture as displayed: EXIF orientation, then rotate, flip, flop; trim;
// crop; resize with fit; blur and sharpen; colour; pad; encode.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "whittle/choices.h"
#include "whittle/expected.h"

namespace whittle {

/// Formats of results. Rows: formats.def.
enum class Format : std::uint8_t {
#define WHITTLE_FORMAT(name, ...) k##name,
#include "whittle/formats.def"
#undef WHITTLE_FORMAT
};
inline constexpr std::string_view kFormatWords[] = {
#define WHITTLE_FORMAT(name, word, ...) word,
#include "whittle/formats.def"
#undef WHITTLE_FORMAT
};
inline constexpr std::string_view kFormatMimes[] = {
#define WHITTLE_FORMAT(name, word, mime, ...) mime,
#include "whittle/formats.def"
#undef WHITTLE_FORMAT
};
/// "jpeg" for Format::kJpeg, and so on: the name of its codec.
constexpr std::string_view WordOf(Format format) {
  return kFormatWords[static_cast<std::size_t>(format)];
}
constexpr std::string_view MimeOf(Format format) {
  return kFormatMimes[static_cast<std::size_t>(format)];
}

/// How a picture meets its box. Inside: whole, as large as the box allows. Cover: fills the box,
/// what passes it is cut off. Contain: inside, and padded to the box. Fill: stretched to the box.
/// Outside: whole, as small as covering the box allows.
enum class Fit : std::uint8_t { kInside, kCover, kContain, kFill, kOutside };

/// What stays when something is cut off, or where the picture lies when it is padded. Entropy and
/// attention look at the picture, and focal at Params::focal.
enum class Position : std::uint8_t {
  kCentre,
  kTop,
  kRightTop,
  kRight,
  kRightBottom,
  kBottom,
  kLeftBottom,
  kLeft,
  kLeftTop,
  kEntropy,
  kAttention,
  kFocal,
};

/// What becomes of a colour profile. Auto: kept byte for byte where the result's format carries
/// one, else converted to sRGB. Srgb: always converted.
enum class Profile : std::uint8_t { kAuto, kSrgb };

/// Whether chroma has half of luma's resolution. Auto: below quality 90.
enum class ChromaSubsampling : std::uint8_t { kAuto, k420, k444 };

/// Pixels on each side.
struct Sides {
  std::uint32_t top = 0, right = 0, bottom = 0, left = 0;
  bool any() const { return (top | right | bottom | left) != 0; }
  friend bool operator==(const Sides&, const Sides&) = default;
};

class Transform {
 public:
  /// Largest side that may be asked for, in pixels.
  static constexpr std::uint32_t kMaxSide = 8192;

  struct Params {
    std::uint32_t width = 0;   ///< pixels, 0..kMaxSide; 0 leaves this side free
    std::uint32_t height = 0;  ///< pixels, 0..kMaxSide; 0 leaves this side free
    /// 0.1..10, to a hundredth: multiplies width, height and pad. Make does it, and leaves 1 here.
    double dpr = 1;
    Fit fit = Fit::kInside;
    bool enlarge = false;  ///< may the result have more pixels than its source
    Position position = Position::kCentre;
    /// 0..1 of width and height, to a thousandth; with kFocal only.
    std::array<double, 2> focal = {0.5, 0.5};
    Kernel kernel = Kernel::kLanczos3;

    /// Of the source as displayed; must touch it. Not empty; its far corner fits 32 bits.
    std::optional<Rectangle> crop;
    /// 0..255, to a hundredth: borders this close to their corner's colour go.
    std::optional<double> trim;
    Sides pad;  ///< added around the result, 0..kMaxSide each
    /// Clockwise: 0, 90, 180, 270. Of the ways to say the same Make keeps one: not both flip and
    /// flop, and with either of them 0 or 90.
    int rotate = 0;
    bool flip = false;  ///< upside down
    bool flop = false;  ///< left for right
    /// Behind transparency, and of padding. Without it: `flatten` where the format has no alpha,
    /// and padding is transparent where it has. One that is wholly transparent is none.
    std::optional<Colour> background;
    /// Opaque. Behind what is left of transparency where the result's format has no alpha.
    Colour flatten = {0, 0, 0};

    bool box_blur = false;  ///< 3x3 mean; without `blur` only
    /// Gaussian sigma in pixels of the result, 0.3..1000, to a hundredth.
    std::optional<double> blur;
    /// Sigma in pixels, 0.3..10; and by how much, 0.01..10; both to a hundredth.
    std::optional<std::array<double, 2>> sharpen;
    bool greyscale = false;
    double brightness = 1;       ///< 0..10, a factor of lightness; to a thousandth, as the next two
    double contrast = 1;         ///< 0..10, a factor around middle grey
    double saturation = 1;       ///< 0..10, a factor of chroma
    double hue = 0;              ///< degrees, 0..360, to a hundredth; 360 becomes 0
    double gamma = 1;            ///< 0.1..10, an exponent of the sRGB codes, to a thousandth
    std::optional<Colour> tint;  ///< opaque, but a wholly transparent one is none

    std::optional<Format> format;  ///< nothing: the source's own, or what comes next to it
    /// Formats that the client takes, best first and without gaps; when `format` is not set.
    std::array<std::optional<Format>, 3> offers;
    double quality = 80;  ///< 1..100, as libjpeg counts, to a hundredth
    /// Instead of `quality` for results in these formats, where they are set.
    std::optional<double> webp_quality, avif_quality;
    /// As much quality as this picture needs to look as good as `auto_target` says, in JPEG, WebP,
    /// AVIF and JPEG XL. The qualities above are then those of what is not judged so: animations,
    /// results above 16 megapixels.
    bool auto_quality = false;
    double auto_target = 80;    ///< SSIMULACRA2, 30..95, to a hundredth; with auto_quality only
    std::optional<int> effort;  ///< 0..10: more CPU for fewer bytes; nothing: the preset's
    bool lossless = false;
    std::optional<bool> progressive;
    ChromaSubsampling subsampling = ChromaSubsampling::kAuto;
    std::optional<int> colours;  ///< 2..256: a palette of at most so many
    Preset preset = Preset::kDefault;
    /// 0: no limit, else quality is lowered until it is met; up to 2^40.
    std::uint64_t max_bytes = 0;
    bool anim = true;  ///< false: the first frame of an animation
    Keep keep = Keep::kNone;
    Profile profile = Profile::kAuto;
    /// Never more bytes than the source when nothing was asked that changes its pixels.
    bool if_larger_source = true;
    /// Of a file that ends too early what is there is shown, and the rest filled in; false: an
    /// error.
    bool shows_truncated = true;

#ifdef WHITTLE_MORE_FIELDS  // of a program that compiles Transform again, with more parameters
#include WHITTLE_MORE_FIELDS
#endif

    friend bool operator==(const Params&, const Params&) = default;
  };

  /// Fails with kBadRequest and a text that names the parameter ("invalid dimensions", "invalid
  /// quality", ...) when one is out of range, or when both sides are free.
  static Expected<Transform> Make(const Params& params);

  const Params& params() const { return params_; }
  std::uint32_t width() const { return params_.width; }
  std::uint32_t height() const { return params_.height; }
  double quality() const { return params_.quality; }
  Preset preset() const { return params_.preset; }

  /// One line of text, the same for equal transforms and different for others:
  /// "800x600,q80.00,default", then as in a query string what is not as in Params{}.
  std::string Canonical() const;

 private:
  explicit Transform(const Params& params) : params_(params) {}
  Params params_;
};

}  // namespace whittle
