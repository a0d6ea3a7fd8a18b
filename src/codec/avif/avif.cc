// AVIF by libavif: read with dav1d, 8, 10 and 12 bits, grids, and of a sequence the first picture.
// Colour is given as coded; what it is, the header says by an ICC profile or, where there is none,
// by CICP (isobmff/nclx.h). Written by libaom, with 10 bits for rows of 16 and a CICP label or a
// profile; lossless is so for rows of 8 bits only.
#include <avif/avif.h>

#include <algorithm>
#include <string>

#include "codec/avif/sink.h"
#include "codec/avif/source.h"
#include "codec/codec.h"
#include "codec/encoder_memory.h"
#include "codec/isobmff/ftyp.h"
#include "codec/quality_scale.h"
#include "codec/strip.h"

namespace whittle::codec {
namespace {

constexpr pixel::PixelFormat kWrites[] = {pixel::PixelFormat::kRgb8, pixel::PixelFormat::kRgba8,
                                          pixel::PixelFormat::kRgb16, pixel::PixelFormat::kRgba16};
constexpr std::string_view kExtensions[] = {"avif", "avifs"};
constexpr QualityScale kScale = {
    .trials = 2,  // 100 ms each
    .points = {
        {{35, 48.2}, {46, 61.8}, {55, 70.2}, {66, 76.1}, {72, 78.6}, {78, 80.7}, {86, 83.6}}}};

// A file of another major brand may list AVIF's among those it is also good for. HEIF's own brands
// as the major one are left to the HEIF codec.
bool SniffAvif(ByteView head) {
  const auto ftyp = ReadFtyp(head);
  if (!ftyp) return false;
  if (ftyp->major == "avif" || ftyp->major == "avis") return true;
  const bool general = ftyp->major == "mif1" || ftyp->major == "msf1" || ftyp->major == "miaf";
  return general && (ftyp->Has("avif") || ftyp->Has("avis"));
}

std::string_view AvifVersionText() {
  static const std::string kText = [] {
    char codecs[256] = {};
    avifCodecVersions(codecs);
    return std::string("libavif ") + avifVersion() + " (" + codecs + ")";
  }();
  return kText;
}

// libaom's speeds below 9 hold more for a pixel; encode_cost.h has them for small pictures only.
// Grey takes no more than halved chroma. Until then planes are held, with a band of rows, or with
// all rows that have alpha.
EncoderMemory AvifMemory(const EncodeSpec& spec) {
  const CodedSize picture(spec);
  const std::uint64_t pixels = picture.pixels;
  const std::uint64_t slow = std::min<std::uint64_t>(pixels, 2'500'000);
  const bool whole = spec.lossless || !(picture.halved() || IsGrey(spec.format));
  const std::uint64_t planes = whole ? 30 * pixels + 38 * slow : 21 * pixels + 20 * slow;
  const std::uint64_t band = static_cast<std::uint64_t>(spec.width) * 32 *
                             static_cast<std::uint64_t>(pixel::PixelBytes(spec.format));
  return EncoderMemory::Gathers(kMiB + picture.frame + (picture.alpha() ? picture.frame : 0) + band,
                                3 * kMiB + (IsWide(spec.format) ? planes * 3 / 2 : planes) +
                                    (picture.alpha() ? 2 * pixels : 0));
}

}  // namespace

extern const Codec kAvif;
const Codec kAvif = {
    .name = "avif",
    .mime = "image/avif",
    .extensions = kExtensions,
    .writes = kWrites,
    .max_side = kLargestAvifSide,
    .carries_cicp = true,
    .decode_ns = 20,
    .encode_ns = 300,
    .sniff = SniffAvif,
    .probe = ProbeAvif,
    .open = OpenAvif,
    .open_planes = OpenAvifPlanes,
    .metadata = MetadataOfAvif,
    .strip = StripItems,
    .create = CreateAvif,
    .encoder_memory = AvifMemory,
    .quality_scale = &kScale,
    .create_planes = CreateAvifPlanes,
    .library_version = AvifVersionText,
};

}  // namespace whittle::codec
