#include "codec/isobmff/items.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/checked.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kVersionAndFlags = 4;

Expected<void> Damaged() { return Fail(ErrorKind::kUndecodable, "a damaged meta box"); }
Expected<void> TooMuch(const char* what) { return Fail(ErrorKind::kTooLarge, what); }
Expected<void> Judged(const NumberReader& reader) {
  return reader.ok() ? Expected<void>{} : Damaged();
}

struct FullBox {
  std::uint32_t version = 0;
  std::uint32_t flags = 0;
};

FullBox TakeFull(NumberReader& reader) {
  const std::uint32_t both = reader.Take32();
  return {both >> 24, both & 0xFFFFFF};
}

// How many bytes an item's number has.
std::size_t WideFrom(std::uint32_t wide_version, std::uint32_t version) {
  return version < wide_version ? 2 : 4;
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
  form.id_bytes = WideFrom(2, form.version);
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

// Reads one meta box.
class ItemReader {
 public:
  Expected<Items> Run(const Box& meta) {
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
        return Fail(ErrorKind::kUndecodable, "a box that is there twice");
      }
      WHITTLE_CHECK(TakeBox(*box));
    }
    items_.broken = items_.broken || walk.broken();
    return std::move(items_);
  }

 private:
  Expected<void> TakeBox(const Box& box) {
    if (box.type == "pitm") return TakePrimary(box);
    if (box.type == "iinf") return TakeInfos(box);
    if (box.type == "iloc") return TakeLocations(box);
    if (box.type == "iprp") return TakeProperties(box);
    if (box.type == "iref") return TakeReferences(box);
    if (box.type == "idat") items_.idat = box.content;
    return {};
  }

  // The item of that number; null where there are too many.
  Item* ItemOf(std::uint64_t id) {
    const auto [item, is_new] = items_.all.try_emplace(static_cast<std::uint32_t>(id));
    return is_new && items_.all.size() > kMostItems ? nullptr : &item->second;
  }

  Expected<void> TakePrimary(const Box& pitm) {
    NumberReader reader(pitm.content);
    items_.primary = static_cast<std::uint32_t>(reader.Take(WideFrom(1, TakeFull(reader).version)));
    return Judged(reader);
  }

  Expected<void> TakeInfos(const Box& iinf) {
    NumberReader reader(iinf.content);
    reader.Take(WideFrom(1, TakeFull(reader).version));  // how many: the boxes tell
    BoxWalk walk(reader.rest());
    while (const auto infe = walk.Next()) {
      if (infe->type == "infe") WHITTLE_CHECK(TakeInfo(*infe));
    }
    items_.broken = items_.broken || walk.broken();
    return Judged(reader);
  }

  Expected<void> TakeInfo(const Box& infe) {
    NumberReader reader(infe.content);
    const FullBox full = TakeFull(reader);
    if (full.version < 2) return {};  // these have no type
    Item* item = ItemOf(reader.Take(WideFrom(3, full.version)));
    if (item == nullptr) return TooMuch("items");
    item->hidden = (full.flags & 1) != 0;
    item->encrypted = reader.Take16() != 0;
    item->type = reader.TakeText(4);
    item->info = infe.whole;
    return Judged(reader);
  }

  Expected<void> TakeLocations(const Box& iloc) {
    NumberReader reader(iloc.content);
    const auto form = TakeLocationForm(reader);
    if (!form) return Damaged();
    items_.location_id_bytes = form->id_bytes;
    std::uint64_t extents = 0;
    for (auto left = reader.Take(form->id_bytes); left > 0 && reader.ok(); --left) {
      const ByteView begin = reader.rest();
      Item* item = ItemOf(reader.Take(form->id_bytes));
      if (item == nullptr) return TooMuch("items");
      const std::uint32_t method = form->version > 0 ? reader.Take16() & 15 : 0;
      item->in_idat = method == 1;
      item->elsewhere = reader.Take16() != 0 || method > 1;
      const std::uint64_t base = reader.Take(form->base_bytes);
      const std::uint64_t count = reader.Take16();
      extents += count;
      if (extents > kMostExtents) return TooMuch("extents of items");
      item->extents.clear();
      for (std::uint64_t e = 0; e < count && reader.ok(); ++e) {
        reader.Take(form->index_bytes);
        const std::uint64_t offset = SaturatingAdd(base, reader.Take(form->offset_bytes));
        item->extents.push_back({offset, reader.Take(form->length_bytes)});
      }
      item->location = begin.first(begin.size() - reader.rest().size());
    }
    return Judged(reader);
  }

  Expected<void> TakeProperties(const Box& iprp) {
    BoxWalk walk(iprp.content);
    while (const auto box = walk.Next()) {
      if (box->type == "ipma") WHITTLE_CHECK(TakeAssociations(*box));
      if (box->type != "ipco") continue;
      BoxWalk properties(box->content);
      while (const auto property = properties.Next()) {
        if (items_.properties.size() == kMostProperties) return TooMuch("properties");
        items_.properties.push_back(*property);
      }
      items_.broken = items_.broken || properties.broken();
    }
    items_.broken = items_.broken || walk.broken();
    return {};
  }

  Expected<void> TakeAssociations(const Box& ipma) {
    NumberReader reader(ipma.content);
    const FullBox full = TakeFull(reader);
    const std::size_t index_bytes = (full.flags & 1) != 0 ? 2 : 1;
    for (std::uint32_t left = reader.Take32(); left > 0 && reader.ok(); --left) {
      Item* item = ItemOf(reader.Take(WideFrom(1, full.version)));
      if (item == nullptr) return TooMuch("items");
      for (std::uint64_t more = reader.Take(1); more > 0 && reader.ok(); --more) {
        const auto index = static_cast<std::uint16_t>(reader.Take(index_bytes));
        const bool essential = index >> (8 * index_bytes - 1) != 0;
        const std::uint16_t position = index & (index_bytes == 1 ? 0x7F : 0x7FFF);
        if (++associations_ > kMostAssociations ||
            item->properties.size() == kMostPropertiesOfItem) {
          return TooMuch("properties of items");
        }
        item->properties.push_back(
            static_cast<std::uint16_t>(position | (essential ? 0x8000U : 0U)));
      }
    }
    return Judged(reader);
  }

  Expected<void> TakeReferences(const Box& iref) {
    NumberReader reader(iref.content);
    items_.reference_id_bytes = WideFrom(1, TakeFull(reader).version);
    BoxWalk walk(reader.rest());
    while (const auto box = walk.Next()) {
      NumberReader entry(box->content);
      ItemReference reference = {.type = box->type, .whole = box->whole};
      reference.from = static_cast<std::uint32_t>(entry.Take(items_.reference_id_bytes));
      if (++references_ > kMostReferences) return TooMuch("references");
      const std::uint32_t count = entry.Take16();
      reference.to_at = box->whole.size() - entry.rest().size();
      for (std::uint32_t i = 0; i < count && entry.ok(); ++i) {
        if (++references_ > kMostReferences) return TooMuch("references");
        reference.to.push_back(static_cast<std::uint32_t>(entry.Take(items_.reference_id_bytes)));
      }
      WHITTLE_CHECK(Judged(entry));
      items_.references.push_back(std::move(reference));
    }
    items_.broken = items_.broken || walk.broken();
    return Judged(reader);
  }

  Items items_;
  std::size_t associations_ = 0;
  std::size_t references_ = 0;
};

}  // namespace

std::uint64_t ItemExtent::end() const { return SaturatingAdd(offset, length); }

std::uint64_t Item::end() const {
  std::uint64_t last = 0;
  for (const ItemExtent& extent : extents) last = std::max(last, extent.end());
  return last;
}

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

Expected<Items> ReadItems(const Box& meta) {
  if (meta.content.size() < kVersionAndFlags) return std::unexpected(Damaged().error());
  if (meta.content.size() > kMostMeta) return std::unexpected(TooMuch("a meta box").error());
  return ItemReader().Run(meta);
}

}  // namespace whittle::codec
