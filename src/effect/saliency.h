// Where to crop a picture so that what matters stays.
//
// The pipeline calls them on a picture that it holds, before it cuts. They follow the two
// strategies that users of libvips know, with its constants, and find nearly the same places. Codes
// are taken as sRGB; colour counts by its alpha. Any thread; the same answer on every CPU. Cost:
// entropy looks at what it cuts off about twice, 2 ns a sample; attention reads the frame once, 1
// ns a sample. Memory: below 1 MB. Error: kCancelled, seen at each row.
#pragma once

#include <cstdint>
#include <stop_token>

#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::effect {

/// The upper left corner of a crop, in pixels.
struct CropOffset {
  int left = 0, top = 0;
  friend bool operator==(const CropOffset&, const CropOffset&) = default;
};

/// Cuts slices off the sides, an eighth of the surplus at a time: of each two opposite ones that
/// whose histogram has less entropy. `width` x `height` is cut out of `frame`, at most its size.
Expected<CropOffset> EntropyCrop(pixel::ConstRowSpan frame, int width, int height,
                                 const std::stop_token& stop = {});

/// Centres the crop, as far as the edges allow, on the place that attracts most attention: where
/// edges, the colours of skin and redness come together, seen at 32x32.
Expected<CropOffset> AttentionCrop(pixel::ConstRowSpan frame, int width, int height,
                                   const std::stop_token& stop = {});
/// Bytes that AttentionCrop holds beside a frame of this size; EntropyCrop holds nothing to speak
/// of.
std::uint64_t AttentionCropBytesNeeded(int width, int height);

}  // namespace whittle::effect
