#include "codec/isobmff/strip_items.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "codec/isobmff/boxes.h"
#include "codec/isobmff/items.h"

namespace whittle::codec {
namespace {

// The first meta box, of a file that is no sequence.
Expected<Box> MetaOf(ByteView file) {
  std::optional<Box> meta;
  BoxWalk walk(file);
  while (const auto box = walk.Next()) {
    if (box->type == "moov") return Fail(ErrorKind::kUnsupported, "a sequence");
    if (box->type == "meta" && !meta) meta = box;
  }
  if (!meta) return Fail(ErrorKind::kUndecodable, "no items");
  return *meta;
}

Expected<std::vector<ByteView>> ContentOf(ByteView file, const Items& all, const Item& item) {
  if (item.elsewhere && !item.extents.empty()) {
    return Fail(ErrorKind::kUnsupported, "data that lie elsewhere");
  }
  const ByteView from = item.in_idat ? all.idat : file;
  std::vector<ByteView> content;
  for (const ItemExtent& extent : item.extents) {
    if (extent.end() > from.size()) return Fail(ErrorKind::kUndecodable, "data that are cut");
    // It means all that there is, whosever it is, but where there is nothing to have.
    if (extent.length == 0 && item.type != "iden") {
      return Fail(ErrorKind::kUnsupported, "data that say no length");
    }
    content.push_back(from.subspan(static_cast<std::size_t>(extent.offset),
                                   static_cast<std::size_t>(extent.length)));
  }
  return content;
}

Expected<HeifItem> ItemOf(ByteView file, const Items& all, const Item& item) {
  if (item.encrypted) return Fail(ErrorKind::kUnsupported, "an encrypted item");
  HeifItem own{.type = item.type, .hidden = item.hidden};
  for (const std::uint16_t index : item.properties) {
    constexpr std::uint16_t kEssential = 0x8000;
    const std::size_t position = index & (kEssential - 1);
    if (position > 0) own.properties.push_back({position - 1, (index & kEssential) != 0});
  }
  WHITTLE_TRY(own.content, ContentOf(file, all, item));
  return own;
}

}  // namespace

Expected<HeifItems> ReadHeifItems(ByteView file) {
  WHITTLE_TRY(const Box meta, MetaOf(file));
  WHITTLE_TRY(Items all, ReadItems(meta));
  if (all.broken) return Fail(ErrorKind::kUndecodable, "a box that is cut");
  HeifItems found{.primary = all.primary};
  for (const auto& [id, item] : all.all) {
    if (item.info.empty()) continue;  // nobody says what it is
    WHITTLE_TRY(found.items[id], ItemOf(file, all, item));
  }
  if (!found.items.contains(found.primary)) {
    return Fail(ErrorKind::kUndecodable, "no primary item");
  }
  for (const Box& property : all.properties) {
    // It would go on to the end of whatever it is written into.
    if (NumberReader(property.whole).Take32() == 0) {
      return Fail(ErrorKind::kUndecodable, "a property without a size");
    }
    found.properties.push_back(property.whole);
  }
  for (ItemReference& reference : all.references) {
    found.references.push_back({reference.type, reference.from, std::move(reference.to)});
  }
  return found;
}

}  // namespace whittle::codec
