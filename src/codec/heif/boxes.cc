#include "codec/heif/boxes.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "codec/isobmff/boxes.h"
#include "codec/metadata/exif_turn.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kVersionAndFlags = 4;
constexpr int kMostBoxes = 1000;               // of a file that are looked at
constexpr std::uint32_t kLongestSide = 32768;  // as libheif has it
constexpr std::uint64_t kMostEnd = std::uint64_t{1} << 40;

bool IsPicture(const Items& items, std::uint32_t id) {
  constexpr std::array<std::string_view, 5> kPictures = {"hvc1", "av01", "grid", "iden", "iovl"};
  const auto item = items.all.find(id);
  return item != items.all.end() &&
         std::ranges::find(kPictures, item->second.type) != kPictures.end();
}

// libheif wants just one picture behind each of these.
bool WantsOnePicture(const ItemReference& reference) {
  return reference.type == "auxl" || reference.type == "thmb" || reference.type == "cdsc";
}
bool HasOnePicture(const Items& items, const ItemReference& reference) {
  return reference.to.size() == 1 && IsPicture(items, reference.to[0]);
}

// Its primary one, or the first; nothing where there is none.
std::optional<std::uint32_t> PictureOf(const Items& items, const ItemReference& reference) {
  std::optional<std::uint32_t> first;
  for (const std::uint32_t to : reference.to) {
    if (to == items.primary) return to;
    if (!first && IsPicture(items, to)) first = to;
  }
  return first;
}

struct GridPayload {
  std::uint32_t rows = 0, columns = 0, width = 0, height = 0;
};

// The content of a grid item (ISO/IEC 23008-12, 6.6.2.3.2).
std::optional<GridPayload> ReadPayload(ByteView file, const Items& items, const Item& item) {
  const ByteView from = item.in_idat ? items.idat : file;
  if (item.extents.size() != 1 || item.extents[0].end() > from.size()) return std::nullopt;
  NumberReader reader(from.subspan(static_cast<std::size_t>(item.extents[0].offset),
                                   static_cast<std::size_t>(item.extents[0].length)));
  if (reader.Take(1) != 0) return std::nullopt;  // version
  const std::size_t bytes = (reader.Take(1) & 1) != 0 ? 4 : 2;
  GridPayload grid;
  grid.rows = static_cast<std::uint32_t>(reader.Take(1)) + 1;
  grid.columns = static_cast<std::uint32_t>(reader.Take(1)) + 1;
  grid.width = static_cast<std::uint32_t>(reader.Take(bytes));
  grid.height = static_cast<std::uint32_t>(reader.Take(bytes));
  if (!reader.ok()) return std::nullopt;
  return grid;
}

// Rotation and mirror of the whole, in MIAF's order; nothing where it is cut or they come
// otherwise.
std::optional<int> OrientationOf(const Items& items, const Item& item) {
  std::optional<unsigned> angle;
  std::optional<unsigned> axis;
  for (const std::uint16_t index : item.properties) {
    const std::size_t position = index & 0x7FFF;
    if (position == 0 || position > items.properties.size()) continue;
    const Box& property = items.properties[position - 1];
    NumberReader reader(property.content);
    if (property.type == "clap") return std::nullopt;
    if (property.type == "irot") {
      if (angle || axis) return std::nullopt;
      angle = static_cast<unsigned>(reader.Take(1)) & 3U;
    }
    if (property.type == "imir") {
      if (axis) return std::nullopt;
      axis = static_cast<unsigned>(reader.Take(1)) & 1U;
    }
  }
  return ExifTurn(angle.value_or(0), axis);
}

// Items to which libheif would do something besides decoding them.
std::set<std::uint32_t> ItemsWithMore(const Items& items) {
  std::set<std::uint32_t> more;
  for (const ItemReference& reference : items.references) {
    if (reference.from != items.primary) more.insert(reference.from);
    if (reference.type == "auxl") more.insert(reference.to.begin(), reference.to.end());
  }
  return more;
}

bool IsPlainCell(const Items& items, std::uint32_t id) {
  const auto item = items.all.find(id);
  if (item == items.all.end() || item->second.type != "hvc1" || !SaysItsSize(item->second.info)) {
    return false;
  }
  return std::ranges::none_of(
      std::array<std::string_view, 3>{"irot", "imir", "clap"},
      [&](std::string_view type) { return items.PropertyOf(item->second, type).has_value(); });
}

// By chroma_format_idc of the configuration (ISO/IEC 14496-15, 8.3.2.1.2).
std::optional<HeifPiece> PieceOf(const Items& items) {
  constexpr std::size_t kChromaAt = 16;
  constexpr std::array kSamplesOfTwo = {2, 3, 4, 6};
  const auto primary = items.all.find(items.primary);
  if (primary == items.all.end() || primary->second.type != "hvc1") return std::nullopt;
  const auto orientation = OrientationOf(items, primary->second);
  const auto configuration = items.PropertyOf(primary->second, "hvcC");
  if (!orientation || !configuration || configuration->content.size() <= kChromaAt) {
    return std::nullopt;
  }
  return HeifPiece{.samples_of_two = kSamplesOfTwo[configuration->content[kChromaAt] & 3U],
                   .orientation = *orientation};
}

