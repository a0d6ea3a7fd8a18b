#include "pipeline/encoder_bytes.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "codec/png/sink.h"
#include "codec/webp/sink.h"
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
    return spec.subsampling == codec::Subsampling::k420 && !IsGrey(spec.format);
  }
};

EncoderMemory Streams(std::uint64_t bytes) { return {bytes, bytes}; }
EncoderMemory Gathers(std::uint64_t rows, std::uint64_t bytes) {
  return {rows, std::max(rows, bytes)};
}

// The largest files are those of noise in black and white.
struct NoisyFile {
  double quality;          ///< up to which it is
  std::uint64_t baseline;  ///< bytes of 1000 samples
  std::uint64_t progressive;
};
constexpr NoisyFile kNoisyFiles[] = {{50, 600, 530},  {80, 870, 690},   {90, 1130, 820},
                                     {95, 1460, 950}, {98, 1990, 1110}, {100, 2300, 1160}};

// Baseline ones (Preset::kFast) are written as rows come, by fixed tables. All others keep every
// coefficient, 2.25 bytes for each sample of whole MCUs. The file grows by half at a time. For the
// smallest a component is coded more than once, and two of its codes are held.
EncoderMemory Jpeg(const Picture& picture) {
  const EncodeSpec& spec = picture.spec;
  const std::uint64_t luma = picture.pixels;
  const std::uint64_t samples = IsGrey(spec.format) ? luma
                                : picture.halved()  ? luma * 3 / 2
                                                    : luma * 3;
  const bool keeps = spec.progressive.value_or(spec.preset != Preset::kFast);
  const auto* const noisy = std::ranges::find_if(
      kNoisyFiles, [&spec](const NoisyFile& file) { return spec.quality <= file.quality; });
  const NoisyFile& file = noisy == std::end(kNoisyFiles) ? std::end(kNoisyFiles)[-1] : *noisy;
  const std::uint64_t coded = samples + (keeps && spec.preset == Preset::kSmall ? 2 * luma : 0);
  return Streams(32 * kKiB + static_cast<std::uint64_t>(spec.width) * 128 +
                 coded * (keeps ? file.progressive : file.baseline) / 1000 * 3 / 2 +
                 (keeps ? samples * 9 / 4 : 0));
}

// libimagequant's histogram, which grows with the colours that there are, in ever coarser steps;
// and what it is given and gives: the picture as RGBA and as floats, maps of its edges, indices.
std::uint64_t Palette(std::uint64_t pixels) {
  return std::min({256 * kKiB + 112 * pixels, 8 * kMiB + 45 * pixels, 40 * kMiB + 20 * pixels});
}

// Large ones are written as rows come, and their file grows by half at a time; noise is no smaller
// than its rows. Others are rows, twice, and the file; the best of libdeflate's levels hold tables
// of their own.
EncoderMemory Png(const Picture& picture) {
  const EncodeSpec& spec = picture.spec;
  const std::uint64_t pixels =
      static_cast<std::uint64_t>(spec.width) * static_cast<std::uint64_t>(spec.height);
  if (pixels * static_cast<std::uint64_t>(pixel::PixelBytes(spec.format)) > codec::kMostWholePng) {
    return Streams(kMiB + picture.frame * 7 / 4);
  }
  const std::uint64_t most = spec.colours   ? codec::kMostQuantisedPixels
                             : spec.indexed ? codec::kMostFaithfulPixels
                                            : 0;
  return Gathers(picture.frame, 256 * kKiB + 4 * picture.frame +
                                    (codec::PngEffort(spec) >= 9 ? 9 * kMiB : 0) +
                                    (pixels <= most ? Palette(picture.pixels) : 0));
}

EncoderMemory Gif(const Picture& picture) {
  return Gathers(4 * picture.pixels, 256 * kKiB + 3 * picture.frame + Palette(picture.pixels));
}

// Of a lossy one libwebp's methods from 3 on hold all that they will write, which grows with
// quality; largest is what noise in black and white takes.
std::uint64_t LossyWebp(const EncodeSpec& spec, std::uint64_t pixels) {
  const bool good = spec.quality <= 90;
  const std::uint64_t quick = good ? 12 : 14;
  const std::uint64_t slow = spec.quality <= 80 ? 26 : good ? 30 : 37;
  return 64 * kKiB + pixels * (codec::WebpMethod(spec) < 3 ? quick : slow);
}

// Alpha is coded as a lossless picture beside the lossy one. What is lossless is held as colours,
// chains of equal ones and references to them, more than once; less for a pixel of large ones.
EncoderMemory Webp(const Picture& picture) {
  const EncodeSpec& spec = picture.spec;
  const std::uint64_t pixels = picture.pixels;
  const std::uint64_t small = std::min<std::uint64_t>(pixels, 500'000);
  const std::uint64_t gathered = 4 * pixels;
  if (spec.lossless) {
    const bool dear = codec::WebpLosslessLevel(spec) > 4;
    return Gathers(gathered, 2 * kMiB + (dear ? 60 : 52) * pixels + (dear ? 52 : 44) * small);
  }
  const std::uint64_t lossy = LossyWebp(spec, pixels);
  if (!picture.alpha()) return Gathers(gathered, lossy);
  const std::uint64_t chains = codec::WebpMethod(spec) < 4 ? 0 : 48 * small;
  return Gathers(gathered, 2 * kMiB + std::max(lossy + 4 * pixels, 40 * pixels + chains));
}

EncoderMemory Tiff(const Picture& picture) { return Streams(kMiB + 4 * picture.frame); }

// libaom's speeds below 9 hold more for a pixel; encode_cost.h has them for small pictures only.
// Grey takes no more than halved chroma. Until then planes are held, with a band of rows, or with
// all rows that have alpha.
EncoderMemory Avif(const Picture& picture) {
  const EncodeSpec& spec = picture.spec;
  const std::uint64_t pixels = picture.pixels;
  const std::uint64_t slow = std::min<std::uint64_t>(pixels, 2'500'000);
  const bool whole = spec.lossless || !(picture.halved() || IsGrey(spec.format));
  const std::uint64_t planes = whole ? 30 * pixels + 38 * slow : 21 * pixels + 20 * slow;
  const std::uint64_t band = static_cast<std::uint64_t>(spec.width) * 32 *
                             static_cast<std::uint64_t>(pixel::PixelBytes(spec.format));
  return Gathers(kMiB + picture.frame + (picture.alpha() ? picture.frame : 0) + band,
                 3 * kMiB + (IsWide(spec.format) ? planes * 3 / 2 : planes) +
                     (picture.alpha() ? 2 * pixels : 0));
}

EncoderMemory Jxl(const Picture& picture) {
  const auto samples = picture.pixels * static_cast<std::uint64_t>(Channels(picture.spec.format));
  return Gathers(picture.frame,
                 8 * kMiB + picture.frame + samples * (picture.spec.lossless ? 21 : 14));
}

}  // namespace

EncoderMemory EncoderBytes(const codec::Codec& codec, const EncodeSpec& spec) {
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
  return Streams(picture.frame);  // as it is
}

}  // namespace whittle::pipeline
