// A picture as a PNG is going to hold it: colour type, depth, palette, and packed rows, each with
// room for its filter byte in front.
//
// For the writing png_*.cc files only. Plain value. The steps are functions of it: ReducedPng and
// QuantisedPng make one, InterlacePng and FilterPng (filter.h) change it. Each looks at the stop
// token at every row, and its error is kCancelled.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "codec/png/file.h"
#include "pixel/view.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::codec {

struct PngImage {
  PngShape shape;
  std::vector<std::uint8_t> palette;  ///< 3 bytes an entry
  std::vector<std::uint8_t> trns;     ///< alpha of the first entries
  Bytes rows;                         ///< filter byte, packed samples; pass by pass if interlaced
};

/// Which colour types a picture may be turned into.
enum class PngKind : std::uint8_t { kAny, kKeepGrey, kKeepColour };

/// `rows` (all of the picture) in the smallest form that loses nothing: grey where all is grey, no
/// alpha where all is opaque, 8 bits where 16 say no more, a palette where there are few colours.
/// `kind` holds back what an embedded profile would not suit. Reads the picture only as far as
/// there is hope.
Expected<PngImage> ReducedPng(pixel::ConstRowSpan rows, PngKind kind, const std::stop_token& stop);

/// `rows` as they are: of the colour type and depth of their format.
Expected<PngImage> PlainPng(pixel::ConstRowSpan rows, const std::stop_token& stop);

/// `rows` with a palette of at most `colours` (2..256), by libimagequant, dithered. `speed` is
/// libimagequant's 1 (best) .. 10. Nothing where it fails. Deterministic, on the calling thread. In
/// quantise.cc.
Expected<std::optional<PngImage>> QuantisedPng(pixel::ConstRowSpan rows, int colours, int speed,
                                               const std::stop_token& stop);

/// The same with at most 256 colours and without dithering, which would add to the error, where
/// nobody sees a difference (docs/decisions/palette.md has the rule). Nothing elsewhere.
Expected<std::optional<PngImage>> FaithfulPng(pixel::ConstRowSpan rows, int speed,
                                              const std::stop_token& stop);

/// Puts indices (a byte each, without stride) in rows of the smallest depth that suits.
Expected<void> PackIndices(PngImage& image, const std::vector<std::uint8_t>& indices,
                           const std::stop_token& stop);

/// Colours of few, as 8-bit RGBA, most transparent first so that trns is short.
struct PngColours {
  std::vector<std::uint32_t> list;  ///< 0xAABBGGRR, sorted
};
/// Nothing when there are more than `most` (at most 256).
Expected<std::optional<PngColours>> ColoursOf(pixel::ConstRowSpan rows, std::size_t most,
                                              const std::stop_token& stop);

/// One pixel as 8-bit RGBA, whatever the format.
std::uint32_t PngRgbaAt(const std::uint8_t* row, std::size_t x, pixel::PixelFormat format);

/// `rows` by a palette that has all their colours.
Expected<PngImage> IndexedPng(pixel::ConstRowSpan rows, const PngColours& colours,
                              const std::stop_token& stop);

/// Reorders the rows of a finished image into Adam7's passes. In interlace.cc.
Expected<void> InterlacePng(PngImage& image, const std::stop_token& stop);

}  // namespace whittle::codec
