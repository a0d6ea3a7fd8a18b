#include "codec/isobmff/items.h"

#include <algorithm>
#include <array>
#include <utility>

namespace whittle::codec {
namespace {

constexpr std::size_t kVersionAndFlags = 4;
// Of an item: one entry of ipma can say 255, and one may be added (codec/avif/mend.cc).
constexpr std::size_t kMostProperties = 254;

struct FullBox {
  std::uint32_t version = 0;
  std::uint32_t flags = 0;
};

FullBox TakeFull(NumberReader& reader) {
  const std::uint32_t both = reader.Take32();
  return {both >> 24, both & 0xFFFFFF};
}

// The item of that number; null where there are too many.
Item* ItemOf(Items& items, std::uint64_t id) {
  const auto [item, is_new] = items.all.try_emplace(static_cast<std::uint32_t>(id));
  return is_new && items.all.size() > kMostItems ? nullptr : &item->second;
}

bool ReadPrimary(const Box& pitm, Items& items) {
  NumberReader reader(pitm.content);
  items.primary = static_cast<std::uint32_t>(reader.Take(TakeFull(reader).version == 0 ? 2 : 4));
  return reader.ok();
}

bool ReadInfos(const Box& iinf, Items& items) {
  NumberReader reader(iinf.content);
  reader.Take(TakeFull(reader).version == 0 ? 2 : 4);  // how many: the boxes tell
  BoxWalk walk(reader.rest());
  while (const auto infe = walk.Next()) {
    if (infe->type != "infe") continue;
    NumberReader entry(infe->content);
    const FullBox full = TakeFull(entry);
    if (full.version < 2) continue;  // these have no type
    Item* item = ItemOf(items, entry.Take(full.version == 2 ? 2 : 4));
    if (item == nullptr) return false;
    entry.Take16();  // protection
    item->type = entry.TakeText(4);
    item->info = infe->whole;
    if (!entry.ok()) return false;
  }
  return reader.ok();
}

// How an iloc writes its numbers.
struct LocationForm {
  std::uint32_t version = 0;
  std::size_t id_bytes = 2, offset_bytes = 0, length_bytes = 0, base_bytes = 0, index_bytes = 0;
  std::size_t extent_bytes() const { return index_bytes + offset_bytes + length_bytes; }
};

std::optional<LocationForm> TakeLocationForm(NumberReader& reader) {
  LocationForm form{.version = TakeFull(reader).version};
  const auto sizes = reader.Take16();
  form.id_bytes = form.version < 2 ? 2 : 4;
  form.offset_bytes = sizes >> 12;
  form.length_bytes = sizes >> 8 & 15;
  form.base_bytes = sizes >> 4 & 15;
  form.index_bytes = form.version > 0 ? sizes & 15 : 0;
  if (form.version > 2 ||
      std::max({form.offset_bytes, form.length_bytes, form.base_bytes, form.index_bytes}) > 8) {
    return std::nullopt;
  }
  return form;
}

// How many extents there are; what is cut counts as far as it goes.
std::uint64_t ExtentsOf(const Box& iloc) {
  NumberReader reader(iloc.content);
  const auto form = TakeLocationForm(reader);
  if (!form) return 0;
  std::uint64_t extents = 0;
  for (auto left = reader.Take(form->id_bytes); left > 0 && reader.ok(); --left) {
    reader.Take(form->id_bytes);
    if (form->version > 0) reader.Take16();
    reader.Take16();
    reader.Take(form->base_bytes);
    const std::uint64_t of_item = reader.Take16();
    extents += of_item;
    if (form->extent_bytes() == 0) continue;
    for (std::uint64_t e = 0; e < of_item && reader.ok(); ++e) {
      reader.Take(form->index_bytes);
      reader.Take(form->offset_bytes);
      reader.Take(form->length_bytes);
    }
  }
  return extents;
}

bool ReadLocations(const Box& iloc, Items& items) {
  NumberReader reader(iloc.content);
  const auto form = TakeLocationForm(reader);
  if (!form || ExtentsOf(iloc) > kMostExtents) return false;
  items.location_id_bytes = form->id_bytes;
  const auto count = reader.Take(items.location_id_bytes);
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    const ByteView begin = reader.rest();
    Item* named = ItemOf(items, reader.Take(items.location_id_bytes));
    if (named == nullptr) return false;
    Item& item = *named;
    item.in_idat = form->version > 0 && (reader.Take16() & 15) == 1;
    reader.Take16();  // which file
    const std::uint64_t base = reader.Take(form->base_bytes);
    item.extents = reader.Take16();
    for (std::size_t e = 0; e < item.extents && reader.ok(); ++e) {
      reader.Take(form->index_bytes);
      const std::uint64_t offset = base + reader.Take(form->offset_bytes);
      const std::uint64_t length = reader.Take(form->length_bytes);
      if (e == 0) item.first = offset;
      if (e == 0) item.length = length;
      item.end = std::max(item.end, offset + length);
    }
    item.location = begin.first(begin.size() - reader.rest().size());
  }
  return reader.ok();
}

bool ReadAssociations(const Box& ipma, Items& items) {
  NumberReader reader(ipma.content);
  const FullBox full = TakeFull(reader);
  const std::uint32_t count = reader.Take32();
  const std::size_t index_bytes = (full.flags & 1) != 0 ? 2 : 1;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    Item* item = ItemOf(items, reader.Take(full.version == 0 ? 2 : 4));
    if (item == nullptr) return false;
    const std::uint64_t of_item = reader.Take(1);
    for (std::uint64_t p = 0; p < of_item && reader.ok(); ++p) {
      const auto index = static_cast<std::uint16_t>(reader.Take(index_bytes));
      const bool essential = index >> (8 * index_bytes - 1) != 0;
      const std::uint16_t position = index & (index_bytes == 1 ? 0x7F : 0x7FFF);
      if (item->properties.size() == kMostProperties) return false;
      item->properties.push_back(static_cast<std::uint16_t>(position | (essential ? 0x8000U : 0U)));
    }
  }
  return reader.ok();
}