std::optional<HeifGrid> GridOf(ByteView file, const Items& items) {
  const auto primary = items.all.find(items.primary);
  if (primary == items.all.end() || primary->second.type != "grid") return std::nullopt;
  const auto payload = ReadPayload(file, items, primary->second);
  const auto orientation = OrientationOf(items, primary->second);
  const auto cells = items.ReferencesOf(items.primary, "dimg");
  if (!payload || !orientation ||
      SizeOf(items, primary->second) != ItemSize{payload->width, payload->height} ||
      cells.size() != std::size_t{payload->rows} * payload->columns) {
    return std::nullopt;
  }
  const std::set<std::uint32_t> more = ItemsWithMore(items);
  std::optional<ItemSize> size;
  HeifGrid grid;
  std::map<std::uint32_t, bool> there;  // of those that were looked at: a grid may name one often
  for (const std::uint32_t cell : cells) {
    const auto [seen, is_new] = there.try_emplace(cell);
    if (is_new) {
      if (!IsPlainCell(items, cell) || more.contains(cell)) return std::nullopt;
      const Item& item = items.all.at(cell);
      const auto own = SizeOf(items, item);
      if (!size) size = own;
      if (!own || own != size) return std::nullopt;
      seen->second = item.in_idat || item.end() <= file.size();
    }
    grid.there.push_back(seen->second);
  }
  const auto covers = [](std::uint32_t cell, std::uint32_t count, std::uint32_t whole) {
    return cell > 0 && cell <= kLongestSide && whole <= kLongestSide && cell * count >= whole &&
           cell * (count - 1) < whole;
  };
  if (!size || !covers(size->width, payload->columns, payload->width) ||
      !covers(size->height, payload->rows, payload->height)) {
    return std::nullopt;
  }
  grid.width = static_cast<int>(payload->width);
  grid.height = static_cast<int>(payload->height);
  grid.cell_width = static_cast<int>(size->width);
  grid.cell_height = static_cast<int>(size->height);
  grid.columns = static_cast<int>(payload->columns);
  grid.cells.assign(cells.begin(), cells.end());
  grid.orientation = *orientation;
  return grid;
}

void AppendReferences(const Box& iref, const Items& items, Bytes& to) {
  const std::size_t begin = to.size();
  AppendNumber(to, 0, 4);
  to.Append(AsBytes(iref.type));
  to.Append(iref.content.first(kVersionAndFlags));
  const std::size_t id_bytes = items.reference_id_bytes;
  for (const ItemReference& reference : items.references) {
    if (!WantsOnePicture(reference) || HasOnePicture(items, reference)) {
      to.Append(reference.whole);
      continue;
    }
    const auto picture = PictureOf(items, reference);
    if (!picture) continue;
    AppendNumber(to, kHeader + id_bytes + 2 + id_bytes, 4);
    to.Append(AsBytes(reference.type));
    AppendNumber(to, reference.from, id_bytes);
    AppendNumber(to, 1, 2);
    AppendNumber(to, *picture, id_bytes);
  }
  PutNumber(to, begin, to.size() - begin, 4);
}

// libheif gives handles of items that are not hidden.
void ShowCells(const HeifGrid& grid, const Items& items, const Box& meta, Bytes& to) {
  for (const std::uint32_t cell : grid.cells) {
    const ByteView info = items.all.at(cell).info;
    const auto at = static_cast<std::size_t>(info.data() - meta.whole.data());
    to.data()[at + kHeader + kVersionAndFlags - 1] &= 0xFE;
  }
}

Bytes BetterMeta(const Box& meta, const Items& items, const std::optional<HeifGrid>& grid) {
  const bool several = std::ranges::any_of(items.references, [&](const ItemReference& reference) {
    return WantsOnePicture(reference) && !HasOnePicture(items, reference);
  });
  if (!grid && !several) return {};
  Bytes to = Bytes::CopyOf(meta.whole);
  if (grid) ShowCells(*grid, items, meta, to);
  if (!several) return to;
  // The same with another iref.
  Bytes better;
  std::size_t taken = 0;
  BoxWalk walk(meta.content.subspan(kVersionAndFlags));
  while (const auto part = walk.Next()) {
    if (part->type != "iref") continue;
    const auto at = static_cast<std::size_t>(part->whole.data() - meta.whole.data());
    better.Append(to.view().subspan(taken, at - taken));
    AppendReferences(*part, items, better);
    taken = at + part->whole.size();
  }
  better.Append(to.view().subspan(taken));
  PutNumber(better, 0, better.size(), 4);
  return better;
}

}  // namespace

HeifBoxes ReadHeifBoxes(ByteView file) {
  HeifBoxes boxes;
  std::optional<Box> meta;
  NumberReader reader(file);
  for (int i = 0; i < kMostBoxes && !reader.rest().empty(); ++i) {
    const ByteView rest = reader.rest();
    const auto at = file.size() - rest.size();
    // As BoxWalk, but the last box may be cut.
    std::uint64_t size = reader.Take32();
    const std::string_view type = reader.TakeText(4);
    if (size == 1) size = reader.Take(8);
    if (size == 0) size = rest.size();
    if (!reader.ok() || size < kHeader || size > kMostEnd) return {};
    boxes.end = at + size;
    if (size > rest.size()) break;
    if (type == "meta" && !meta) meta = BoxWalk(rest).Next();
    reader = NumberReader(rest.subspan(static_cast<std::size_t>(size)));
  }
  // One without a size, or with a long one, is no writer's habit.
  if (!meta || NumberReader(meta->whole).Take32() != meta->whole.size()) return boxes;
  const auto items = ReadItems(*meta);
  if (!items) return boxes;
  boxes.own_meta = static_cast<std::size_t>(meta->whole.data() - file.data());
  boxes.grid = GridOf(file, *items);
  boxes.piece = PieceOf(*items);
  boxes.meta = BetterMeta(*meta, *items, boxes.grid);
  return boxes;
}

}  // namespace whittle::codec
