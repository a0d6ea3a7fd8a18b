// Rows by libavif: the planes that dav1d leaves are turned into grey or RGB a band at a time, so
// that there is never a second whole picture.
#include "codec/avif/source.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "codec/avif/decoder.h"
#include "codec/filled_rows.h"
#include "pixel/aligned.h"

namespace whittle::codec {
namespace {

// Rows of luma that are converted at once, and those above and below that chroma is interpolated
// from. Even, so that bands begin where a row of chroma does.
constexpr int kBandRows = 64;
constexpr int kMargin = 2;

struct DestroyImage {
  void operator()(avifImage* image) const { avifImageDestroy(image); }
};
using ImagePtr = std::unique_ptr<avifImage, DestroyImage>;

class AvifSource final : public FilledRows {
 public:
  AvifSource(AvifDecoderPtr decoder, const AvifView& view)
      : FilledRows(static_cast<int>(view.part.width), static_cast<int>(view.part.height),
                   view.format, decoder->stop),
        decoder_(std::move(decoder)),
        view_(view) {}

  bool truncated() const override { return decoder_->truncated; }

 private:
  const avifImage& image() const { return *decoder_->d->image; }
  std::size_t pixel_bytes() const {
    return static_cast<std::size_t>(pixel::PixelBytes(view_.format));
  }
  Expected<void> Decode();
  Expected<void> ConvertBand(int y);
  Expected<void> ConvertColour(int top, int rows);
  void ConvertGrey(int top, int rows);
  void PutGrey(const std::uint8_t* luma, const std::uint8_t* alpha, std::uint8_t* to) const;
  Expected<int> Fill(pixel::RowSpan batch) override;

