// One picture or cell as libheif has decoded it, and its rows in full 8 or 16 bits.
//
// For the heif_*_source.cc files only. Any thread, each picture of its own. libheif 1.15 makes
// planes of RGB of every picture; asked for pixels it would put them together in one or two copies
// more, so this takes the planes.
#pragma once

#include <libheif/heif.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "codec/heif/decoder.h"
#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::codec {

class HeifPicture {
 public:
  /// Decodes all that `handle` stands for, which cannot be stopped; without cropping, rotation and
  /// mirror where it is to be `as_stored`. `format` is colour, of 8 bits or 16. Errors:
  /// kUndecodable, kUnsupported, kTooLarge, kInternal.
  static Expected<HeifPicture> Decode(const heif_image_handle* handle, pixel::PixelFormat format,
                                      bool as_stored);

  int width() const { return width_; }
  int height() const { return height_; }
  /// The first `count` pixels of row `y`.
  void CopyRow(int y, int count, std::uint8_t* to) const;

 private:
  struct Plane {
    const std::uint8_t* samples = nullptr;
    std::size_t stride = 0;
    std::uint32_t most = 255;  ///< largest sample as decoded
  };
  static Expected<Plane> PlaneOf(const heif_image* image, heif_channel channel);
  template <class To>
  void Put(int y, int count, std::uint8_t* to) const;

  std::unique_ptr<heif_image, DestroyHeif> image_;
  pixel::PixelFormat format_ = pixel::PixelFormat::kRgb8;
  bool premultiplied_ = false;
  std::array<Plane, 4> planes_;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace whittle::codec
