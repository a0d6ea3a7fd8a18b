// One picture or cell as libheif has decoded it, and its rows in full 8 or 16 bits.
//
// For the heif_*_source.cc files only. Any thread, each picture of its own.
#pragma once

#include <libheif/heif.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "codec/heif_decoder.h"
#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::codec {

class HeifPicture {
 public:
  /// Decodes all that `handle` stands for, which cannot be stopped. `format` is colour, of 8 bits
  /// or
  /// 16. Errors: kUndecodable, kUnsupported, kTooLarge, kInternal.
  static Expected<HeifPicture> Decode(const heif_image_handle* handle, pixel::PixelFormat format);

  int width() const { return width_; }
  int height() const { return height_; }
  /// The first `count` pixels of row `y`.
  void CopyRow(int y, int count, std::uint8_t* to) const;

 private:
  template <class Sample>
  void Put(const std::uint8_t* from, int count, std::uint8_t* to) const;

  std::unique_ptr<heif_image, DestroyHeif> image_;
  pixel::PixelFormat format_ = pixel::PixelFormat::kRgb8;
  bool premultiplied_ = false;
  const std::uint8_t* samples_ = nullptr;
  std::size_t stride_ = 0;
  std::uint32_t coded_most_ = 255;  // largest sample as decoded
  int width_ = 0;
  int height_ = 0;
};

}  // namespace whittle::codec
