// What is known of a picture from its header: what Probe answers, and what a result says of its
// source (whittle.h).
//
// A value; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace whittle {

/// What a header tells without decoding.
struct ImageInfo {
  std::string format;        ///< "jpeg"
  std::uint32_t width = 0;   ///< pixels as stored, before orientation
  std::uint32_t height = 0;  ///< pixels as stored, before orientation
  int orientation = 1;       ///< EXIF orientation, 1..8
  int channels = 0;          ///< 1 grey, 3 colour, 4 CMYK; alpha is not counted
  bool alpha = false;
  int bits = 8;  ///< of a sample as decoded: 8 or 16
  bool progressive = false;
  std::uint32_t colours = 0;    ///< entries of the palette, 0 when there is none
  std::uint32_t frames = 1;     ///< of an animation
  std::uint32_t icc_bytes = 0;  ///< size of the embedded profile, 0 when there is none
  bool gain_map = false;        ///< a JPEG with an HDR gain map, which results never have

  std::uint32_t displayed_width() const { return orientation >= 5 ? height : width; }
  std::uint32_t displayed_height() const { return orientation >= 5 ? width : height; }
};

}  // namespace whittle
