// HEIF with HEVC (HEIC) by libheif and libde265, read only: the primary picture, 8 to 12 bits,
// grids, alpha. Always given as colour; as stored, or as shown with orientation 1 where libheif
// applies cropping, rotation and mirror (decoder.h).
#include <libheif/heif.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "codec/codec.h"
#include "codec/heif/source.h"
#include "codec/isobmff/ftyp.h"
#include "codec/strip.h"

namespace whittle::codec {
namespace {

constexpr std::string_view kExtensions[] = {"heic", "heif"};

// HEVC's brands for pictures and sequences, or HEIF's general ones that list one of these.
bool SniffHeif(ByteView head) {
  constexpr std::string_view kBrands[] = {"heic", "heix", "hevc", "hevx",
                                          "heim", "heis", "hevm", "hevs"};
  const auto ftyp = ReadFtyp(head);
  if (!ftyp) return false;
  if (std::ranges::find(kBrands, ftyp->major) != std::end(kBrands)) return true;
  const bool general = ftyp->major == "mif1" || ftyp->major == "msf1" || ftyp->major == "miaf";
  return general && !ftyp->Has("avif") && !ftyp->Has("avis") &&
         std::ranges::any_of(kBrands, [&](std::string_view brand) { return ftyp->Has(brand); });
}

std::string_view HeifVersionText() {
  static const std::string kText = std::string("libheif ") + heif_get_version();
  return kText;
}

}  // namespace

extern const Codec kHeif;
const Codec kHeif = {
    .name = "heif",
    .mime = "image/heic",
    .extensions = kExtensions,
    .decode_ns = 25,
    .sniff = SniffHeif,
    .probe = ProbeHeif,
    .open = OpenHeif,
    .metadata = MetadataOfHeif,
    .strip = StripItems,
    .library_version = HeifVersionText,
};

}  // namespace whittle::codec
