#include "codec/avif/mend.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "codec/isobmff/boxes.h"
#include "codec/isobmff/ftyp.h"
#include "codec/isobmff/items.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kVersionAndFlags = 4;
constexpr std::uint32_t kMostId = 0xFFFF;      // fits into every version of every box
constexpr std::size_t kMostCopied = 1U << 20;  // bytes of items that are written a second time
constexpr int kMostBoxes = 1000;               // of a file that are looked at

// An item that is to stand for another one, in one cell of a grid, or as the grid of its alpha.
struct Copy {
  std::uint32_t id = 0;
  std::uint32_t of = 0;
  std::uint16_t property = 0;  ///< one more than that has, or 0
};

struct NewReference {
  std::string_view type;
  std::uint32_t from = 0;
  std::vector<std::uint32_t> to;
};

// The cells that are written anew, with rising numbers above all others, and the references to
// them.
struct Copies {
  std::vector<Copy> items;
  std::map<const std::uint8_t*, std::vector<std::uint32_t>> cells;  // by where a reference begins
  std::vector<NewReference> references;

  /// Of an item that is there; its number. Nothing where it does not fit.
  std::optional<std::uint32_t> Add(const Items& items, std::uint32_t of,
                                   std::uint16_t property = 0);

 private:
  std::size_t copied_ = 0;
};

std::optional<std::uint32_t> Copies::Add(const Items& from, std::uint32_t of,
                                         std::uint16_t property) {
  const auto item = from.all.find(of);
  if (item == from.all.end() || !SaysItsSize(item->second.info)) return std::nullopt;
  copied_ +=
      item->second.info.size() + item->second.location.size() + 2 * item->second.properties.size();
  const std::uint32_t last = items.empty() ? from.all.rbegin()->first : items.back().id;
  if (last >= kMostId || copied_ > kMostCopied) return std::nullopt;
  items.push_back({last + 1, of, property});
  return last + 1;
}

// What an auxiliary picture or track is, as auxC and auxi have it: text that ends with a zero.
bool IsAlpha(ByteView type) {
  constexpr std::array<std::string_view, 2> kAlpha = {"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
                                                      "urn:mpeg:hevc:2015:auxid:1"};
  return std::ranges::any_of(kAlpha, [&](std::string_view alpha) {
    NumberReader reader(type);
    return reader.TakeText(alpha.size()) == alpha && reader.Take(1) == 0 && reader.ok();
  });
}

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
  for (const ItemReference& reference : items.references) {
    if (reference.type != "dimg") continue;
    const bool rising = std::ranges::adjacent_find(reference.to, std::ranges::greater_equal()) ==
                        reference.to.end();
    const bool alone =
        std::ranges::all_of(reference.to, [&](std::uint32_t cell) { return named.at(cell) == 1; });
    if (rising && alone) continue;
    std::vector<std::uint32_t>& cells = copies.cells[reference.whole.data()];
    for (const std::uint32_t cell : reference.to) {
      const auto id = copies.Add(items, cell);
      if (!id) return std::nullopt;
      cells.push_back(*id);
    }
  }
  return copies;
}

// Items that are alpha, and which of their properties says so.
std::map<std::uint32_t, std::uint16_t> AlphaItems(const Items& items) {
  std::map<std::uint32_t, std::uint16_t> alpha;
  for (const auto& [id, item] : items.all) {
    for (const std::uint16_t index : item.properties) {
      const std::size_t position = index & 0x7FFF;
      if (position == 0 || position > items.properties.size()) continue;
      const Box& property = items.properties[position - 1];
      if (property.type == "auxC" && property.content.size() > kVersionAndFlags &&
          IsAlpha(property.content.subspan(kVersionAndFlags))) {
        alpha.emplace(id, index);
      }
    }
  }
  return alpha;
}

// Alpha of a grid whose cells have it each for itself becomes a grid of the same shape, which is
// what libavif 0.11 knows. Where a cell has none the whole has none, as libavif 1.x has it. False
// where it does not fit.
bool GatherAlpha(const Items& items, Copies& copies) {
  const auto primary = items.all.find(items.primary);
  if (primary == items.all.end() || primary->second.type != "grid") return true;
  const auto alpha = AlphaItems(items);
  std::map<std::uint32_t, std::uint32_t> alpha_of;
  for (const ItemReference& reference : items.references) {
    if (reference.type != "auxl" || !alpha.contains(reference.from)) continue;
    for (const std::uint32_t to : reference.to) alpha_of.emplace(to, reference.from);
  }
  const auto cells = items.ReferencesOf(items.primary, "dimg");
  if (alpha_of.contains(items.primary) || cells.empty() ||
      !std::ranges::all_of(cells, [&](std::uint32_t cell) { return alpha_of.contains(cell); })) {
    return true;
  }
  NewReference of_cells{.type = "dimg", .from = 0, .to = {}};
  for (const std::uint32_t cell : cells) {
    const auto id = copies.Add(items, alpha_of.at(cell));
    if (!id) return false;
    of_cells.to.push_back(*id);
  }
  const auto grid = copies.Add(items, items.primary, alpha.at(alpha_of.at(cells.front())));
  if (!grid) return false;
  of_cells.from = *grid;
  copies.references.push_back(std::move(of_cells));
  copies.references.push_back({"auxl", *grid, {items.primary}});
  return true;
}

