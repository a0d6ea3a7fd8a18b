#include "pipeline/encoder_bytes.h"

#include <algorithm>
#include <string_view>

#include "codec/png_sink.h"
#include "pixel/view.h"
#include "whittle/transform.h"

namespace whittle::pipeline {
namespace {

using codec::EncodeSpec;

constexpr std::uint64_t kKiB = 1024, kMiB = 1024 * kKiB;

struct Picture {
  const EncodeSpec& spec;
  std::uint64_t pixels;  ///< of whole blocks
  std::uint64_t frame;   ///< bytes of its rows

  bool alpha() const { return HasAlpha(spec.format); }
  bool halved() const {
    return spec.subsampling == codec::Subsampling::k420 && !IsGray(spec.format);
  }
  /// Most CPU for fewest bytes.
  bool dear() const { return spec.preset == Preset::kSmall || spec.effort.has_value(); }
};

// A progressive one keeps every coefficient, 2.25 bytes for each sample of whole MCUs; all of them
// keep a band. The file grows by half at a time, and the smallest is coded more than once.
std::uint64_t Jpeg(const Picture& picture) {
  const EncodeSpec& spec = picture.spec;
  const std::uint64_t pixels = picture.pixels;
  const std::uint64_t samples = IsGray(spec.format) ? pixels
                                : picture.halved()  ? pixels * 3 / 2
                                                    : pixels * 3;
  const bool keeps = spec.progressive.value_or(spec.preset != Preset::kFast);
  return 32 * kKiB + static_cast<std::uint64_t>(spec.width) * 128 +
         samples * (picture.dear() ? 10 : 7) / 4 + (keeps ? samples * 9 / 4 : 0);
}

// libimagequant's histogram, which grows with the colours that there are, in ever coarser steps;
// and what it is given and gives: the picture as RGBA and as floats, maps of its edges, indices.
std::uint64_t Palette(std::uint64_t pixels) {
  return std::min({256 * kKiB + 112 * pixels, 8 * kMiB + 45 * pixels, 40 * kMiB + 20 * pixels});
}

// Rows, and the file; the best of libdeflate's levels hold tables of their own.
std::uint64_t Png(const Picture& picture) {
  const EncodeSpec& spec = picture.spec;
  const std::uint64_t most = spec.colours   ? codec::kMostQuantisedPixels
                             : spec.indexed ? codec::kMostFaithfulPixels
                                            : 0;
  const std::uint64_t pixels =
      static_cast<std::uint64_t>(spec.width) * static_cast<std::uint64_t>(spec.height);
  return 256 * kKiB + (picture.dear() ? 9 * kMiB : 0) + 4 * picture.frame +
         (pixels <= most ? Palette(picture.pixels) : 0);
}

std::uint64_t Gif(const Picture& picture) {
  return 256 * kKiB + 3 * picture.frame + Palette(picture.pixels);
}

// Alpha is coded as a lossless picture beside the lossy one. What is lossless is held as colours,
// chains of equal ones and references to them, more than once; less for a pixel of large ones.
std::uint64_t Webp(const Picture& picture) {
  const std::uint64_t pixels = picture.pixels;
  const bool dear = picture.dear();
  if (picture.spec.lossless) {
    const std::uint64_t small = std::min<std::uint64_t>(pixels, 500'000);
    return 2 * kMiB + (dear ? 60 : 52) * pixels + (dear ? 52 : 44) * small;
  }
  const std::uint64_t lossy = 64 * kKiB + pixels * (dear ? 24 : 12);
  return lossy + (picture.alpha() ? 2 * kMiB + pixels * (dear ? 36 : 28) : 0);
}

std::uint64_t Tiff(const Picture& picture) { return kMiB + 4 * picture.frame; }

// libaom's speeds below 9 hold more for a pixel; encode_cost.h has them for small pictures only.
std::uint64_t Avif(const Picture& picture) {
  const std::uint64_t pixels = picture.pixels;
  const std::uint64_t slow = std::min<std::uint64_t>(pixels, 2'500'000);
  const std::uint64_t planes = picture.halved() && !picture.spec.lossless ? 21 * pixels + 20 * slow
                                                                          : 30 * pixels + 38 * slow;
  return 3 * kMiB + (IsWide(picture.spec.format) ? planes * 3 / 2 : planes) +
         (picture.alpha() ? 2 * pixels : 0);
}

std::uint64_t Jxl(const Picture& picture) {
  const auto samples = picture.pixels * static_cast<std::uint64_t>(Channels(picture.spec.format));
  return 8 * kMiB + picture.frame + samples * (picture.spec.lossless ? 21 : 14);
}

}  // namespace

std::uint64_t EncoderBytes(const codec::Codec& codec, const EncodeSpec& spec) {
  const auto whole = [](int side) { return static_cast<std::uint64_t>((side + 15) / 16 * 16); };
  const std::uint64_t pixels = whole(spec.width) * whole(spec.height);
  const Picture picture = {spec, pixels,
                           pixels * static_cast<std::uint64_t>(pixel::PixelBytes(spec.format))};
  const std::string_view name = codec.name;
  if (name == WordOf(Format::kJpeg)) return Jpeg(picture);
  if (name == WordOf(Format::kPng)) return Png(picture);
  if (name == WordOf(Format::kWebp)) return Webp(picture);
  if (name == WordOf(Format::kAvif)) return Avif(picture);
  if (name == WordOf(Format::kGif)) return Gif(picture);
  if (name == WordOf(Format::kJxl)) return Jxl(picture);
  if (name == WordOf(Format::kTiff)) return Tiff(picture);
  return picture.frame;  // as it is
}

}  // namespace whittle::pipeline
