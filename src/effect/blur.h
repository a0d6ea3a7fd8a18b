// Blurs of a whole picture in place.
//
// The pipeline calls them on a result that it holds. They average the codes as they stand, as other
// servers' blurs do, not amounts of light; colour counts by its alpha, and beyond the edges lies
// the edges' own colour. Any thread; the same bytes on every CPU. They hold some rows, never a
// picture. Errors: kCancelled, which leaves the picture half done.
#pragma once

#include <cstdint>
#include <stop_token>

#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::effect {

/// Each pixel becomes the mean of the 3x3 pixels around it, rounded. About 2 ns a sample.
Expected<void> BoxBlur3(pixel::RowSpan frame, const std::stop_token& stop = {});
/// Bytes that BoxBlur3 holds beside the frame.
std::uint64_t BoxBlur3BytesNeeded(int width, pixel::PixelFormat format);

/// `sigma`: kMinSigma..kMaxSigma (gaussian.h, which says how exact it is), in pixels.
Expected<void> GaussianBlur(pixel::RowSpan frame, double sigma, const std::stop_token& stop = {});
/// Bytes that GaussianBlur holds beside the frame: at most some 66 rows of floats.
std::uint64_t GaussianBlurBytesNeeded(int width, pixel::PixelFormat format, double sigma);

}  // namespace whittle::effect
