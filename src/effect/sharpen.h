// Unsharp masking of a whole picture in place.
//
// The pipeline calls it on a result that it holds. A pixel's luma (0.2126 R + 0.7152 G + 0.0722 B
// of the codes as they stand) is compared with a Gaussian blur of luma; `amount` times the
// difference is added to each of its colours, so that hues stay as they are, and what passes the
// ends of the codes is clamped. Luma counts by its alpha; alpha itself is left alone. Any thread;
// the same bytes on every CPU. It holds some rows of luma, never a picture. Cost: a third of
// GaussianBlur's for colour, and about 3 ns a pixel.
#pragma once

#include <cstdint>
#include <stop_token>

#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::effect {

/// `sigma`: kMinSigma..kMaxSigma (gaussian.h), in pixels. `amount`: above 0; 1 doubles the
/// difference. Error: kCancelled, which leaves the picture half done.
Expected<void> Sharpen(pixel::RowSpan frame, double sigma, double amount,
                       const std::stop_token& stop = {});
/// Bytes that Sharpen holds beside the frame.
std::uint64_t SharpenBytesNeeded(int width, pixel::PixelFormat format, double sigma);

}  // namespace whittle::effect
