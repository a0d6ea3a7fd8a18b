// TIFF and BigTIFF by libtiff: the first page, in strips or tiles, together or in planes, of any
// depth up to 16 bits (32 and floating point become 16), grey, RGB, palette, CMYK, YCbCr,
// L*a*b* and LogLuv. Refused as unsupported: JPEG as TIFF 6.0 first had it, and compressions nobody
// writes.
#include <string>
#include <string_view>

#include "codec/codec.h"
#include "codec/encoder_memory.h"
#include "codec/tiff/sink.h"
#include "codec/tiff/source.h"

namespace whittle::codec {
namespace {

using pixel::PixelFormat;

constexpr PixelFormat kWrites[] = {PixelFormat::kGrey8, PixelFormat::kGreyA8, PixelFormat::kRgb8,
                                   PixelFormat::kRgba8, PixelFormat::kGrey16, PixelFormat::kGreyA16,
                                   PixelFormat::kRgb16, PixelFormat::kRgba16};
constexpr std::string_view kExtensions[] = {"tif", "tiff"};

// The byte order and 42, or 43 for BigTIFF.
bool SniffTiff(ByteView head) {
  if (head.size() < 4) return false;
  const std::string_view magic = AsText(head.first(4));
  using std::string_view_literals::operator""sv;
  return magic == "II*\0"sv || magic == "MM\0*"sv || magic == "II+\0"sv || magic == "MM\0+"sv;
}

// "LIBTIFF, Version 4.5.0", and lines of copyright.
std::string_view TiffVersion() {
  static const std::string kText = [] {
    std::string_view text = TIFFGetVersion();
    text = text.substr(0, text.find('\n'));
    return "libtiff " + std::string(text.substr(text.rfind(' ') + 1));
  }();
  return kText;
}

EncoderMemory TiffMemory(const EncodeSpec& spec) {
  return EncoderMemory::Streams(kMiB + 4 * CodedSize(spec).frame);
}

}  // namespace

extern const Codec kTiff;
const Codec kTiff = {
    .name = "tiff",
    .mime = "image/tiff",
    .extensions = kExtensions,
    .writes = kWrites,
    .max_side = 65535,
    .decode_ns = 4,
    .encode_ns = 20,
    .sniff = SniffTiff,
    .probe = ProbeTiff,
    .open = OpenTiff,
    .metadata = MetadataOfTiff,
    .create = CreateTiff,
    .encoder_memory = TiffMemory,
    .library_version = TiffVersion,
};

}  // namespace whittle::codec
