#include "codec/isobmff/ftyp.h"

#include <algorithm>
#include <cstdint>

namespace whittle::codec {
namespace {

constexpr std::size_t kBrand = 4;
constexpr std::size_t kCompatibleAt = 16;  // behind size, "ftyp", major brand and minor version
constexpr std::size_t kMostBrands = 32;    // real files list ten at most

std::uint32_t BigEndian32(ByteView bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

}  // namespace

bool Ftyp::Has(std::string_view brand) const {
  if (major == brand) return true;
  for (std::size_t at = 0; at + kBrand <= compatible.size(); at += kBrand) {
    if (compatible.substr(at, kBrand) == brand) return true;
  }
  return false;
}

std::optional<Ftyp> ReadFtyp(ByteView head) {
  if (head.size() < kCompatibleAt) return std::nullopt;
  const std::string_view text = AsText(head);
  const std::size_t size = BigEndian32(head);
  if (text.substr(4, 4) != "ftyp" || size < kCompatibleAt) return std::nullopt;
  const std::size_t end =
      std::min({size, head.size(), kCompatibleAt + kMostBrands * kBrand}) / kBrand * kBrand;
  return Ftyp{text.substr(8, kBrand), text.substr(kCompatibleAt, end - kCompatibleAt)};
}

}  // namespace whittle::codec
