// The segments of a JPEG file around its entropy-coded data (T.81, annex B; JFIF 1.01; ICC.1 B.4).
//
// Each function appends to `to`. Any thread.
#pragma once

#include <cstdint>
#include <span>

#include "jpeg/component.h"
#include "jpeg/huffman.h"
#include "jpeg/progressive.h"
#include "jpeg/quant_tables.h"
#include "whittle/bytes.h"

namespace whittle::jpeg {

/// Bytes of a profile that fit in all chunks together.
inline constexpr std::size_t kLargestProfile = std::size_t{255} * (0xFFFF - 2 - 14);

/// What may stand before the picture, each empty for none.
struct Embedded {
  ByteView icc;   ///< at most kLargestProfile bytes
  ByteView exif;  ///< a TIFF structure; left out where it does not fit a segment
  ByteView xmp;   ///< a packet; left out where it does not fit a segment
};

/// Start of image, JFIF without a density, and what is embedded, the profile in chunks.
void AppendHead(Bytes& to, const Embedded& embedded);
/// Tables numbered as they come.
void AppendQuantTables(Bytes& to, std::span<const QuantTable> tables);

enum class Frame : std::uint8_t { kBaseline = 0xC0, kProgressive = 0xC2 };
/// Components are numbered from 1; component c uses quantisation table min(c, tables - 1).
void AppendFrame(Bytes& to, Frame frame, int width, int height, Components components,
                 std::size_t tables);

enum class TableClass : std::uint8_t { kDc = 0, kAc = 1 };
void AppendHuffman(Bytes& to, TableClass of, std::uint8_t number, const HuffmanSpec& table);

/// A scan of components [first, first + count); luma uses Huffman tables 0, chroma tables 1.
void AppendScan(Bytes& to, std::size_t first, std::size_t count, const Band& band);
void AppendEnd(Bytes& to);

}  // namespace whittle::jpeg
