// Luma and chroma into a JPEG by libjpeg, without a detour through RGB.
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
  const std::size_t planes_;
  const bool half_;  // chroma
  std::array<Band, kPlanes> bands_;
  int rows_left_;  // of luma
  std::optional<Error> error_;
};

JpegPlaneSink::JpegPlaneSink(EncoderPtr encoder, const EncodeSpec& spec)
    : encoder_(std::move(encoder)),
      planes_(spec.format == pixel::PixelFormat::kGray8 ? 1 : kPlanes),
      half_(spec.subsampling == Subsampling::k420),
      rows_left_(spec.height) {
  for (std::size_t p = 0; p < planes_; ++p) {
    Band& band = bands_[p];
    const bool halved = half_ && p > 0;
    band.rows = halved ? kBandRows / 2 : kBandRows;
    band.width = halved ? (spec.width + 1) / 2 : spec.width;
    // As libjpeg's units in luma with k420; whole blocks would do for the rest.
    const auto unit = static_cast<std::size_t>(band.rows);
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
  for (std::size_t p = 0; p < planes_; ++p) {
    const int wanted = half_ && p > 0 ? (luma + 1) / 2 : luma;
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
  for (std::size_t p = 0; p < planes_; ++p) Fill(bands_[p], rows[p]);
  jpeg_compress_struct& c = encoder_->c;
  const int step = c.max_v_samp_factor * DCTSIZE;  // what libjpeg takes at a time
  for (int y = 0; y < rows[0].rows; y += step) {
    std::array<JSAMPARRAY, kPlanes> arrays;
    for (std::size_t p = 0; p < planes_; ++p) {
      arrays[p] = bands_[p].pointers.data() + (half_ && p > 0 ? y / 2 : y);
    }
    JSAMPIMAGE image = arrays.data();
    const auto lines = static_cast<JDIMENSION>(step);
    if (!Guarded(encoder_->trap, [&c, image, lines] { jpeg_write_raw_data(&c, image, lines); })) {
      return Break(ErrorOf(encoder_->trap));
    }
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
  WHITTLE_TRY(EncoderPtr encoder, OpenEncoder(spec, /*planes=*/true));
  return std::make_unique<JpegPlaneSink>(std::move(encoder), spec);
}

}  // namespace whittle::codec
