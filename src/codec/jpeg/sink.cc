// Rows into planes, and those into a JPEG.
#include "codec/jpeg/sink.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "jpeg/rgb_planes.h"
#include "pixel/aligned.h"

namespace whittle::codec {
namespace {

constexpr int kBandRows = PlaneSink::kBandRows;

class JpegSink final : public RowSink {
 public:
  JpegSink(std::unique_ptr<PlaneSink> planes, const EncodeSpec& spec);

  Expected<void> Write(pixel::ConstRowSpan rows) override;
  Expected<Bytes> Finish() override;

 private:
  std::uint8_t* Row(std::size_t plane, int y) {
    return samples_.data() + (plane * kBandRows + static_cast<std::size_t>(y)) * stride_;
  }
  void Take(const std::uint8_t* row);
  void HalveLastPair();
  Expected<void> WriteBand();

  std::unique_ptr<PlaneSink> planes_;
  const pixel::PixelFormat format_;
  const bool half_;  // chroma
  const int width_;
  int rows_left_;    // to be taken
  int waiting_ = 0;  // rows in the band
  std::size_t stride_;
  pixel::AlignedBuffer<std::uint8_t> samples_;  // a band of each plane, chroma still whole
  std::optional<Error> error_;
};

JpegSink::JpegSink(std::unique_ptr<PlaneSink> planes, const EncodeSpec& spec)
    : planes_(std::move(planes)),
      format_(spec.format),
      half_(spec.subsampling == Subsampling::k420),
      width_(spec.width),
      rows_left_(spec.height),
      stride_(pixel::RowStride(static_cast<std::size_t>(spec.width))) {
  samples_.Resize(stride_ * kBandRows * static_cast<std::size_t>(pixel::Channels(spec.format)));
}

void JpegSink::Take(const std::uint8_t* row) {
  const auto width = static_cast<std::size_t>(width_);
  if (format_ == pixel::PixelFormat::kGrey8) {
    std::memcpy(Row(0, waiting_), row, width);
  } else {
    jpeg::SplitRgb(row, width, Row(0, waiting_), Row(1, waiting_), Row(2, waiting_));
  }
  ++waiting_;
  --rows_left_;
  if (half_ && format_ == pixel::PixelFormat::kRgb8 && (waiting_ % 2 == 0 || rows_left_ == 0)) {
    HalveLastPair();
  }
}

// Halved rows take the place of whole ones that are no longer needed. A single last row counts
// twice.
void JpegSink::HalveLastPair() {
  const int upper = (waiting_ - 1) / 2 * 2;
  for (std::size_t p = 1; p < kPlanes; ++p) {
    jpeg::HalveRows(Row(p, upper), Row(p, waiting_ - 1), static_cast<std::size_t>(width_),
                    Row(p, upper / 2));
  }
}

Expected<void> JpegSink::WriteBand() {
  PlaneBands band;
  for (std::size_t p = 0; p < static_cast<std::size_t>(pixel::Channels(format_)); ++p) {
    const bool halved = half_ && p > 0;
    band[p] = {Row(p, 0), stride_, halved ? (width_ + 1) / 2 : width_,
               halved ? (waiting_ + 1) / 2 : waiting_, pixel::PixelFormat::kGrey8};
  }
  waiting_ = 0;
  return planes_->Write(band);
}

Expected<void> JpegSink::Write(pixel::ConstRowSpan rows) {
  if (error_) return std::unexpected(*error_);
  if (rows.format != format_ || rows.width != width_ || rows.rows > rows_left_) {
    error_ = Error::Of(ErrorKind::kInternal, "rows do not fit the encoded picture");
    return std::unexpected(*error_);
  }
  for (int y = 0; y < rows.rows; ++y) {
    Take(rows.row(y));
    if (waiting_ == kBandRows || rows_left_ == 0) WHITTLE_CHECK(WriteBand());
  }
  return {};
}

Expected<Bytes> JpegSink::Finish() {
  if (error_) return std::unexpected(*error_);
  return planes_->Finish();  // which knows whether all rows have come
}

}  // namespace

Expected<std::unique_ptr<RowSink>> CreateJpeg(const EncodeSpec& spec) {
  WHITTLE_TRY(auto planes, CreateJpegPlanes(spec));
  return std::make_unique<JpegSink>(std::move(planes), spec);
}

}  // namespace whittle::codec
