#include "codec/jpeg/gain_map.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "codec/jpeg/segments.h"

namespace whittle::codec {
namespace {

constexpr std::string_view kIsoGainMap = "urn:iso:std:iso:ts:21496:-1";
constexpr std::string_view kIndex("MPF\0", 4);
constexpr std::uint32_t kMpEntries = 0xB002;
constexpr std::size_t kMpEntry = 16;
constexpr std::size_t kMostPictures = 16;  // of an index that are looked at

bool NamesGainMap(const JpegSegment& segment) {
  if (segment.marker == kApp1) return XmpNamesGainMap(segment.body);
  return segment.marker == kApp2 && AsText(segment.body).starts_with(kIsoGainMap);
}

bool PictureNamesGainMap(ByteView picture) {
  JpegSegments segments(picture);
  while (const auto segment = segments.Next()) {
    if (NamesGainMap(*segment)) return true;
  }
  return false;
}

// A TIFF structure's numbers, in the order of bytes that it names; 0 beyond its end.
class Tiff {
 public:
  explicit Tiff(ByteView bytes) : bytes_(bytes), big_(AsText(bytes).starts_with("MM")) {}
  std::uint32_t Get(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8 | bytes_[at + (big_ ? i : size - 1 - i)];
    }
    return value;
  }

 private:
  ByteView bytes_;
  bool big_;
};

// `index` lies in `file`, and its offsets count from its begin.
bool IndexLeadsToGainMap(ByteView file, ByteView index) {
  const Tiff tiff(index);
  const auto base = static_cast<std::size_t>(index.data() - file.data());
  const std::size_t directory = tiff.Get(4, 4);
  const std::uint32_t fields = std::min<std::uint32_t>(tiff.Get(directory, 2), 16);
  for (std::size_t i = 0; i < fields; ++i) {
    const std::size_t field = directory + 2 + i * 12;
    if (tiff.Get(field, 2) != kMpEntries) continue;
    const std::size_t count = std::min(tiff.Get(field + 4, 4) / kMpEntry, kMostPictures);
    const std::size_t entries = tiff.Get(field + 8, 4);
    for (std::size_t n = 1; n < count; ++n) {  // the first is the file's own
      const std::size_t at = base + tiff.Get(entries + n * kMpEntry + 8, 4);
      if (at < file.size() && PictureNamesGainMap(file.subspan(at))) return true;
    }
  }
  return false;
}

}  // namespace

bool XmpNamesGainMap(ByteView xmp) {
  const std::string_view text = AsText(xmp);
  return text.find("ns.adobe.com/hdr-gain-map/") != std::string_view::npos ||
         text.find("ns.apple.com/HDRGainMap/") != std::string_view::npos ||
         text.find(":hdrgainmap") != std::string_view::npos;
}

bool JpegHasGainMap(ByteView file) {
  JpegSegments segments(file);
  while (const auto segment = segments.Next()) {
    if (NamesGainMap(*segment)) return true;
    if (segment->marker == kApp2 && AsText(segment->body).starts_with(kIndex) &&
        IndexLeadsToGainMap(file, segment->body.subspan(kIndex.size()))) {
      return true;
    }
  }
  return false;
}

}  // namespace whittle::codec
