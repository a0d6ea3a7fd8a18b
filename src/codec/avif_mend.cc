#include "codec/avif_mend.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "codec/boxes.h"
#include "codec/ftyp.h"
#include "codec/items.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kVersionAndFlags = 4;
constexpr std::uint32_t kMostId = 0xFFFF;      // fits into every version of every box
constexpr std::size_t kMostCopied = 1U << 20;  // bytes of items that are written a second time
constexpr int kMostBoxes = 1000;               // of a file that are looked at

// A box that is being written: its size is known at the end.
class NewBox {
 public:
  NewBox(Bytes& to, std::string_view type) : to_(to), at_(to.size()) {
    AppendNumber(to, 0, 4);
    to.Append(AsBytes(type));
  }
  NewBox(const NewBox&) = delete;
  NewBox& operator=(const NewBox&) = delete;
  ~NewBox() { PutNumber(to_, at_, to_.size() - at_, 4); }

 private:
  Bytes& to_;
  const std::size_t at_;
};

// An item that is to stand for another one, in one cell of a grid.
struct Copy {
  std::uint32_t id = 0;
  std::uint32_t of = 0;
};

// The cells that are written anew, with rising numbers above all others, and the references to
// them.
struct Copies {
  std::vector<Copy> items;
  std::map<const std::uint8_t*, std::vector<std::uint32_t>> cells;  // by where a reference begins
};

bool IpmaIsRepeated(ByteView meta) {
  const auto iprp = FindBox(meta, "iprp");
  if (!iprp) return false;
  std::set<std::uint64_t> seen;
  BoxWalk walk(iprp->content);
  while (const auto box = walk.Next()) {
    if (box->type != "ipma") continue;
    NumberReader reader(box->content);
    if (!seen.insert(reader.Take32()).second) return true;
  }
  return false;
}

// AV1's profile 2 has chroma halved across, but at 12 bits, where it may have any (AV1, 5.5.2).
// Where in the content of such an av1C the flags stand that deny it.
constexpr std::size_t kChromaFlags = 2;
bool DeniesHalvedChroma(const Box& property) {
  if (property.type != "av1C" || property.content.size() <= kChromaFlags) return false;
  const unsigned flags = property.content[kChromaFlags];
  const bool twelve_bits = (flags & 0x20) != 0, grey = (flags & 0x10) != 0;
  return property.content[1] >> 5 == 2 && !twelve_bits && !grey && (flags & 0x0C) != 0x08;
}

// The numbers of new items, in the order of the cells; nothing where they do not fit.
std::optional<Copies> CopiesFor(const Items& items) {
  std::map<std::uint32_t, int> named;  // by so many cells
  for (const ItemReference& reference : items.references) {
    if (reference.type != "dimg") continue;
    for (const std::uint32_t cell : reference.to) ++named[cell];
  }
  Copies copies;
  std::uint32_t last = items.all.empty() ? 0 : items.all.rbegin()->first;
  std::size_t copied = 0;
  for (const ItemReference& reference : items.references) {
    if (reference.type != "dimg") continue;
    const bool rising = std::ranges::adjacent_find(reference.to, std::ranges::greater_equal()) ==
                        reference.to.end();
    const bool alone =
        std::ranges::all_of(reference.to, [&](std::uint32_t cell) { return named.at(cell) == 1; });
    if (rising && alone) continue;
    std::vector<std::uint32_t>& cells = copies.cells[reference.whole.data()];
    for (const std::uint32_t cell : reference.to) {
      const auto item = items.all.find(cell);
      if (item == items.all.end() || item->second.info.empty()) return std::nullopt;
      copied += item->second.info.size() + item->second.location.size() +
                2 * item->second.properties.size();
      if (++last > kMostId || copied > kMostCopied) return std::nullopt;
      copies.items.push_back({last, cell});
      cells.push_back(last);
    }
  }
  return copies;
}

