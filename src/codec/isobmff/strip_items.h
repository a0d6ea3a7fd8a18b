// The items of a HEIF file (ISO/IEC 23008-12), AVIF and HEIC alike: pictures, tiles, alpha, notes,
// with their properties and data and what refers to what, as they are written again.
//
// For stripping. Views into the file, which must outlive them. Any thread; linear in the file's
// meta box, within the limits of items.h. Read in strip_items.cc, written in strip_items_write.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::codec {

struct HeifItem {
  std::string_view type;  ///< "av01", "grid", "Exif"
  bool hidden = false;    ///< not meant to be shown by itself
  struct Association {
    std::size_t property = 0;  ///< index from 0
    bool essential = false;
  };
  std::vector<Association> properties;  ///< in the order in which they are applied
  std::vector<ByteView> content;        ///< pieces of its data
};

struct HeifReference {
  std::string_view type;  ///< "dimg", "auxl", "thmb"
  std::uint32_t from = 0;
  std::vector<std::uint32_t> to;
};

struct HeifItems {
  std::uint32_t primary = 0;
  std::map<std::uint32_t, HeifItem> items;
  std::vector<ByteView> properties;  ///< whole boxes
  std::vector<HeifReference> references;
};

/// Errors: kUndecodable, kTooLarge; kUnsupported for sequences, and for data in other files, in
/// other items, encrypted or without a length.
Expected<HeifItems> ReadHeifItems(ByteView file);

/// A file of `items` alone, which begins with `ftyp`, a whole box. Items that share their data
/// share it there as well. Errors: kTooLarge when the data are more than `most`, or than 4 GiB.
Expected<Bytes> WriteHeifItems(ByteView ftyp, const HeifItems& items, std::uint64_t most);

}  // namespace whittle::codec
