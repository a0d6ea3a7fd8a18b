// A file of items, written: the meta box first, then the data in the order of the items' numbers.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "codec/isobmff/boxes.h"
#include "codec/isobmff/strip_items.h"

namespace whittle::codec {
namespace {

std::uint64_t ContentBytes(const HeifItem& item) {
  std::uint64_t bytes = 0;
  for (const ByteView piece : item.content) bytes += piece.size();
  return bytes;
}

// Equal tiles often share their data: one piece, known by where it lies.
using Place = std::pair<const std::uint8_t*, std::size_t>;
std::optional<Place> SharedPlace(const HeifItem& item) {
  if (item.content.size() != 1) return std::nullopt;
  return Place{item.content[0].data(), item.content[0].size()};
}

std::uint64_t WrittenBytes(const HeifItems& items) {
  std::set<Place> seen;
  std::uint64_t bytes = 0;
  for (const auto& [id, item] : items.items) {
    const auto place = SharedPlace(item);
    if (!place || seen.insert(*place).second) bytes += ContentBytes(item);
  }
  return bytes;
}

// Writes the meta box; what is needed of offsets is patched in when the box's size is known.
class ItemWriter {
 public:
  ItemWriter(Bytes& to, const HeifItems& from) : to_(to), from_(from) {
    wide_ids_ = !from.items.empty() && from.items.rbegin()->first > 0xFFFF;
  }

  void Meta() {
    const BoxWriter meta(to_, "meta", 0, 0);
    Handler();
    {
      const BoxWriter pitm(to_, "pitm", wide_ids_ ? 1 : 0, 0);
      Id(from_.primary);
    }
    Locations();
    Entries();
    Properties();
    if (!from_.references.empty()) References();
  }

  void Data() {
    const BoxWriter mdat(to_, "mdat");
    std::map<Place, std::size_t> written;
    auto offset_at = offsets_at_.begin();
    for (const auto& [id, item] : from_.items) {
      std::size_t offset = to_.size();
      const auto place = SharedPlace(item);
      if (place) offset = written.try_emplace(*place, offset).first->second;
      if (offset == to_.size()) {
        for (const ByteView piece : item.content) to_.Append(piece);
      }
      for (std::size_t i = 0; i < 4; ++i) {
        to_.data()[*offset_at + i] = static_cast<std::uint8_t>(offset >> 8 * (3 - i));
      }
      ++offset_at;
    }
  }

 private:
  void Id(std::uint32_t id) { AppendNumber(to_, id, wide_ids_ ? 4 : 2); }

  void Handler() {
    const BoxWriter hdlr(to_, "hdlr", 0, 0);
    AppendNumber(to_, 0, 4);
    to_.Append(AsBytes("pict"));
    AppendNumber(to_, 0, 8);  // reserved, and an empty name
    AppendNumber(to_, 0, 5);
  }

  void Locations() {
    const BoxWriter iloc(to_, "iloc", wide_ids_ ? 2 : 1, 0);
    AppendNumber(to_, 0x4400, 2);  // offsets and lengths of 4 bytes, no base, no index
    AppendNumber(to_, from_.items.size(), wide_ids_ ? 4 : 2);
    for (const auto& [id, item] : from_.items) {
      Id(id);
      AppendNumber(to_, 0, 4);  // in this file
      AppendNumber(to_, 1, 2);  // in one piece
      offsets_at_.push_back(to_.size());
      AppendNumber(to_, 0, 4);
      AppendNumber(to_, ContentBytes(item), 4);
    }
  }

  void Entries() {
    const BoxWriter iinf(to_, "iinf", 0, 0);
    AppendNumber(to_, from_.items.size(), 2);
    for (const auto& [id, item] : from_.items) {
      const BoxWriter infe(to_, "infe", wide_ids_ ? 3 : 2, item.hidden ? 1 : 0);
      Id(id);
      AppendNumber(to_, 0, 2);
      to_.Append(AsBytes(item.type));
      AppendNumber(to_, 0, 1);  // an empty name
    }
  }

  void Properties() {
    const BoxWriter iprp(to_, "iprp");
    {
      const BoxWriter ipco(to_, "ipco");
      for (const ByteView property : from_.properties) to_.Append(property);
    }
    const BoxWriter ipma(to_, "ipma", wide_ids_ ? 1 : 0, 1);
    AppendNumber(to_, from_.items.size(), 4);
    for (const auto& [id, item] : from_.items) {
      Id(id);
      AppendNumber(to_, item.properties.size(), 1);
      for (const HeifItem::Association& each : item.properties) {
        AppendNumber(to_, (each.property + 1) | (each.essential ? 0x8000U : 0U), 2);
      }
    }
  }

  void References() {
    const BoxWriter iref(to_, "iref", wide_ids_ ? 1 : 0, 0);
    for (const HeifReference& reference : from_.references) {
      const BoxWriter box(to_, reference.type);
      Id(reference.from);
      AppendNumber(to_, reference.to.size(), 2);
      for (const std::uint32_t id : reference.to) Id(id);
    }
  }

  Bytes& to_;
  const HeifItems& from_;
  bool wide_ids_;
  std::vector<std::size_t> offsets_at_;
};

}  // namespace

Expected<Bytes> WriteHeifItems(ByteView ftyp, const HeifItems& items, std::uint64_t most) {
  for (const auto& [id, item] : items.items) {
    if (item.properties.size() > 0xFF) return Fail(ErrorKind::kTooLarge, "properties of an item");
  }
  constexpr std::uint64_t kRoomForBoxes = 64 << 20;  // more than the reader's limits let them fill
  const std::uint64_t bytes = WrittenBytes(items);
  std::uint64_t copied = bytes + ftyp.size();
  for (const ByteView property : items.properties) copied += property.size();
  if (bytes > most || copied > UINT32_MAX - kRoomForBoxes) {
    return Fail(ErrorKind::kTooLarge, "more data than there are");
  }
  Bytes file = Bytes::CopyOf(ftyp);
  ItemWriter writer(file, items);
  writer.Meta();
  file.Reserve(static_cast<std::size_t>(file.size() + bytes));
  writer.Data();
  return file;
}

}  // namespace whittle::codec
