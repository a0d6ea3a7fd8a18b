// What probe and metadata tell of a WebP file.
#include <algorithm>
#include <string_view>
#include <utility>

#include "codec/metadata/exif.h"
#include "codec/metadata/icc.h"
#include "codec/webp/container.h"
#include "codec/webp/source.h"

namespace whittle::codec {
namespace {

constexpr std::string_view kExifName{"Exif\0\0", 6};

// The TIFF structure. The format wants nothing before it, but many writers copy JPEG's name, too.
ByteView TiffOf(ByteView exif) {
  if (AsText(exif).starts_with(kExifName)) exif = exif.subspan(kExifName.size());
  const std::string_view text = AsText(exif);
  const bool tiff = text.starts_with(std::string_view("II*\0", 4)) ||
                    text.starts_with(std::string_view("MM\0*", 4));
  return tiff ? exif : ByteView{};
}

int OrientationOf(const Container& container) {
  constexpr std::size_t kMost = 0xFFFF;  // of what ExifOrientation reads
  const ByteView tiff = TiffOf(ChunkOf(container, "EXIF"));
  if (tiff.empty()) return 1;
  Bytes named = Bytes::CopyOf(AsBytes(kExifName));
  named.Append(tiff.first(std::min(tiff.size(), kMost - kExifName.size())));
  return ExifOrientation(named.view());
}

Bytes CopyWithin(ByteView chunk, const Limits& limits) {
  return chunk.size() > limits.max_icc_bytes ? Bytes{} : Bytes::CopyOf(chunk);
}

}  // namespace

std::optional<PlaneShapes> PlanesOf(const Container& c) {
  if (c.animated || !c.lossy || c.alpha) return std::nullopt;
  const PlaneShape chroma = {(c.width + 1) / 2, (c.height + 1) / 2, 2, 2};
  return PlaneShapes{.count = kPlanes,
                     .range = Range::kStudio,
                     .planes = {PlaneShape{c.width, c.height, 1, 1}, chroma, chroma}};
}

Expected<Header> ProbeWebp(ByteView file, const Limits& limits) {
  WHITTLE_TRY(const Container c, OpenContainer(file, limits));
  Header header;
  header.format = FormatOf(c);
  header.info.format = "webp";
  header.info.width = static_cast<std::uint32_t>(c.width);
  header.info.height = static_cast<std::uint32_t>(c.height);
  header.info.orientation = OrientationOf(c);
  header.info.channels = 3;
  header.info.alpha = c.alpha;
  header.info.frames = c.frames;
  if (Bytes icc = CopyWithin(ChunkOf(c, "ICCP"), limits); IccSuits(icc.view(), 3)) {
    header.icc = std::move(icc);
  }
  header.info.icc_bytes = static_cast<std::uint32_t>(header.icc.size());
  header.decode_bytes = c.decode_bytes;
  header.planes = PlanesOf(c);
  header.loops = c.loops;
  return header;
}

Metadata WebpMetadata(ByteView file, const Limits& limits) {
  const auto container = OpenContainer(file, limits);
  if (!container) return {};
  return {.exif = CopyWithin(TiffOf(ChunkOf(*container, "EXIF")), limits),
          .xmp = CopyWithin(ChunkOf(*container, "XMP "), limits)};
}

}  // namespace whittle::codec