  AvifDecoderPtr decoder_;
  AvifView view_;
  bool decoded_ = false;
  std::size_t stride_ = 0;
  pixel::AlignedBuffer<std::uint8_t> band_;  // rows [band_top_, band_top_ + ...) as format()
  int band_top_ = 0;
  int band_end_ = 0;                  // behind the last row that may be given out
  std::vector<std::uint16_t> codes_;  // grey: luma as coded to a sample of format()
};

// Full range, and 16 bits where there are more than 8.
std::vector<std::uint16_t> GreyCodes(const avifImage& image) {
  const int depth = static_cast<int>(image.depth);
  const int most = (1 << depth) - 1;
  std::vector<std::uint16_t> codes(static_cast<std::size_t>(most) + 1);
  for (int code = 0; code <= most; ++code) {
    const int full = image.yuvRange == AVIF_RANGE_LIMITED ? avifLimitedToFullY(depth, code) : code;
    codes[static_cast<std::size_t>(code)] =
        static_cast<std::uint16_t>(depth > 8 ? (full * 65535 + most / 2) / most : full);
  }
  return codes;
}

Expected<void> AvifSource::Decode() {
  WHITTLE_CHECK(DecodeAvif(*decoder_));
  if (pixel::IsGrey(view_.format)) codes_ = GreyCodes(image());
  stride_ = pixel::RowStride(std::size_t{image().width} * pixel_bytes());
  band_.Resize(stride_ * (kBandRows + 2 * kMargin));
  decoded_ = true;
  return {};
}

void AvifSource::PutGrey(const std::uint8_t* luma, const std::uint8_t* alpha,
                         std::uint8_t* to) const {
  const bool has_alpha = pixel::HasAlpha(view_.format);
  const std::uint32_t most = (1U << image().depth) - 1;
  for (std::size_t x = 0; x < image().width; ++x) {
    if (!pixel::IsWide(view_.format)) {
      *to++ = static_cast<std::uint8_t>(codes_[luma[x]]);
      if (has_alpha) *to++ = alpha != nullptr ? alpha[x] : 255;
      continue;
    }
    std::uint16_t code;
    std::memcpy(&code, luma + 2 * x, 2);
    std::memcpy(to, &codes_[std::min<std::uint32_t>(code, most)], 2);
    to += 2;
    if (!has_alpha) continue;
    std::uint16_t opaque = 65535;
    if (alpha != nullptr) {
      std::memcpy(&code, alpha + 2 * x, 2);
      opaque = static_cast<std::uint16_t>((std::min<std::uint32_t>(code, most) * 65535 + most / 2) /
                                          most);
    }
    std::memcpy(to, &opaque, 2);
    to += 2;
  }
}

void AvifSource::ConvertGrey(int top, int rows) {
  for (int y = 0; y < rows; ++y) {
    const auto at = static_cast<std::size_t>(top + y);
    const std::uint8_t* alpha =
        image().alphaPlane != nullptr ? image().alphaPlane + at * image().alphaRowBytes : nullptr;
    PutGrey(image().yuvPlanes[AVIF_CHAN_Y] + at * image().yuvRowBytes[AVIF_CHAN_Y], alpha,
            band_.data() + static_cast<std::size_t>(y) * stride_);
  }
}

// libavif has no constant luminance; the usual kind has the same weights and nearly the same look.
avifMatrixCoefficients KnownMatrix(avifMatrixCoefficients matrix) {
  switch (matrix) {
    case AVIF_MATRIX_COEFFICIENTS_BT2020_CL:
      return AVIF_MATRIX_COEFFICIENTS_BT2020_NCL;
    case AVIF_MATRIX_COEFFICIENTS_CHROMA_DERIVED_CL:
      return AVIF_MATRIX_COEFFICIENTS_CHROMA_DERIVED_NCL;
    default:
      return matrix;
  }
}

Expected<void> AvifSource::ConvertColour(int top, int rows) {
  const ImagePtr part(avifImageCreateEmpty());
  const avifCropRect rect{0, static_cast<std::uint32_t>(top), image().width,
                          static_cast<std::uint32_t>(rows)};
  avifResult result = part == nullptr ? AVIF_RESULT_OUT_OF_MEMORY
                                      : avifImageSetViewRect(part.get(), &image(), &rect);
  if (result == AVIF_RESULT_OK) {
    part->matrixCoefficients = KnownMatrix(part->matrixCoefficients);
    avifRGBImage rgb{};
    avifRGBImageSetDefaults(&rgb, part.get());
    rgb.depth = pixel::IsWide(view_.format) ? 16 : 8;
    rgb.format = pixel::HasAlpha(view_.format) ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
    rgb.pixels = band_.data();
    rgb.rowBytes = static_cast<std::uint32_t>(stride_);
    result = avifImageYUVToRGB(part.get(), &rgb);
  }
  if (result != AVIF_RESULT_OK) return std::unexpected(AvifErrorOf(*decoder_, result));
  return {};
}

// The rows of the whole conversion: interpolated chroma needs a neighbour above and below.
Expected<void> AvifSource::ConvertBand(int y) {
  const int height = static_cast<int>(image().height);
  const int begin = y / 2 * 2;
  const int top = std::max(begin - kMargin, 0);
  const int bottom = std::min(begin + kBandRows + kMargin, height);
  if (pixel::IsGrey(view_.format)) {
    ConvertGrey(top, bottom - top);
  } else {
    WHITTLE_CHECK(ConvertColour(top, bottom - top));
  }
  band_top_ = top;
  band_end_ = std::min(begin + kBandRows, height);
  return {};
}

Expected<int> AvifSource::Fill(pixel::RowSpan batch) {
  if (!decoded_) WHITTLE_CHECK(Decode());
  for (int i = 0; i < batch.rows; ++i) {
    const int y = static_cast<int>(view_.part.y) + next_row() + i;  // of the coded picture
    if (y >= band_end_) {
      if (stop_requested()) return Fail(ErrorKind::kCancelled);
      WHITTLE_CHECK(ConvertBand(y));
    }
    std::memcpy(batch.row(i),
                band_.data() + static_cast<std::size_t>(y - band_top_) * stride_ +
                    view_.part.x * pixel_bytes(),
                batch.row_bytes());
  }
  return batch.rows;
}

}  // namespace

std::uint64_t AvifBandBytes(std::uint32_t width, pixel::PixelFormat format) {
  const auto row = std::size_t{width} * static_cast<std::size_t>(pixel::PixelBytes(format));
  return std::uint64_t{pixel::RowStride(row)} * (kBandRows + 2 * kMargin);
}

Expected<std::unique_ptr<RowSource>> OpenAvif(ByteView file, const Limits& limits,
                                              std::stop_token stop) {
  WHITTLE_TRY(AvifDecoderPtr decoder, OpenAvifDecoder(file, limits, std::move(stop)));
  const AvifView view = ViewOf(*decoder->d);
  return std::make_unique<AvifSource>(std::move(decoder), view);
}

}  // namespace whittle::codec
