// Luma and chroma into a 4:2:0 JPEG by libjpeg, without a detour through RGB.
#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "codec/jpeg_encoder.h"
#include "codec/jpeg_sink.h"
#include "pixel/aligned.h"

namespace whittle::codec {
namespace {

// A plane's band of rows, whole blocks wide and high: libjpeg reads all of it.
struct Band {
  pixel::AlignedBuffer<std::uint8_t> samples;
  std::size_t stride = 0;
  std::size_t padded_width = 0;
  int rows = 0;
  int width = 0;  // valid samples
  std::array<JSAMPROW, PlaneSink::kBandRows> pointers{};
};

class JpegPlaneSink final : public PlaneSink {
 public:
  JpegPlaneSink(EncoderPtr encoder, const EncodeSpec& spec);
  Expected<void> Write(const PlaneBands& rows) override;
  Expected<Bytes> Finish() override;

 private:
  bool Fits(const PlaneBands& rows) const;
  std::unexpected<Error> Break(Error error) {
    error_ = std::move(error);
    return std::unexpected(*error_);
  }

  EncoderPtr encoder_;
  std::array<Band, kPlanes> bands_;
  int rows_left_;  // of luma
  std::optional<Error> error_;
};

JpegPlaneSink::JpegPlaneSink(EncoderPtr encoder, const EncodeSpec& spec)
    : encoder_(std::move(encoder)), rows_left_(spec.height) {
  for (std::size_t p = 0; p < kPlanes; ++p) {
    Band& band = bands_[p];
    band.rows = p == 0 ? kBandRows : kBandRows / 2;
    band.width = p == 0 ? spec.width : (spec.width + 1) / 2;
    const auto unit = static_cast<std::size_t>(band.rows);  // units are as wide as high
    band.padded_width = (static_cast<std::size_t>(band.width) + unit - 1) / unit * unit;
    band.stride = pixel::RowStride(band.padded_width);
    band.samples.Resize(band.stride * unit);
    for (std::size_t y = 0; y < unit; ++y) {
      band.pointers[y] = band.samples.data() + y * band.stride;
    }
  }
}

// Copies rows into the band and repeats the last sample and the last row to its edges, which costs
// the encoder least.
void Fill(Band& band, pixel::ConstRowSpan rows) {
  const auto width = static_cast<std::size_t>(band.width);
  for (int y = 0; y < band.rows; ++y) {
    std::uint8_t* to = band.pointers[static_cast<std::size_t>(y)];
    std::memcpy(to, rows.row(std::min(y, rows.rows - 1)), width);
    std::memset(to + width, to[width - 1], band.padded_width - width);
  }
}

bool JpegPlaneSink::Fits(const PlaneBands& rows) const {
  const int luma = std::min(rows_left_, kBandRows);
  for (std::size_t p = 0; p < kPlanes; ++p) {
    const int wanted = p == 0 ? luma : (luma + 1) / 2;
    if (luma == 0 || rows[p].rows != wanted || rows[p].width != bands_[p].width ||
        rows[p].format != pixel::PixelFormat::kGray8) {
      return false;
    }
  }
  return true;
}

Expected<void> JpegPlaneSink::Write(const PlaneBands& rows) {
  if (error_) return std::unexpected(*error_);
  if (!Fits(rows)) return Break(Error::Of(ErrorKind::kInternal, "planes do not fit the picture"));
  std::array<JSAMPARRAY, kPlanes> arrays;
  for (std::size_t p = 0; p < kPlanes; ++p) {
    Fill(bands_[p], rows[p]);
    arrays[p] = bands_[p].pointers.data();
  }
  jpeg_compress_struct& c = encoder_->c;
  JSAMPIMAGE image = arrays.data();
  if (!Guarded(encoder_->trap, [&c, image] { jpeg_write_raw_data(&c, image, kBandRows); })) {
    return Break(ErrorOf(encoder_->trap));
  }
  rows_left_ -= rows[0].rows;
  return {};
}

Expected<Bytes> JpegPlaneSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (rows_left_ > 0) return Break(Error::Of(ErrorKind::kInternal, "rows are missing"));
  auto file = FinishFile(*encoder_);
  error_ = file ? Error::Of(ErrorKind::kInternal, "the picture was finished before") : file.error();
  return file;
}

}  // namespace

Expected<std::unique_ptr<PlaneSink>> CreateJpegPlanes(const EncodeSpec& spec) {
  if (spec.format != pixel::PixelFormat::kRgb8 || spec.quality >= kFullColourQuality) {
    return Fail(ErrorKind::kInternal, "planes are for colour at half resolution");
  }
  WHITTLE_TRY(EncoderPtr encoder, OpenEncoder(spec, /*planes=*/true));
  return std::make_unique<JpegPlaneSink>(std::move(encoder), spec);
}

}  // namespace whittle::codec
