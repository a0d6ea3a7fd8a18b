// Rows by libheif, which decodes and converts the whole picture before the first of them.
#include "codec/heif_source.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>
#include <utility>

#include "codec/heif_decoder.h"

namespace whittle::codec {
namespace {

class HeifSource final : public RowSource {
 public:
  HeifSource(HeifFile file, std::stop_token stop)
      : file_(std::move(file)),
        stop_(std::move(stop)),
        premultiplied_(heif_image_handle_is_premultiplied_alpha(file_.handle.get()) != 0) {}

  int width() const override { return file_.width; }
  int height() const override { return file_.height; }
  pixel::PixelFormat format() const override { return file_.format; }
  Expected<int> Read(pixel::RowSpan batch) override;

 private:
  Expected<void> Decode();
  Expected<int> Fill(pixel::RowSpan batch);
  template <class Sample>
  void Put(const std::uint8_t* from, std::uint8_t* to) const;

  HeifFile file_;
  std::stop_token stop_;
  const bool premultiplied_;
  std::unique_ptr<heif_image, DestroyHeif> image_;  // once decoded
  const std::uint8_t* samples_ = nullptr;           // its rows
  std::size_t stride_ = 0;
  std::uint32_t coded_most_ = 255;  // largest sample as decoded
  int next_row_ = 0;
  std::optional<Error> error_;
};

Expected<void> HeifSource::Decode() {
  const bool wide = pixel::IsWide(file_.format), alpha = pixel::HasAlpha(file_.format);
  const heif_chroma chroma =
      wide ? (alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE)
           : (alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB);
  const std::unique_ptr<heif_decoding_options, DestroyHeif> options(heif_decoding_options_alloc());
  if (options == nullptr) return Fail(ErrorKind::kInternal, "no memory for options");
  options->strict_decoding = 1;
  heif_image* image = nullptr;
  const heif_error error =
      heif_decode_image(file_.handle.get(), &image, heif_colorspace_RGB, chroma, options.get());
  image_.reset(image);
  if (error.code != heif_error_Ok) return std::unexpected(HeifErrorOf(error));
  int stride = 0;
  samples_ = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
  const int bits = heif_image_get_bits_per_pixel_range(image, heif_channel_interleaved);
  if (samples_ == nullptr || stride <= 0 || bits < 8 || bits > 16 || (bits > 8) != wide ||
      heif_image_get_width(image, heif_channel_interleaved) != file_.width ||
      heif_image_get_height(image, heif_channel_interleaved) != file_.height) {
    return Fail(ErrorKind::kUndecodable, "the picture is not what its boxes say");
  }
  stride_ = static_cast<std::size_t>(stride);
  coded_most_ = (1U << static_cast<unsigned>(bits)) - 1;
  return {};
}

// One row: to full 8 or 16 bits, and colour divided by alpha where it was multiplied.
template <class Sample>
void HeifSource::Put(const std::uint8_t* from, std::uint8_t* to) const {
  constexpr std::uint64_t kMost = static_cast<Sample>(-1);
  const auto channels = static_cast<std::size_t>(pixel::Channels(file_.format));
  const bool divide = premultiplied_ && pixel::HasAlpha(file_.format);
  for (int x = 0; x < file_.width; ++x) {
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

Expected<int> HeifSource::Fill(pixel::RowSpan batch) {
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  if (image_ == nullptr) WHITTLE_CHECK(Decode());
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  const int count = std::min(batch.rows, file_.height - next_row_);
  for (int i = 0; i < count; ++i) {
    const std::uint8_t* row = samples_ + static_cast<std::size_t>(next_row_ + i) * stride_;
    if (pixel::IsWide(file_.format)) {
      Put<std::uint16_t>(row, batch.row(i));
    } else if (premultiplied_) {
      Put<std::uint8_t>(row, batch.row(i));
    } else {
      std::memcpy(batch.row(i), row, batch.row_bytes());
    }
  }
  next_row_ += count;
  return count;
}

Expected<int> HeifSource::Read(pixel::RowSpan batch) {
  assert(batch.width == width() && batch.format == format());
  if (error_) return std::unexpected(*error_);
  if (next_row_ >= file_.height || batch.rows <= 0) return 0;
  auto got = Fill(batch);
  if (!got) error_ = got.error();
  return got;
}

}  // namespace

Expected<std::unique_ptr<RowSource>> OpenHeif(ByteView file, const Limits& limits,
                                              std::stop_token stop) {
  WHITTLE_TRY(HeifFile parsed, OpenHeifFile(file, limits));
  return std::make_unique<HeifSource>(std::move(parsed), std::move(stop));
}

}  // namespace whittle::codec
