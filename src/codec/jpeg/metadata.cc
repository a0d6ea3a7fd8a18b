#include "codec/jpeg/metadata.h"

#include <string_view>

#include "codec/jpeg/segments.h"

namespace whittle::codec {
namespace {

constexpr std::string_view kExif("Exif\0\0", 6);
constexpr std::string_view kXmp("http://ns.adobe.com/xap/1.0/\0", 29);

void TakeFirst(ByteView segment, std::string_view name, std::size_t most, Bytes& to) {
  if (!to.empty() || !AsText(segment).starts_with(name)) return;
  if (segment.size() - name.size() <= most) to = Bytes::CopyOf(segment.subspan(name.size()));
}

}  // namespace

Metadata JpegMetadata(ByteView file, const Limits& limits) {
  Metadata found;
  JpegSegments segments(file);
  while (const auto segment = segments.Next()) {
    if (segment->marker != kApp1) continue;
    TakeFirst(segment->body, kExif, limits.max_icc_bytes, found.exif);
    TakeFirst(segment->body, kXmp, limits.max_icc_bytes, found.xmp);
  }
  return found;
}

}  // namespace whittle::codec
