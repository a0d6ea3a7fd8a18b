#include "codec/heif_picture.h"

#include <algorithm>
#include <cstring>

namespace whittle::codec {

Expected<HeifPicture> HeifPicture::Decode(const heif_image_handle* handle,
                                          pixel::PixelFormat format) {
  HeifPicture picture;
  picture.format_ = format;
  picture.premultiplied_ = heif_image_handle_is_premultiplied_alpha(handle) != 0;
  const bool wide = pixel::IsWide(format), alpha = pixel::HasAlpha(format);
  const heif_chroma chroma =
      wide ? (alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE)
           : (alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB);
  const std::unique_ptr<heif_decoding_options, DestroyHeif> options(heif_decoding_options_alloc());
  if (options == nullptr) return Fail(ErrorKind::kInternal, "no memory for options");
  options->strict_decoding = 1;
  heif_image* image = nullptr;
  const heif_error error =
      heif_decode_image(handle, &image, heif_colorspace_RGB, chroma, options.get());
  picture.image_.reset(image);
  if (error.code != heif_error_Ok) return std::unexpected(HeifErrorOf(error));
  int stride = 0;
  picture.samples_ = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
  const int bits = heif_image_get_bits_per_pixel_range(image, heif_channel_interleaved);
  picture.width_ = heif_image_get_width(image, heif_channel_interleaved);
  picture.height_ = heif_image_get_height(image, heif_channel_interleaved);
  if (picture.samples_ == nullptr || stride <= 0 || bits < 8 || bits > 16 || (bits > 8) != wide) {
    return Fail(ErrorKind::kUndecodable, "the picture is not what its boxes say");
  }
  picture.stride_ = static_cast<std::size_t>(stride);
  picture.coded_most_ = (1U << static_cast<unsigned>(bits)) - 1;
  return picture;
}

// To full 8 or 16 bits, and colour divided by alpha where it was multiplied.
template <class Sample>
void HeifPicture::Put(const std::uint8_t* from, int count, std::uint8_t* to) const {
  constexpr std::uint64_t kMost = static_cast<Sample>(-1);
  const auto channels = static_cast<std::size_t>(pixel::Channels(format_));
  const bool divide = premultiplied_ && pixel::HasAlpha(format_);
  for (int x = 0; x < count; ++x) {
    Sample pixel[4] = {};
    std::memcpy(pixel, from, channels * sizeof(Sample));
    const std::uint64_t alpha = divide ? std::min<std::uint64_t>(pixel[3], coded_most_) : 0;
    for (std::size_t c = 0; c < channels; ++c) {
      const std::uint64_t whole = divide && c < 3 ? alpha : coded_most_;
      const std::uint64_t code = std::min<std::uint64_t>(pixel[c], whole);
      pixel[c] = whole == 0 ? Sample{0} : static_cast<Sample>((code * kMost + whole / 2) / whole);
    }
    std::memcpy(to, pixel, channels * sizeof(Sample));
    from += channels * sizeof(Sample);
    to += channels * sizeof(Sample);
  }
}

void HeifPicture::CopyRow(int y, int count, std::uint8_t* to) const {
  const std::uint8_t* row = samples_ + static_cast<std::size_t>(y) * stride_;
  if (pixel::IsWide(format_)) {
    Put<std::uint16_t>(row, count, to);
  } else if (premultiplied_) {
    Put<std::uint8_t>(row, count, to);
  } else {
    const auto pixel = static_cast<std::size_t>(pixel::PixelBytes(format_));
    std::memcpy(to, row, static_cast<std::size_t>(count) * pixel);
  }
}

}  // namespace whittle::codec
