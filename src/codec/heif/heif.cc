// HEIF with HEVC (HEIC) by libheif and libde265, read only: the primary picture, 8 to 12 bits,
// grids, alpha. Always given as colour; as stored, or as shown with orientation 1 where libheif
// applies cropping, rotation and mirror (decoder.h). Decoded in this process, or by whoever
// UseHeifOpener named (codec/opener.h).
#include <libheif/heif.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "codec/codec.h"
#include "codec/heif/source.h"
#include "codec/isobmff/ftyp.h"
#include "codec/opener.h"
#include "codec/strip.h"

namespace whittle::codec {
namespace {

// Set before any thread is started.
const PictureOpener* opener = nullptr;
bool is_on = true;

constexpr std::string_view kExtensions[] = {"heic", "heif"};

// HEVC's brands for pictures and sequences, or HEIF's general ones that list one of these.
bool SniffHeif(ByteView head) {
  constexpr std::string_view kBrands[] = {"heic", "heix", "hevc", "hevx",
                                          "heim", "heis", "hevm", "hevs"};
  const auto ftyp = ReadFtyp(head);
  if (!ftyp || !is_on) return false;
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

namespace {

Expected<Header> ProbeUntil(ByteView file, const Limits& limits, const std::stop_token& stop) {
  return opener != nullptr ? opener->Open(kHeif, file, limits, stop)
                           : ProbeHeif(file, limits, stop);
}

Expected<Header> Probe(ByteView file, const Limits& limits) { return ProbeUntil(file, limits, {}); }

Expected<std::unique_ptr<RowSource>> Open(ByteView file, const Limits& limits,
                                          std::stop_token stop) {
  if (opener == nullptr) return OpenHeif(file, limits, std::move(stop));
  WHITTLE_TRY(const Header header, opener->Open(kHeif, file, limits, stop));
  return header.opened->Rows(std::move(stop));
}

Metadata MetadataOf(ByteView file, const Limits& limits) {
  if (opener == nullptr) return MetadataOfHeif(file, limits);
  const auto header = opener->Open(kHeif, file, limits, {});
  return header ? header->opened->FindMetadata({}) : Metadata{};
}

}  // namespace

void UseHeifOpener(const PictureOpener* used) { opener = used; }
void UseHeif(bool on) { is_on = on; }

const Codec kHeif = {
    .name = "heif",
    .mime = "image/heic",
    .extensions = kExtensions,
    .decode_ns = 25,
    .sniff = SniffHeif,
    .probe = Probe,
    .probe_until = ProbeUntil,
    .open = Open,
    .metadata = MetadataOf,
    .strip = StripItems,
    .library_version = HeifVersionText,
};

}  // namespace whittle::codec
