#include "codec/isobmff/nclx.h"

#include "codec/isobmff/items.h"

namespace whittle::codec {

std::optional<NclxBox> ReadNclx(ByteView file) {
  const auto meta = FindBox(file, "meta");
  if (!meta) return std::nullopt;
  const auto items = ReadItems(*meta);
  if (!items) return std::nullopt;
  const auto primary = items->all.find(items->primary);
  if (primary == items->all.end()) return std::nullopt;
  for (const std::uint16_t index : primary->second.properties) {
    constexpr std::uint8_t kFullRange = 0x80;
    const std::size_t position = index & 0x7FFF;
    if (position == 0 || position > items->properties.size()) continue;
    const Box& property = items->properties[position - 1];
    NumberReader reader(property.content);
    if (property.type != "colr" || reader.TakeText(4) != "nclx") continue;
    NclxBox nclx;
    nclx.primaries = static_cast<int>(reader.Take16());
    nclx.transfer = static_cast<int>(reader.Take16());
    nclx.matrix = static_cast<int>(reader.Take16());
    nclx.full_range = (reader.Take(1) & kFullRange) != 0;
    if (reader.ok()) return nclx;
  }
  return std::nullopt;
}

}  // namespace whittle::codec
