// Rows into planes, a band at a time, and those into AV1 by libaom through libavif. Rows with alpha
// wait until all are there, so that what is transparent can be given colours that cost little and
// do no harm (pixel/spread.h); lossless ones keep theirs. BT.601, full range; where chroma is
// halved, each of its samples is the mean of the four pixels it covers, and so lies in their
// middle. AV1 has no word for that place and leaves it open, as all its stills do.
#include "codec/avif/sink.h"

#include <avif/avif.h>

#include <cstring>
#include <optional>
#include <utility>

#include "codec/avif/encoder.h"
#include "pixel/aligned.h"
#include "pixel/spread.h"

namespace whittle::codec {
namespace {

// Rows that are converted at once; even, for chroma.
constexpr int kBandRows = 32;

class AvifSink final : public RowSink {
 public:
  AvifSink(AvifPicture picture, const EncodeSpec& spec)
      : picture_(std::move(picture)),
        format_(spec.format),
        width_(spec.width),
        height_(spec.height),
        spreads_(pixel::HasAlpha(spec.format) && !spec.lossless),
        band_rows_(spreads_ ? spec.height : kBandRows),
        stride_(pixel::RowStride(static_cast<std::size_t>(spec.width) *
                                 static_cast<std::size_t>(pixel::PixelBytes(spec.format)))) {
    band_.Resize(stride_ * static_cast<std::size_t>(band_rows_));
  }

  Expected<void> Write(pixel::ConstRowSpan rows) override;
  Expected<Bytes> Finish() override;

 private:
  Expected<void> ConvertBand();

  AvifPicture picture_;
  const pixel::PixelFormat format_;
  const int width_;
  const int height_;
  const bool spreads_;
  const int band_rows_;
  int taken_ = 0;    // rows, those in the band included
  int waiting_ = 0;  // rows in the band
  std::size_t stride_;
  pixel::AlignedBuffer<std::uint8_t> band_;
  std::optional<Error> error_;
};

Expected<void> AvifSink::ConvertBand() {
  if (picture_.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  if (spreads_) {
    WHITTLE_CHECK(pixel::SpreadUnderTransparency({band_.data(), stride_, width_, waiting_, format_},
                                                 picture_.stop));
  }
  const AvifImagePtr part(avifImageCreateEmpty());
  if (part == nullptr) return AvifFailed(AVIF_RESULT_OUT_OF_MEMORY);
  const avifCropRect rect{0, static_cast<std::uint32_t>(taken_ - waiting_),
                          static_cast<std::uint32_t>(width_), static_cast<std::uint32_t>(waiting_)};
  avifResult result = avifImageSetViewRect(part.get(), picture_.image.get(), &rect);
  if (result != AVIF_RESULT_OK) return AvifFailed(result);
  avifRGBImage rgb{};
  avifRGBImageSetDefaults(&rgb, part.get());
  rgb.depth = pixel::IsWide(format_) ? 16 : 8;
  rgb.format = pixel::HasAlpha(format_) ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
  rgb.pixels = band_.data();
  rgb.rowBytes = static_cast<std::uint32_t>(stride_);
  result = avifImageRGBToYUV(part.get(), &rgb);
  // libavif 0.11 takes any image that it converts into for the owner of its planes.
  part->imageOwnsYUVPlanes = part->imageOwnsAlphaPlane = AVIF_FALSE;
  if (result != AVIF_RESULT_OK) return AvifFailed(result);
  waiting_ = 0;
  return {};
}

Expected<void> AvifSink::Write(pixel::ConstRowSpan rows) {
  if (error_) return std::unexpected(*error_);
  if (rows.format != format_ || rows.width != width_ || rows.rows > height_ - taken_) {
    error_ = Error::Of(ErrorKind::kInternal, "rows do not fit the encoded picture");
    return std::unexpected(*error_);
  }
  for (int y = 0; y < rows.rows; ++y) {
    std::memcpy(band_.data() + static_cast<std::size_t>(waiting_) * stride_, rows.row(y),
                rows.row_bytes());
    ++waiting_;
    ++taken_;
    if (waiting_ < band_rows_ && taken_ < height_) continue;
    if (auto converted = ConvertBand(); !converted) {
      error_ = converted.error();
      return converted;
    }
  }
  return {};
}

Expected<Bytes> AvifSink::Finish() {
  if (error_) return std::unexpected(*error_);
  error_ = Error::Of(ErrorKind::kInternal, "the picture was finished before");
  if (taken_ < height_) return Fail(ErrorKind::kInternal, "rows are missing");
  band_.Release();  // the planes have it all
  return EncodeAvif(picture_);
}

}  // namespace

Expected<std::unique_ptr<RowSink>> CreateAvif(const EncodeSpec& spec) {
  if (pixel::IsGrey(spec.format) || spec.format == pixel::PixelFormat::kCmyk8) {
    return Fail(ErrorKind::kInternal, "AVIF cannot hold what EncodeSpec asks for");
  }
  WHITTLE_TRY(AvifPicture picture, NewAvifPicture(spec));
  return std::make_unique<AvifSink>(std::move(picture), spec);
}

}  // namespace whittle::codec
