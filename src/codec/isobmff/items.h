// The items of a HEIF or AVIF file (ISO/IEC 23008-12): what its meta box says of them. For what the
// libraries do not tell, or do not understand, and for stripping.
//
// Any thread; nothing is decoded. Memory and time are linear in the meta box, which is not read
// beyond the limits here; all views are of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "codec/isobmff/boxes.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::codec {

/// A meta box above this size is not read: real ones have some hundred bytes, and with a thousand
/// cells 64 KiB.
inline constexpr std::size_t kMostMeta = 1U << 20;
/// Nor is one of more items: large grids have some hundred. Five bytes of it can name one, of which
/// we keep some 200.
inline constexpr std::size_t kMostItems = 4096;
/// All items' extents, each of which may take no bytes to say.
inline constexpr std::uint64_t kMostExtents = 65536;
inline constexpr std::size_t kMostProperties = 4096;
/// Of an item: one entry of ipma can say 255, and one may be added (codec/avif/mend.cc).
inline constexpr std::size_t kMostPropertiesOfItem = 254;
/// All items' properties.
inline constexpr std::size_t kMostAssociations = 65536;
/// References, and in all of them the items referred to.
inline constexpr std::size_t kMostReferences = 65536;
/// Numbers of items in all boxes: libavif looks for each among all items.
inline constexpr std::size_t kMostNames = 1U << 18;

/// Where some bytes of an item are, in the file, or in idat. Sums beyond 64 bits are the largest.
struct ItemExtent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t end() const;
};

struct Item {
  std::string_view type;  ///< "hvc1", "grid"; empty where iinf does not know the item
  ByteView info;          ///< its infe box; copies of it are made where SaysItsSize only
  ByteView location;      ///< its entry of iloc
  std::vector<ItemExtent> extents;
  bool hidden = false;     ///< not meant to be shown by itself
  bool encrypted = false;  ///< or otherwise protected
  bool in_idat = false;
  bool elsewhere = false;  ///< its data is in another file or item
  /// Positions in Items::properties, counted from 1, with 0x8000 for essential ones.
  std::vector<std::uint16_t> properties;

  /// Where the last of its bytes is.
  std::uint64_t end() const;
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
  bool broken = false;                 ///< a box is cut, and with it what the one around it says
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

/// What `meta`, a file's box of that name, says. Errors: kUndecodable where a part of it is
/// damaged, of a version that is not known or there twice; kTooLarge beyond the limits above.
Expected<Items> ReadItems(const Box& meta);

/// Whether a meta box of the file, or of a track, says more than a library is to be troubled with:
/// extents above kMostExtents, items above kMostItems, names above kMostNames. Neither libavif nor
/// libheif has such limits, and what they do is quadratic in items. Linear in the boxes.
bool SaysTooMuch(ByteView file);

}  // namespace whittle::codec