bool ReadProperties(const Box& iprp, Items& items) {
  BoxWalk walk(iprp.content);
  while (const auto box = walk.Next()) {
    if (box->type == "ipco") {
      BoxWalk properties(box->content);
      while (const auto property = properties.Next()) items.properties.push_back(*property);
    } else if (box->type == "ipma" && !ReadAssociations(*box, items)) {
      return false;
    }
  }
  return true;
}

bool ReadReferences(const Box& iref, Items& items) {
  NumberReader reader(iref.content);
  items.reference_id_bytes = TakeFull(reader).version == 0 ? 2 : 4;
  BoxWalk walk(reader.rest());
  while (const auto box = walk.Next()) {
    NumberReader entry(box->content);
    ItemReference reference = {.type = box->type, .whole = box->whole};
    reference.from = static_cast<std::uint32_t>(entry.Take(items.reference_id_bytes));
    const std::uint32_t count = entry.Take16();
    reference.to_at = box->whole.size() - entry.rest().size();
    for (std::uint32_t i = 0; i < count && entry.ok(); ++i) {
      reference.to.push_back(static_cast<std::uint32_t>(entry.Take(items.reference_id_bytes)));
    }
    if (!entry.ok()) return false;
    items.references.push_back(std::move(reference));
  }
  return reader.ok();
}

}  // namespace

std::optional<Box> Items::PropertyOf(const Item& item, std::string_view type) const {
  for (const std::uint16_t index : item.properties) {
    const std::size_t position = index & 0x7FFF;
    if (position == 0 || position > properties.size()) continue;
    if (properties[position - 1].type == type) return properties[position - 1];
  }
  return std::nullopt;
}

std::span<const std::uint32_t> Items::ReferencesOf(std::uint32_t from,
                                                   std::string_view type) const {
  for (const ItemReference& reference : references) {
    if (reference.from == from && reference.type == type) return reference.to;
  }
  return {};
}

std::optional<ItemSize> SizeOf(const Items& items, const Item& item) {
  const auto ispe = items.PropertyOf(item, "ispe");
  if (!ispe) return std::nullopt;
  NumberReader reader(ispe->content);
  reader.Take(kVersionAndFlags);
  ItemSize size;
  size.width = reader.Take32();
  size.height = reader.Take32();
  if (!reader.ok()) return std::nullopt;
  return size;
}

bool SaysItsSize(ByteView box) { return !box.empty() && NumberReader(box).Take32() == box.size(); }

bool HasTooManyExtents(const Box& meta) {
  if (meta.content.size() < kVersionAndFlags) return false;
  BoxWalk walk(meta.content.subspan(kVersionAndFlags));
  while (const auto box = walk.Next()) {
    if (box->type == "iloc" && ExtentsOf(*box) > kMostExtents) return true;
  }
  return false;
}

std::optional<Items> ReadItems(const Box& meta) {
  if (meta.content.size() < kVersionAndFlags || meta.content.size() > kMostMeta) {
    return std::nullopt;
  }
  Items items;
  // Each of these is there once (ISO/IEC 14496-12, 8.11): sizes of numbers that a second one
  // changed would not hold for the views into the first.
  constexpr std::array<std::string_view, 6> kOnce = {"pitm", "iinf", "iloc",
                                                     "iprp", "iref", "idat"};
  std::array<bool, kOnce.size()> seen{};
  BoxWalk walk(meta.content.subspan(kVersionAndFlags));
  while (const auto box = walk.Next()) {
    const auto once = std::ranges::find(kOnce, box->type);
    if (once != kOnce.end() &&
        std::exchange(seen[static_cast<std::size_t>(once - kOnce.begin())], true)) {
      return std::nullopt;
    }
    bool read = true;
    if (box->type == "pitm") read = ReadPrimary(*box, items);
    if (box->type == "iinf") read = ReadInfos(*box, items);
    if (box->type == "iloc") read = ReadLocations(*box, items);
    if (box->type == "iprp") read = ReadProperties(*box, items);
    if (box->type == "iref") read = ReadReferences(*box, items);
    if (box->type == "idat") items.idat = box->content;
    if (!read) return std::nullopt;
  }
  return items;
}

}  // namespace whittle::codec
