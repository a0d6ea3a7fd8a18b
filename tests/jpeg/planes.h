// Pictures in planes for the encoder's tests, and the encoder in one call.
#pragma once

#include <algorithm>

#include "jpeg/encoder.h"
#include "tests/support/pictures.h"

namespace whittle::jpeg {

/// Luma, Cb and Cr, each one channel; chroma has the size that `layout` gives it.
using Planes = std::array<test::Picture, 3>;

/// `make` makes one plane of the size and seed it is given.
template <class Make>
Planes MakePlanes(int width, int height, Layout layout, const Make& make) {
  const int shrink = layout == Layout::k420 ? 2 : 1;
  Planes planes;
  for (unsigned p = 0; p < (layout == Layout::kGrey ? 1U : 3U); ++p) {
    const int s = p == 0 ? 1 : shrink;
    planes[p] = make((width + s - 1) / s, (height + s - 1) / s, p + 1);
  }
  return planes;
}
inline Planes PhotoPlanes(int width, int height, Layout layout) {
  return MakePlanes(width, height, layout,
                    [](int w, int h, unsigned seed) { return test::Photo(w, h, 1, seed); });
}
inline Planes NoisePlanes(int width, int height, Layout layout) {
  return MakePlanes(width, height, layout,
                    [](int w, int h, unsigned seed) { return test::Noise(w, h, 1, seed); });
}

/// Everything of `picture` but its size comes from the caller.
inline Bytes Encoded(const Planes& planes, Picture picture) {
  picture.width = planes[0].width;
  picture.height = planes[0].height;
  Encoder encoder(picture);
  const int shrink = picture.layout == Layout::k420 ? 2 : 1;
  for (int y = 0; y < picture.height; y += Encoder::kBandRows) {
    PlaneRows rows;
    for (std::size_t p = 0; p < (picture.layout == Layout::kGrey ? 1U : 3U); ++p) {
      const int s = p == 0 ? 1 : shrink;
      const int count = std::min(Encoder::kBandRows / s, planes[p].height - y / s);
      const auto stride = static_cast<std::size_t>(planes[p].width);
      rows[p] = {planes[p].samples.data() + static_cast<std::size_t>(y / s) * stride, stride,
                 planes[p].width, count, pixel::PixelFormat::kGrey8};
    }
    encoder.Write(rows);
  }
  return encoder.Finish();
}

}  // namespace whittle::jpeg
