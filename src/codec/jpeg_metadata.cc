#include "codec/jpeg_metadata.h"

#include <cstddef>
#include <string_view>

namespace whittle::codec {
namespace {

constexpr std::string_view kExif("Exif\0\0", 6);
constexpr std::string_view kXmp("http://ns.adobe.com/xap/1.0/\0", 29);
constexpr std::uint8_t kApp1 = 0xE1;
constexpr std::uint8_t kScan = 0xDA;

void TakeFirst(ByteView segment, std::string_view name, std::size_t most, Bytes& to) {
  if (!to.empty() || !AsText(segment).starts_with(name)) return;
  if (segment.size() - name.size() <= most) to = Bytes::CopyOf(segment.subspan(name.size()));
}

}  // namespace

Metadata JpegMetadata(ByteView file, const Limits& limits) {
  Metadata found;
  std::size_t at = 2;
  while (at + 4 <= file.size() && file[at] == 0xFF && file[at + 1] != kScan) {
    const std::size_t length = std::size_t{file[at + 2]} << 8 | file[at + 3];
    if (length < 2 || file.size() - at - 2 < length) break;
    const ByteView segment = file.subspan(at + 4, length - 2);
    if (file[at + 1] == kApp1) {
      TakeFirst(segment, kExif, limits.max_icc_bytes, found.exif);
      TakeFirst(segment, kXmp, limits.max_icc_bytes, found.xmp);
    }
    at += 2 + length;
  }
  return found;
}

}  // namespace whittle::codec
