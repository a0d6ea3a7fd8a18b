#include "pipeline/upright.h"

#include <cstddef>

#include "pixel/orient.h"

namespace whittle::pipeline {

void UprightRows(pixel::ConstRowSpan frame, int orientation, int first, pixel::RowSpan rows) {
  const bool transposes = pixel::Transposes(orientation);
  // Upright rows begin at the frame's first row or column in these, at its last in the others.
  const bool from_start =
      orientation == 1 || orientation == 2 || orientation == 5 || orientation == 6;
  const int height = transposes ? frame.width : frame.rows;
  const int at = from_start ? first : height - first - rows.rows;
  pixel::ConstRowSpan part = frame;
  if (transposes) {
    part.data +=
        static_cast<std::size_t>(at) * static_cast<std::size_t>(pixel::PixelBytes(frame.format));
    part.width = rows.rows;
  } else {
    part = frame.Slice(at, rows.rows);
  }
  pixel::TurnUpright(part, orientation, rows);
}

}  // namespace whittle::pipeline
