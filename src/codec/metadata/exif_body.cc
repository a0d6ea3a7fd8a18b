#include "codec/metadata/exif_body.h"

#include <cstdint>
#include <string_view>

namespace whittle::codec {

bool IsTiff(ByteView bytes) {
  const std::string_view text = AsText(bytes);
  return text.starts_with(std::string_view("II*\0", 4)) ||
         text.starts_with(std::string_view("MM\0*", 4));
}

ByteView TiffPart(ByteView exif) {
  constexpr std::string_view kName{"Exif\0\0", 6};
  if (AsText(exif).starts_with(kName)) exif = exif.subspan(kName.size());
  return IsTiff(exif) ? exif : ByteView{};
}

ByteView TiffPartOfItem(ByteView item) {
  constexpr std::size_t kCount = 4;
  if (item.size() < kCount) return {};
  const std::size_t skipped = std::size_t{item[0]} << 24 | std::size_t{item[1]} << 16 |
                              std::size_t{item[2]} << 8 | std::size_t{item[3]};
  const ByteView rest = item.subspan(kCount);
  if (skipped < rest.size() && IsTiff(rest.subspan(skipped))) return rest.subspan(skipped);
  return TiffPart(rest);  // some writers count wrongly
}

}  // namespace whittle::codec
