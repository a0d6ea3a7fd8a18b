// Parts of a lossless JPEG XL that had not come when its file ended.
//
// libjxl draws what there is. Of a lossy picture that is all of it, if blurred; of a lossless one,
// whose groups of pixels come one after the other, the others are left at zero, and nothing tells
// which. For source.cc only. Any thread; time is linear in the picture.
#pragma once

#include <stop_token>

#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::codec {

/// Takes squares of zeros for missing and fills them with the mean of the last row that is there.
/// False where nothing is. Errors: kCancelled, seen at each row of squares.
Expected<bool> FillMissing(pixel::RowSpan picture, const std::stop_token& stop);

}  // namespace whittle::codec
