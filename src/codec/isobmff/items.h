// The items of a HEIF or AVIF file (ISO/IEC 23008-12): what its meta box says of them. For what the
// libraries do not tell, or do not understand.
//
// Any thread; nothing is decoded. Memory and time are linear in the meta box, which is not read
// above kMostMeta bytes and kMostItems items; all views are of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "codec/isobmff/boxes.h"
#include "whittle/bytes.h"

namespace whittle::codec {

/// A meta box above this size is not read: real ones have some hundred bytes, and with a thousand
/// cells 64 KiB.
inline constexpr std::size_t kMostMeta = 1U << 20;
/// Nor is one of more items: large grids have some hundred. Five bytes of it can name one, of which
/// we keep some 200.
inline constexpr std::size_t kMostItems = 4096;

struct Item {
  std::string_view type;  ///< "hvc1", "grid"; empty where iinf does not know the item
  ByteView info;          ///< its infe box; copies of it are made where SaysItsSize only
  ByteView location;      ///< its entry of iloc
  /// Where the last of its bytes is, in the file, or in idat.
  std::uint64_t end = 0;
  std::uint64_t first = 0;   ///< where its first extent begins
  std::uint64_t length = 0;  ///< of the first extent
  std::size_t extents = 0;
  bool in_idat = false;
  /// Positions in Items::properties, counted from 1, with 0x8000 for essential ones.
  std::vector<std::uint16_t> properties;
};

struct ItemReference {
  std::string_view type;  ///< "dimg", "auxl"
  std::uint32_t from = 0;
  std::vector<std::uint32_t> to;
  ByteView whole;         ///< the box of it
  std::size_t to_at = 0;  ///< where in it the first number of `to` stands
};

struct Items {
  std::uint32_t primary = 0;
  std::map<std::uint32_t, Item> all;  ///< by their number
  std::vector<ItemReference> references;
  std::vector<Box> properties;
  ByteView idat;
  std::size_t location_id_bytes = 2;   ///< of an item's number in iloc
  std::size_t reference_id_bytes = 2;  ///< and in iref

  /// The first property of this type that `item` has.
  std::optional<Box> PropertyOf(const Item& item, std::string_view type) const;
  /// Those to which `from` refers; empty without such a reference.
  std::span<const std::uint32_t> ReferencesOf(std::uint32_t from, std::string_view type) const;
};

/// Whole sides of a picture item as its ispe says; nothing where there is none.
struct ItemSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend bool operator==(const ItemSize&, const ItemSize&) = default;
};
std::optional<ItemSize> SizeOf(const Items& items, const Item& item);

/// True of a box with a header of 8 bytes that says where it ends, so that what follows the header
/// has its usual place, and another box may stand behind it.
bool SaysItsSize(ByteView box);

/// What `meta`, a file's box of that name, says. Nothing where a part of it is damaged, of a
/// version that is not known or there twice, or all of it too large.
std::optional<Items> ReadItems(const Box& meta);

/// All items' extents of a meta box that are looked at.
inline constexpr std::uint64_t kMostExtents = 65536;

/// Whether the items of `meta` say that they have more extents. Linear in the bytes, though an
/// extent may take none.
bool HasTooManyExtents(const Box& meta);

}  // namespace whittle::codec
