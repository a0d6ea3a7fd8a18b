// An AVIF or HEIF file without metadata: a new file of the primary item, the tiles that it is put
// together of, and its alpha. Everything else is another picture or words: EXIF, XMP, thumbnails,
// gain and depth maps, what was derived. The coded pictures stay as they are.
#include "codec/strip.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/isobmff/boxes.h"
#include "codec/isobmff/strip_items.h"

namespace whittle::codec {
namespace {

// Properties by which a picture is decoded and shown (ISO/IEC 23008-12, 6.5; AV1-ISOBMFF;
// 23000-22).
constexpr std::string_view kShows[] = {"ispe", "pixi", "pasp", "irot", "imir", "clap",
                                       "auxC", "av1C", "a1op", "lsel", "a1lx", "hvcC",
                                       "colr", "clli", "mdcv", "cclv", "amve"};
constexpr std::string_view kAlpha[] = {"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
                                       "urn:mpeg:hevc:2015:auxid:1"};

// Types of items that are pictures, coded or put together of others (ISO/IEC 23008-12, 6.6 and
// B.4; AV1-ISOBMFF). Whatever else a coded one claims to be derived from, no reader shows.
constexpr std::string_view kCoded[] = {"av01", "hvc1"};
constexpr std::string_view kDerived[] = {"grid", "iden", "iovl"};

template <std::size_t kCount>
bool IsOneOf(std::string_view type, const std::string_view (&types)[kCount]) {
  return std::ranges::find(types, type) != std::end(types);
}

// Of one that a walk has found.
Box BoxOf(ByteView whole) { return *BoxWalk(whole).Next(); }

// auxC: version, flags, the kind as a text that a zero ends.
bool IsAlpha(const HeifItems& all, const HeifItem& item) {
  return std::ranges::any_of(item.properties, [&](const HeifItem::Association& each) {
    if (each.property >= all.properties.size()) return false;
    const Box box = BoxOf(all.properties[each.property]);
    if (box.type != "auxC" || box.content.size() < 4) return false;
    std::string_view kind = AsText(box.content.subspan(4));
    kind = kind.substr(0, kind.find('\0'));
    return std::ranges::find(kAlpha, kind) != std::end(kAlpha);
  });
}

// Those that are not there count as such: a reader may fail for want of them.
bool IsPicture(const HeifItems& all, std::uint32_t id) {
  const auto item = all.items.find(id);
  return item == all.items.end() || IsOneOf(item->second.type, kCoded) ||
         IsOneOf(item->second.type, kDerived);
}

// The items that make the picture. Tiles' own tiles and alpha's are few steps away.
Expected<std::set<std::uint32_t>> Needed(const HeifItems& all) {
  constexpr int kMostSteps = 8;
  std::set<std::uint32_t> needed = {all.primary};
  for (int step = 0; step < kMostSteps; ++step) {
    const std::size_t before = needed.size();
    for (const HeifReference& reference : all.references) {
      const auto from = all.items.find(reference.from);
      if (from == all.items.end()) continue;
      if (reference.type == "dimg" && needed.contains(reference.from)) {
        for (const std::uint32_t id : reference.to) {
          if (IsPicture(all, id)) {
            needed.insert(id);
          } else if (IsOneOf(from->second.type, kDerived)) {
            return Fail(ErrorKind::kUnsupported, "a picture of pictures of an unknown kind");
          }
        }
      } else if (reference.type == "auxl" &&
                 std::ranges::any_of(reference.to,
                                     [&](std::uint32_t id) { return needed.contains(id); }) &&
                 IsAlpha(all, from->second)) {
        needed.insert(reference.from);
      }
    }
    if (needed.size() == before) return needed;
  }
  return Fail(ErrorKind::kUnsupported, "a picture derived in too many steps");
}

bool IsProfile(const Box& box) {
  const std::string_view kind = AsText(box.content).substr(0, 4);
  return box.type == "colr" && (kind == "prof" || kind == "rICC");
}

// Properties that stay, by their old numbers; the new ones in `kept`.
void KeepProperties(const HeifItems& all, bool icc, HeifItems& kept) {
  std::vector<bool> used(all.properties.size());
  for (auto& [id, item] : kept.items) {
    std::erase_if(item.properties, [&](const HeifItem::Association& each) {
      if (each.property >= all.properties.size()) return true;
      const Box box = BoxOf(all.properties[each.property]);
      return std::ranges::find(kShows, box.type) == std::end(kShows) || (!icc && IsProfile(box));
    });
    for (const HeifItem::Association& each : item.properties) used[each.property] = true;
  }
  std::vector<std::size_t> number(all.properties.size());
  for (std::size_t i = 0; i < all.properties.size(); ++i) {
    number[i] = kept.properties.size();
    if (used[i]) kept.properties.push_back(all.properties[i]);
  }
  for (auto& [id, item] : kept.items) {
    for (HeifItem::Association& each : item.properties) each.property = number[each.property];
  }
}

void KeepReferences(HeifItems& all, HeifItems& kept) {
  for (HeifReference& reference : all.references) {
    const bool shows =
        reference.type == "dimg" || reference.type == "auxl" || reference.type == "prem";
    if (!shows || !kept.items.contains(reference.from)) continue;
    std::erase_if(reference.to, [&](std::uint32_t id) { return !kept.items.contains(id); });
    if (!reference.to.empty()) kept.references.push_back(std::move(reference));
  }
}

// Whether data of the items that stay hold something of others, such as EXIF. Pictures may share.
bool HoldsOthersData(const HeifItems& all, const HeifItems& kept) {
  struct Part {
    const std::uint8_t* begin;
    const std::uint8_t* end;
    bool stays;
  };
  std::vector<Part> parts;
  for (const auto& [id, item] : all.items) {
    const bool stays = kept.items.contains(id);
    if (!stays && IsPicture(all, id)) continue;
    for (const ByteView piece : item.content) {
      parts.push_back({piece.data(), piece.data() + piece.size(), stays});
    }
  }
  std::ranges::sort(parts, {}, &Part::begin);
  const std::uint8_t* stays_to = nullptr;
  const std::uint8_t* goes_to = nullptr;
  for (const Part& part : parts) {
    const std::uint8_t* other = part.stays ? goes_to : stays_to;
    if (other != nullptr && part.begin < other) return true;
    const std::uint8_t*& own = part.stays ? stays_to : goes_to;
    if (own == nullptr || part.end > own) own = part.end;
  }
  return false;
}

}  // namespace

Expected<Bytes> StripItems(ByteView file, const StripSpec& spec, const Limits&) {
  if (!spec.exif.empty()) return Fail(ErrorKind::kUnsupported, "EXIF is not put into items");
  const auto ftyp = BoxWalk(file).Next();
  if (!ftyp || ftyp->type != "ftyp") return Fail(ErrorKind::kUndecodable, "no file type");
  WHITTLE_TRY(HeifItems all, ReadHeifItems(file));
  WHITTLE_TRY(const auto needed, Needed(all));
  HeifItems kept{.primary = all.primary};
  for (const std::uint32_t id : needed) {
    const auto item = all.items.find(id);
    if (item == all.items.end()) return Fail(ErrorKind::kUndecodable, "a tile is missing");
    // It would be written as data of no length, which means all of them.
    if (item->second.content.empty() && item->second.type != "iden") {
      return Fail(ErrorKind::kUndecodable, "a picture without data");
    }
    kept.items.insert(*item);
  }
  if (HoldsOthersData(all, kept)) {
    return Fail(ErrorKind::kUnsupported, "a picture's data that are another item's as well");
  }
  KeepProperties(all, spec.icc, kept);
  KeepReferences(all, kept);
  // Data that lie over each other would be written more than once.
  return WriteHeifItems(ftyp->whole, kept, file.size());
}

}  // namespace whittle::codec
