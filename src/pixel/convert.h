// ConvertRows: pixels of one format to another, for all formats but CMYK; and LayBehind.
//
//   ConvertRows(rows, {to.data(), stride, rows.width, rows.rows, PixelFormat::kRgb8}, background);
//
// What only moves samples is exact: grey becomes three equal samples, alpha that is added is
// opaque, 8 bits become 16 times 257 and 16 bits 8 by round(x / 257). What mixes colours does so as
// amounts of light, by sRGB's transfer function:
//
//   alpha that is dropped   encode(alpha * decode(colour) + (1 - alpha) * decode(background))
//   colour that is dropped  encode(0.2126 decode(red) + 0.7152 decode(green) + 0.0722 decode(blue))
//
// with the one decoding and encoding where both happen, at 16 bits where either format has them. A
// mixed sample differs from exact arithmetic by at most 1 of its format, an opaque one not at all.
// Any thread, no allocation beside the tables of transfer.h and wide_transfer.h. Cost: about 1 ns a
// pixel to move, 2 to 6 to mix.
#pragma once

#include "pixel/view.h"
#include "whittle/choices.h"

namespace whittle::pixel {

/// Fills `to`, which has the width and rows of `from` and does not overlap it. `background` counts
/// where alpha is dropped, and as opaque.
void ConvertRows(ConstRowSpan from, RowSpan to, Colour background = {});

/// Lays `background` behind rows with alpha, in place, as light:
///
///   alpha' = alpha + (1 - alpha) * background's
///   colour' = encode((alpha * decode(colour) + (alpha' - alpha) * decode(background)) / alpha')
///
/// In grey rows the background counts by its luminance. Cost: as above.
void LayBehind(RowSpan rows, Colour background);

/// 16-bit rows to the 8-bit format of the same channels.
void NarrowRows(ConstRowSpan from, RowSpan to);

}  // namespace whittle::pixel
