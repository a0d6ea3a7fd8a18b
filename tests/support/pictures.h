// Pictures made in code, and plain, slow libjpeg around them: what tests compare the product with.
//
// Picture is the simplest thing that holds pixels. Everything here favours being obviously right
// over being fast, and none of it uses the code under test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "whittle/bytes.h"

namespace whittle::test {

struct Picture {
  int width = 0;
  int height = 0;
  int channels = 3;                   ///< 1 grey, 3 RGB, 4 CMYK (255 = full ink)
  std::vector<std::uint8_t> samples;  ///< interleaved, rows without padding

  std::uint8_t& at(int x, int y, int c) {
    return samples[static_cast<std::size_t>((y * width + x) * channels + c)];
  }
  std::uint8_t at(int x, int y, int c) const {
    return samples[static_cast<std::size_t>((y * width + x) * channels + c)];
  }
};

Picture Blank(int width, int height, int channels = 3, std::uint8_t value = 0);
/// Smooth colour ramps with soft shapes: behaves like a photo under JPEG.
Picture Photo(int width, int height, int channels = 3, unsigned seed = 1);
/// Independent uniform samples: the worst case for every filter.
Picture Noise(int width, int height, int channels = 3, unsigned seed = 1);
/// Four different solid quadrants (red, green / blue, white): shows any wrong orientation.
Picture Quadrants(int width, int height);

/// `picture` as EXIF orientation `orientation` (1..8) must be stored so that it displays as it is.
Picture StoredFor(const Picture& picture, int orientation);
/// `stored` turned upright, per the EXIF specification's definition of the eight values.
Picture Upright(const Picture& stored, int orientation);

struct JpegOptions {
  int quality = 95;
  int h_sampling = 1, v_sampling = 1;  ///< of luma; 2,2 is 4:2:0
  int cb_h_sampling = 1;               ///< of Cb; Cr's is 1
  bool progressive = false;
  bool arithmetic = false;
  bool optimised = false;    ///< Huffman tables made for the picture
  int restart_interval = 0;  ///< in MCUs
  int orientation = 0;       ///< 1..8 writes an EXIF APP1; 0 writes none
  bool ycck = false;  ///< 4 channels: YCCK instead of CMYK; both with Adobe's marker, inverted
  std::string icc;    ///< profile bytes to embed
};
Bytes EncodeJpeg(const Picture& picture, const JpegOptions& options = {});
/// The file of a photo, as text: an origin's body.
std::string PhotoBody(int width, int height);
/// Full decode by libjpeg with its defaults: grey stays grey, colour becomes RGB. Throws when the
/// file is not sound; `icc` receives the embedded profile.
Picture DecodeJpeg(ByteView file, std::string* icc = nullptr);

/// PNG as 8-bit RGB (alpha over white), for the corpus' reference pictures.
Picture DecodePng(ByteView file);

struct Difference {
  double mean = 0;  ///< of absolute sample differences
  int max = 0;
};
/// Shapes must agree, else mean and max are 255.
Difference Compare(const Picture& a, const Picture& b);

}  // namespace whittle::test
