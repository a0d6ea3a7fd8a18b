// The file-type box with which ISO base media files begin (ISO/IEC 14496-12, 4.3): AVIF and HEIF
// are told apart by the brands in it.
//
// For codecs' sniffing. Any thread; looks at 32 brands at most, allocates nothing.
#pragma once

#include <optional>
#include <string_view>

#include "whittle/bytes.h"

namespace whittle::codec {

/// Views of the file's own bytes.
struct Ftyp {
  std::string_view major;       ///< four characters
  std::string_view compatible;  ///< brands of four characters each, as many as `head` shows

  /// True when `brand` is the major brand or among the compatible ones.
  bool Has(std::string_view brand) const;
};

/// The box at the start of `head`; nothing when there is none, or less of it than major brand and
/// version.
std::optional<Ftyp> ReadFtyp(ByteView head);

}  // namespace whittle::codec
