// JPEG, decoded by libjpeg-turbo and encoded by our own room. Read: 8 bits, baseline, extended and
// progressive, Huffman or arithmetic coding; grey, colour and CMYK. Lossless, hierarchical and
// deeper JPEG is refused as unsupported.
#include "codec/codec.h"
#include "codec/jpeg/error.h"
#include "codec/jpeg/metadata.h"
#include "codec/jpeg/sink.h"
#include "codec/jpeg/source.h"
#include "codec/strip.h"

namespace whittle::codec {
namespace {

#define WHITTLE_TEXT_INNER(x) #x
#define WHITTLE_TEXT(x) WHITTLE_TEXT_INNER(x)

constexpr pixel::PixelFormat kWrites[] = {pixel::PixelFormat::kGrey8, pixel::PixelFormat::kRgb8};
constexpr std::string_view kExtensions[] = {"jpg", "jpeg", "jpe", "jfif"};

// The start-of-image marker, FF D8. Every sound file goes on with FF, the next marker, but libjpeg
// reads over stray bytes there, and a damaged JPEG is better called damaged than unknown. No other
// format begins with FF D8.
bool SniffJpeg(ByteView head) { return head.size() >= 2 && head[0] == 0xFF && head[1] == 0xD8; }

// libjpeg-turbo tells its version to the preprocessor only.
std::string_view JpegVersion() { return "libjpeg-turbo " WHITTLE_TEXT(LIBJPEG_TURBO_VERSION); }

}  // namespace

extern const Codec kJpeg;
const Codec kJpeg = {
    .name = "jpeg",
    .mime = "image/jpeg",
    .extensions = kExtensions,
    .writes = kWrites,
    .max_side = 65500,
    .decode_ns = 2,
    .encode_ns = 5,
    .sniff = SniffJpeg,
    .probe = ProbeJpeg,
    .open = OpenJpeg,
    .open_planes = OpenJpegPlanes,
    .metadata = JpegMetadata,
    .strip = StripJpeg,
    .create = CreateJpeg,
    .create_planes = CreateJpegPlanes,
    .library_version = JpegVersion,
};

}  // namespace whittle::codec