// Version 1 with indices of 15 bits takes every item and property there is.
void AppendAssociations(const Items& items, const Copies& copies, Bytes& to) {
  std::map<std::uint32_t, Copy> entries;  // which item's properties each item has
  for (const auto& [id, item] : items.all) {
    if (!item.properties.empty()) entries[id] = {id, id};
  }
  for (const Copy& copy : copies.items) entries[copy.id] = copy;
  const BoxWriter ipma(to, "ipma");
  AppendNumber(to, 0x0100'0001, 4);
  AppendNumber(to, entries.size(), 4);
  for (const auto& [id, copy] : entries) {
    const Item& item = items.all.at(copy.of);
    const std::size_t count = item.properties.size() + (copy.property != 0 ? 1 : 0);
    AppendNumber(to, id, 4);
    AppendNumber(to, count, 1);
    for (const std::uint16_t index : item.properties) AppendNumber(to, index, 2);
    if (copy.property != 0) AppendNumber(to, copy.property, 2);
  }
}

bool AppendProperties(const Box& iprp, const Items& items, const Copies& copies, Bytes& to) {
  const auto ipco = FindBox(iprp.content, "ipco");
  if (!ipco) return false;
  const BoxWriter box(to, "iprp");
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
  const BoxWriter box(to, table.type);
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
  const BoxWriter box(to, "iref");
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
  for (const NewReference& reference : copies.references) {
    const BoxWriter one(to, reference.type);
    AppendNumber(to, reference.from, items.reference_id_bytes);
    AppendNumber(to, reference.to.size(), 2);
    for (const std::uint32_t item : reference.to) {
      AppendNumber(to, item, items.reference_id_bytes);
    }
  }
}

// `meta` with one ipma and with the copies; nothing where it does not make sense.
std::optional<Bytes> RewrittenMeta(const Box& meta, const Items& items, const Copies& copies) {
  Bytes to;
  bool sound = true;
  {
    const BoxWriter box(to, "meta");
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

std::optional<Bytes> MendedMeta(const Box& meta) {
  NumberReader header(meta.whole);
  const bool has_size = header.Take32() != 0;
  if (meta.content.size() < kVersionAndFlags) return std::nullopt;
  const auto items = ReadItems(meta);
  if (!items) return std::nullopt;
  auto copies = CopiesFor(*items);
  if (!copies || !GatherAlpha(*items, *copies)) return std::nullopt;
  if (!copies->items.empty() || IpmaIsRepeated(meta.content.subspan(kVersionAndFlags)) ||
      std::ranges::any_of(items->properties, DeniesHalvedChroma)) {
    return RewrittenMeta(meta, *items, *copies);
  }
  if (has_size) return std::nullopt;
  Bytes same;
  {
    const BoxWriter box(same, "meta");
    same.Append(meta.content);
  }
  return same;
}

// A track whose sample entry names something else than alpha, such as depth: libavif takes every
// track that is auxiliary to the picture's for alpha.
bool IsAuxiliaryOtherThanAlpha(const Box& mdia) {
  constexpr std::size_t kEntries = 8, kVisualEntry = 78;  // before the boxes of each
  std::optional<Box> box = FindBox(mdia.content, "minf");
  if (box) box = FindBox(box->content, "stbl");
  if (box) box = FindBox(box->content, "stsd");
  if (!box || box->content.size() < kEntries) return false;
  box = FindBox(box->content.subspan(kEntries), "av01");
  if (!box || box->content.size() < kVisualEntry) return false;
  box = FindBox(box->content.subspan(kVisualEntry), "auxi");
  return box && box->content.size() > kVersionAndFlags &&
         !IsAlpha(box->content.subspan(kVersionAndFlags));
}

// Its handler says what a track is.
bool IsOfPictures(const Box& trak) {
  constexpr std::array<std::string_view, 3> kPictures = {"pict", "auxv", "vide"};
  const auto mdia = FindBox(trak.content, "mdia");
  if (mdia && IsAuxiliaryOtherThanAlpha(*mdia)) return false;
  const auto hdlr = mdia ? FindBox(mdia->content, "hdlr") : std::nullopt;
  if (!hdlr) return true;
  NumberReader reader(hdlr->content);
  reader.Take(kVersionAndFlags + 4);
  return std::ranges::find(kPictures, reader.TakeText(4)) != kPictures.end();
}

std::optional<Bytes> MendedMoov(const Box& moov) {
  if (moov.whole.size() > kMostMeta) return std::nullopt;
  Bytes to;
  BoxWalk walk(moov.content);
  while (const auto trak = walk.Next()) {
    if (trak->type != "trak" || IsOfPictures(*trak)) continue;
    if (to.empty()) to = Bytes::CopyOf(moov.whole);
    const auto at = static_cast<std::size_t>(trak->whole.data() - moov.whole.data());
    PutNumber(to, at + 4, 0x66726565, 4);  // "free"
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
