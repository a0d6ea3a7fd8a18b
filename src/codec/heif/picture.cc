#include "codec/heif/picture.h"

#include <algorithm>
#include <cstring>

namespace whittle::codec {
namespace {

// Samples of one plane to one channel of pixels, `step` apart.
template <class From, class To>
void PutChannel(const std::uint8_t* from, std::uint32_t most, int count, std::size_t step, To* to) {
  constexpr std::uint32_t kMost = static_cast<To>(-1);
  for (int x = 0; x < count; ++x, from += sizeof(From), to += step) {
    From code;
    std::memcpy(&code, from, sizeof(From));
    const std::uint32_t in_range = std::min<std::uint32_t>(code, most);
    *to = static_cast<To>(most == kMost ? in_range : (in_range * kMost + most / 2) / most);
  }
}

// Colour that was multiplied by alpha; there is none where alpha is 0.
template <class To>
void DivideByAlpha(int count, To* pixels) {
  constexpr std::uint32_t kMost = static_cast<To>(-1);
  for (int x = 0; x < count; ++x, pixels += 4) {
    const std::uint32_t alpha = pixels[3];
    for (int c = 0; c < 3; ++c) {
      const std::uint32_t colour = std::min<std::uint32_t>(pixels[c], alpha);
      pixels[c] = alpha == 0 ? To{0} : static_cast<To>((colour * kMost + alpha / 2) / alpha);
    }
  }
}

}  // namespace

Expected<HeifPicture::Plane> HeifPicture::PlaneOf(const heif_image* image, heif_channel channel) {
  Plane plane;
  int stride = 0;
  plane.samples = heif_image_get_plane_readonly(image, channel, &stride);
  const int bits = heif_image_get_bits_per_pixel_range(image, channel);
  if (plane.samples == nullptr || stride <= 0 || bits < 8 || bits > 16) {
    return Fail(ErrorKind::kUndecodable, "the picture is not what its boxes say");
  }
  plane.stride = static_cast<std::size_t>(stride);
  plane.most = (1U << static_cast<unsigned>(bits)) - 1;
  return plane;
}

Expected<HeifPicture> HeifPicture::Decode(const heif_image_handle* handle,
                                          pixel::PixelFormat format, bool as_stored) {
  HeifPicture picture;
  picture.format_ = format;
  picture.premultiplied_ = heif_image_handle_is_premultiplied_alpha(handle) != 0;
  const std::unique_ptr<heif_decoding_options, DestroyHeif> options(heif_decoding_options_alloc());
  if (options == nullptr) return Fail(ErrorKind::kOverloaded, "no memory for options");
  options->strict_decoding = 1;
  options->ignore_transformations = as_stored ? 1 : 0;
  heif_image* image = nullptr;
  const heif_error error =
      heif_decode_image(handle, &image, heif_colorspace_RGB, heif_chroma_444, options.get());
  picture.image_.reset(image);
  if (error.code != heif_error_Ok) return std::unexpected(HeifErrorOf(error));
  picture.width_ = heif_image_get_width(image, heif_channel_R);
  picture.height_ = heif_image_get_height(image, heif_channel_R);
  constexpr heif_channel kChannels[] = {heif_channel_R, heif_channel_G, heif_channel_B,
                                        heif_channel_Alpha};
  for (std::size_t c = 0; c < static_cast<std::size_t>(pixel::Channels(format)); ++c) {
    WHITTLE_TRY(picture.planes_[c], PlaneOf(image, kChannels[c]));
    // Alpha may have another depth than colour, but not another size.
    if (heif_image_get_width(image, kChannels[c]) != picture.width_ ||
        heif_image_get_height(image, kChannels[c]) != picture.height_ ||
        (c < 3 && (picture.planes_[c].most > 255) != pixel::IsWide(format))) {
      return Fail(ErrorKind::kUndecodable, "the picture is not what its boxes say");
    }
  }
  return picture;
}

template <class To>
void HeifPicture::Put(int y, int count, std::uint8_t* to) const {
  const auto channels = static_cast<std::size_t>(pixel::Channels(format_));
  auto* pixels = reinterpret_cast<To*>(to);
  for (std::size_t c = 0; c < channels; ++c) {
    const Plane& plane = planes_[c];
    const std::uint8_t* row = plane.samples + static_cast<std::size_t>(y) * plane.stride;
    if (plane.most > 255) {
      PutChannel<std::uint16_t>(row, plane.most, count, channels, pixels + c);
    } else {
      PutChannel<std::uint8_t>(row, plane.most, count, channels, pixels + c);
    }
  }
  if (premultiplied_ && channels == 4) DivideByAlpha(count, pixels);
}

void HeifPicture::CopyRow(int y, int count, std::uint8_t* to) const {
  if (pixel::IsWide(format_)) {
    Put<std::uint16_t>(y, count, to);
  } else {
    Put<std::uint8_t>(y, count, to);
  }
}

}  // namespace whittle::codec