// Version 1 with indices of 15 bits takes every item and property there is.
void AppendAssociations(const Items& items, const Copies& copies, Bytes& to) {
  std::map<std::uint32_t, std::uint32_t> entries;  // which item's properties each item has
  for (const auto& [id, item] : items.all) {
    if (!item.properties.empty()) entries[id] = id;
  }
  for (const Copy& copy : copies.items) entries[copy.id] = copy.of;
  const NewBox ipma(to, "ipma");
  AppendNumber(to, 0x0100'0001, 4);
  AppendNumber(to, entries.size(), 4);
  for (const auto& [id, of] : entries) {
    const Item& item = items.all.at(of);
    AppendNumber(to, id, 4);
    AppendNumber(to, item.properties.size(), 1);
    for (const std::uint16_t index : item.properties) AppendNumber(to, index, 2);
  }
}

bool AppendProperties(const Box& iprp, const Items& items, const Copies& copies, Bytes& to) {
  const auto ipco = FindBox(iprp.content, "ipco");
  if (!ipco) return false;
  const NewBox box(to, "iprp");
  const std::size_t at = to.size();
  to.Append(ipco->whole);
  BoxWalk walk(ipco->content);
  while (const auto property = walk.Next()) {
    if (!DeniesHalvedChroma(*property)) continue;
    std::uint8_t& flags =
        to.data()[at + static_cast<std::size_t>(property->content.data() - ipco->whole.data()) +
                  kChromaFlags];
    flags = static_cast<std::uint8_t>((flags & ~0x0C) | 0x08);
  }
  AppendAssociations(items, copies, to);
  return true;
}

// A table of so many entries: iinf or iloc with `more` entries behind those it has. `count_at` is
// where in the content their number stands.
void AppendTable(const Box& table, std::size_t count_at, std::size_t count_bytes, const Bytes& more,
                 std::size_t how_many, Bytes& to) {
  const NewBox box(to, table.type);
  const std::size_t at = to.size() + count_at;
  to.Append(table.content);
  NumberReader count(table.content.subspan(count_at));
  PutNumber(to, at, count.Take(count_bytes) + how_many, count_bytes);
  to.Append(more.view());
}

void AppendInfos(const Box& iinf, const Items& items, const Copies& copies, Bytes& to) {
  Bytes more;
  for (const Copy& copy : copies.items) {
    const std::size_t at = more.size();
    const ByteView info = items.all.at(copy.of).info;
    more.Append(info);
    const std::uint8_t version = info[kHeader];
    PutNumber(more, at + kHeader + kVersionAndFlags, copy.id, version == 2 ? 2 : 4);
  }
  AppendTable(iinf, kVersionAndFlags, iinf.content[0] == 0 ? 2 : 4, more, copies.items.size(), to);
}

void AppendLocations(const Box& iloc, const Items& items, const Copies& copies, Bytes& to) {
  constexpr std::size_t kSizes = 2;  // four fields of four bits
  Bytes more;
  std::size_t count = 0;
  for (const Copy& copy : copies.items) {
    const std::size_t at = more.size();
    const ByteView location = items.all.at(copy.of).location;
    if (location.empty()) continue;
    more.Append(location);
    PutNumber(more, at, copy.id, items.location_id_bytes);
    ++count;
  }
  AppendTable(iloc, kVersionAndFlags + kSizes, items.location_id_bytes, more, count, to);
}

void AppendReferences(const Box& iref, const Items& items, const Copies& copies, Bytes& to) {
  const NewBox box(to, "iref");
  to.Append(iref.content.first(kVersionAndFlags));
  for (const ItemReference& reference : items.references) {
    std::size_t at = to.size() + reference.to_at;
    to.Append(reference.whole);
    const auto cells = copies.cells.find(reference.whole.data());
    if (cells == copies.cells.end()) continue;
    for (const std::uint32_t cell : cells->second) {
      PutNumber(to, at, cell, items.reference_id_bytes);
      at += items.reference_id_bytes;
    }
  }
}

// `meta` with one ipma and with the copies; nothing where it does not make sense.
std::optional<Bytes> RewrittenMeta(const Box& meta, const Items& items, const Copies& copies) {
  Bytes to;
  bool sound = true;
  {
    const NewBox box(to, "meta");
    to.Append(meta.content.first(kVersionAndFlags));
    BoxWalk walk(meta.content.subspan(kVersionAndFlags));
    while (const auto part = walk.Next()) {
      if (part->type == "iprp") {
        sound = sound && AppendProperties(*part, items, copies, to);
      } else if (part->type == "iinf") {
        AppendInfos(*part, items, copies, to);
      } else if (part->type == "iloc") {
        AppendLocations(*part, items, copies, to);
      } else if (part->type == "iref") {
        AppendReferences(*part, items, copies, to);
      } else {
        to.Append(part->whole);
      }
    }
  }
  if (!sound) return std::nullopt;
  return to;
}

constexpr std::uint32_t kFree = 0x66726565;

std::optional<Bytes> MendedMeta(const Box& meta) {
  if (HasEmptyExtents(meta)) {  // libavif would keep 16 bytes for each of them
    Bytes none = Bytes::CopyOf(meta.whole);
    PutNumber(none, 4, kFree, 4);
    return none;
  }
  NumberReader header(meta.whole);
  const bool has_size = header.Take32() != 0;
  if (meta.content.size() < kVersionAndFlags) return std::nullopt;
  const auto items = ReadItems(meta);
  if (!items) return std::nullopt;
  const auto copies = CopiesFor(*items);
  if (!copies) return std::nullopt;
  if (!copies->items.empty() || IpmaIsRepeated(meta.content.subspan(kVersionAndFlags)) ||
      std::ranges::any_of(items->properties, DeniesHalvedChroma)) {
    return RewrittenMeta(meta, *items, *copies);
  }
  if (has_size) return std::nullopt;
  Bytes same;
  {
    const NewBox box(same, "meta");
    same.Append(meta.content);
  }
  return same;
}

// Its handler says what a track is.
bool IsOfPictures(const Box& trak) {
  constexpr std::array<std::string_view, 3> kPictures = {"pict", "auxv", "vide"};
  const auto mdia = FindBox(trak.content, "mdia");
  const auto hdlr = mdia ? FindBox(mdia->content, "hdlr") : std::nullopt;
  if (!hdlr) return true;
  NumberReader reader(hdlr->content);
  reader.Take(kVersionAndFlags + 4);
  return std::ranges::find(kPictures, reader.TakeText(4)) != kPictures.end();
}

std::optional<Bytes> MendedMoov(const Box& moov) {
  Bytes to;
  BoxWalk walk(moov.content);
  while (const auto trak = walk.Next()) {
    if (trak->type != "trak" || IsOfPictures(*trak)) continue;
    if (to.empty()) to = Bytes::CopyOf(moov.whole);
    const auto at = static_cast<std::size_t>(trak->whole.data() - moov.whole.data());
    PutNumber(to, at + 4, kFree, 4);
  }
  if (to.empty()) return std::nullopt;
  return to;
}

}  // namespace

std::vector<MendedBox> MendAvif(ByteView file) {
  std::vector<MendedBox> mended;
  const auto ftyp = ReadFtyp(file);
  const bool has_tracks = ftyp && ftyp->Has("avis");
  bool has_meta = false;
  BoxWalk walk(file);
  for (int boxes = 0; boxes < kMostBoxes; ++boxes) {
    const auto box = walk.Next();
    if (!box) break;
    // Headers of 64-bit sizes are no writer's habit for boxes of this kind.
    const bool plain = box->whole.size() - box->content.size() == kHeader;
    std::optional<Bytes> better;
    // A file has one; every other would be work for nothing.
    if (plain && box->type == "meta" && !std::exchange(has_meta, true)) better = MendedMeta(*box);
    if (plain && box->type == "moov") better = MendedMoov(*box);
    if (!better) continue;
    // libavif looks for what follows by the size that it sees, and of a file with tracks it does.
    if (has_tracks && better->size() != box->whole.size()) continue;
    mended.push_back(
        {static_cast<std::size_t>(box->whole.data() - file.data()), *std::move(better)});
  }
  return mended;
}

}  // namespace whittle::codec
