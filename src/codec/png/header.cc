// What a PNG tells beside its picture. Compressed profiles and texts are inflated into a buffer of
// max_icc_bytes, so that what would inflate to more costs no more than that and is left out.
#include <algorithm>
#include <string_view>

#include "codec/metadata/exif.h"
#include "codec/metadata/icc.h"
#include "codec/png/colour.h"
#include "codec/png/file.h"
#include "codec/png/frame_walk.h"
#include "codec/png/frames.h"
#include "codec/png/libdeflate.h"
#include "codec/png/rows.h"
#include "codec/png/source.h"
#include "codec/png/unpack.h"

namespace whittle::codec {
namespace {

constexpr std::string_view kExifHead{"Exif\0\0", 6};

// Empty when the data is broken or inflates to more than `max_bytes`.
Bytes Inflated(ByteView zlib, std::size_t max_bytes) {
  const DecompressorPtr inflate(libdeflate_alloc_decompressor());
  if (inflate == nullptr) return {};
  // Deflate cannot do better than 1 to 1032.
  Bytes bytes(std::min(max_bytes, zlib.size() * 1032));
  std::size_t size = 0;
  const libdeflate_result result = libdeflate_zlib_decompress(
      inflate.get(), zlib.data(), zlib.size(), bytes.data(), bytes.size(), &size);
  if (result != LIBDEFLATE_SUCCESS) return {};
  return Bytes::CopyOf(bytes.view().first(size));
}

// What stands behind the next zero byte; nothing when there is none.
ByteView BehindZero(ByteView bytes) {
  const auto zero = std::ranges::find(bytes, 0);
  return zero == bytes.end() ? ByteView{} : ByteView(zero + 1, bytes.end());
}

// iCCP: a name, zero, the compression method (0), a zlib stream.
Bytes ProfileOf(const PngFile& png, const Limits& limits) {
  const ByteView rest = BehindZero(png.iccp);
  if (rest.size() < 2 || rest[0] != 0) return {};
  return Inflated(rest.subspan(1), limits.max_icc_bytes);
}

// iTXt: keyword, zero, compressed or not, method, language, zero, translated keyword, zero, text.
Bytes XmpOf(const PngFile& png, const Limits& limits) {
  const ByteView flags = BehindZero(png.xmp);
  if (flags.size() < 2) return {};
  const ByteView text = BehindZero(BehindZero(flags.subspan(2)));
  if (flags[0] == 1) return flags[1] == 0 ? Inflated(text, limits.max_icc_bytes) : Bytes{};
  return flags[0] == 0 && text.size() <= limits.max_icc_bytes ? Bytes::CopyOf(text) : Bytes{};
}

// Some writers begin eXIf as JPEG does.
ByteView ExifOf(const PngFile& png) {
  return AsText(png.exif).starts_with(kExifHead) ? png.exif.subspan(kExifHead.size()) : png.exif;
}

int OrientationOf(const PngFile& png) {
  constexpr std::size_t kMost = 0xFFFF;  // which is also all that ExifOrientation looks at
  const ByteView exif = ExifOf(png);
  if (exif.empty()) return 1;
  Bytes headed = Bytes::CopyOf(AsBytes(kExifHead));
  headed.Append(exif.first(std::min(exif.size(), kMost)));
  return ExifOrientation(headed.view());
}

void TakeColours(Header& header, const PngFile& png, const Limits& limits) {
  constexpr pixel::Cicp kSrgb{};
  if (const auto cicp = PngCicpOf(png)) {
    if (*cicp != kSrgb) header.colour.cicp = cicp;
    return;
  }
  if (Bytes icc = ProfileOf(png, limits); IccSuits(icc.view(), header.info.channels)) {
    header.info.icc_bytes = static_cast<std::uint32_t>(icc.size());
    header.icc = std::move(icc);
    return;
  }
  if (!png.srgb) header.colour.calibration = PngCalibrationOf(png);
}

}  // namespace

Expected<Header> ProbePng(ByteView file, const Limits& limits) {
  WHITTLE_TRY(const PngFile png, ParsePng(file, limits));
  Header header;
  header.format = PngFormatOf(png);
  header.decode_bytes = PngRowsBytes({png.bytes, png.shape, png.data});
  if (header.decode_bytes > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  header.info.format = "png";
  header.info.width = png.shape.width;
  header.info.height = png.shape.height;
  header.info.orientation = OrientationOf(png);
  header.info.channels = pixel::IsGrey(header.format) ? 1 : 3;
  header.info.alpha = pixel::HasAlpha(header.format);
  header.info.bits = pixel::IsWide(header.format) ? 16 : 8;
  header.info.progressive = png.shape.interlaced;
  header.info.colours = static_cast<std::uint32_t>(png.palette.size() / 3);
  TakeColours(header, png, limits);
  header.info.frames = CountPngFrames(png, limits);
  if (header.info.frames > 1) {
    header.loops = static_cast<int>(std::min(png.plays, 0x7FFFFFFFU));
    header.frames_bytes = PngFramesBytes(png);
  }
  return header;
}

Metadata PngMetadata(ByteView file, const Limits& limits) {
  const auto png = ParsePng(file, limits);
  if (!png) return {};
  Metadata metadata{.xmp = XmpOf(*png, limits)};
  if (const ByteView exif = ExifOf(*png); exif.size() <= limits.max_icc_bytes) {
    metadata.exif = Bytes::CopyOf(exif);
  }
  return metadata;
}

}  // namespace whittle::codec
