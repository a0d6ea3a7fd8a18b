// JPEG, decoded by libjpeg-turbo and encoded by our own room. Read: 8 bits, baseline, extended and
// progressive, Huffman or arithmetic coding; grey, colour and CMYK. Lossless, hierarchical and
// deeper JPEG is refused as unsupported.
#include <algorithm>
#include <iterator>

#include "codec/codec.h"
#include "codec/encoder_memory.h"
#include "codec/jpeg/error.h"
#include "codec/jpeg/metadata.h"
#include "codec/jpeg/sink.h"
#include "codec/jpeg/source.h"
#include "codec/quality_scale.h"
#include "codec/strip.h"

namespace whittle::codec {
namespace {

#define WHITTLE_TEXT_INNER(x) #x
#define WHITTLE_TEXT(x) WHITTLE_TEXT_INNER(x)

constexpr pixel::PixelFormat kWrites[] = {pixel::PixelFormat::kGrey8, pixel::PixelFormat::kRgb8};
constexpr std::string_view kExtensions[] = {"jpg", "jpeg", "jpe", "jfif"};
constexpr QualityScale kScale = {
    .points = {{{40, 60.8}, {55, 68.2}, {68, 73.7}, {78, 78.8}, {86, 83.8}, {89, 85.8}, {92, 88}}}};

// The start-of-image marker, FF D8. Every sound file goes on with FF, the next marker, but libjpeg
// reads over stray bytes there, and a damaged JPEG is better called damaged than unknown. No other
// format begins with FF D8.
bool SniffJpeg(ByteView head) { return head.size() >= 2 && head[0] == 0xFF && head[1] == 0xD8; }

// libjpeg-turbo tells its version to the preprocessor only.
std::string_view JpegVersion() { return "libjpeg-turbo " WHITTLE_TEXT(LIBJPEG_TURBO_VERSION); }

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
EncoderMemory JpegMemory(const EncodeSpec& spec) {
  const CodedSize picture(spec);
  const std::uint64_t luma = picture.pixels;
  const std::uint64_t samples = IsGrey(spec.format) ? luma
                                : picture.halved()  ? luma * 3 / 2
                                                    : luma * 3;
  const bool keeps = spec.progressive.value_or(spec.preset != Preset::kFast);
  const auto* const noisy = std::ranges::find_if(
      kNoisyFiles, [&spec](const NoisyFile& file) { return spec.quality <= file.quality; });
  const NoisyFile& file = noisy == std::end(kNoisyFiles) ? std::end(kNoisyFiles)[-1] : *noisy;
  const std::uint64_t coded = samples + (keeps && spec.preset == Preset::kSmall ? 2 * luma : 0);
  return EncoderMemory::Streams(32 * kKiB + static_cast<std::uint64_t>(spec.width) * 128 +
                                coded * (keeps ? file.progressive : file.baseline) / 1000 * 3 / 2 +
                                (keeps ? samples * 9 / 4 : 0));
}

}  // namespace

extern const Codec kJpeg;
const Codec kJpeg = {
    .name = "jpeg",
    .mime = "image/jpeg",
    .extensions = kExtensions,
    .writes = kWrites,
    .max_side = 65500,
    .turns_by_exif = true,
    .decode_ns = 2,
    .encode_ns = 5,
    .sniff = SniffJpeg,
    .probe = ProbeJpeg,
    .open = OpenJpeg,
    .open_planes = OpenJpegPlanes,
    .metadata = JpegMetadata,
    .strip = StripJpeg,
    .create = CreateJpeg,
    .encoder_memory = JpegMemory,
    .quality_scale = &kScale,
    .create_planes = CreateJpegPlanes,
    .library_version = JpegVersion,
};

}  // namespace whittle::codec
