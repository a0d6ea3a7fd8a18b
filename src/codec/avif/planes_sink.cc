// Luma and chroma into AV1 by libaom, as they are: BT.601, full range, chroma halved or whole. Grey
// is luma alone (4:0:0).
#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "codec/avif/encoder.h"
#include "codec/avif/sink.h"

namespace whittle::codec {
namespace {

class AvifPlaneSink final : public PlaneSink {
 public:
  AvifPlaneSink(AvifPicture picture, const EncodeSpec& spec)
      : picture_(std::move(picture)),
        planes_(spec.format == pixel::PixelFormat::kGrey8 ? 1 : kPlanes),
        half_(spec.subsampling == Subsampling::k420),
        width_(spec.width),
        height_(spec.height) {}
  Expected<void> Write(const PlaneBands& rows) override;
  Expected<Bytes> Finish() override;

 private:
  // So many samples of plane `p` belong to `luma` ones.
  int Of(std::size_t p, int luma) const { return p > 0 && half_ ? (luma + 1) / 2 : luma; }
  bool Fits(const PlaneBands& rows) const;
  std::unexpected<Error> Break(std::string_view why, ErrorKind kind = ErrorKind::kInternal) {
    error_ = Error::Of(kind, std::string(why));
    return std::unexpected(*error_);
  }

  AvifPicture picture_;
  const std::size_t planes_;
  const bool half_;  // chroma
  const int width_;
  const int height_;
  int next_row_ = 0;  // of luma
  std::optional<Error> error_;
};

bool AvifPlaneSink::Fits(const PlaneBands& rows) const {
  const int luma = std::min(height_ - next_row_, kBandRows);
  if (luma == 0) return false;
  for (std::size_t p = 0; p < planes_; ++p) {
    if (rows[p].rows != Of(p, luma) || rows[p].width != Of(p, width_) ||
        rows[p].format != pixel::PixelFormat::kGrey8) {
      return false;
    }
  }
  return true;
}

Expected<void> AvifPlaneSink::Write(const PlaneBands& rows) {
  if (error_) return std::unexpected(*error_);
  if (!Fits(rows)) return Break("planes do not fit the picture");
  if (picture_.stop.stop_requested()) return Break("amid a picture", ErrorKind::kCancelled);
  for (std::size_t p = 0; p < planes_; ++p) {
    const std::size_t stride = picture_.image->yuvRowBytes[p];
    std::uint8_t* to =
        picture_.image->yuvPlanes[p] + static_cast<std::size_t>(Of(p, next_row_)) * stride;
    for (int y = 0; y < rows[p].rows; ++y, to += stride) {
      std::memcpy(to, rows[p].row(y), rows[p].row_bytes());
    }
  }
  next_row_ += rows[0].rows;
  return {};
}

Expected<Bytes> AvifPlaneSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (next_row_ < height_) return Break("rows are missing");
  error_ = Error::Of(ErrorKind::kInternal, "the picture was finished before");
  return EncodeAvif(picture_);
}

}  // namespace

Expected<std::unique_ptr<PlaneSink>> CreateAvifPlanes(const EncodeSpec& spec) {
  if (spec.lossless ||
      (spec.format != pixel::PixelFormat::kGrey8 && spec.format != pixel::PixelFormat::kRgb8)) {
    return Fail(ErrorKind::kInternal, "planes become lossy pictures of 8 bits only");
  }
  WHITTLE_TRY(AvifPicture picture, NewAvifPicture(spec));
  return std::make_unique<AvifPlaneSink>(std::move(picture), spec);
}

}  // namespace whittle::codec
