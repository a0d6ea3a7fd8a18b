// Luma and chroma into a lossy WebP file, as they are: studio range, chroma halved. Grey gets
// neutral chroma.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "codec/webp/encoder.h"
#include "codec/webp/sink.h"

namespace whittle::codec {
namespace {

constexpr std::uint8_t kNeutral = 128;

pixel::RowSpan PlaneOf(WebPPicture& picture, std::size_t p) {
  const std::array<std::uint8_t*, kPlanes> data = {picture.y, picture.u, picture.v};
  const bool chroma = p > 0;
  return {.data = data[p],
          .stride = static_cast<std::size_t>(chroma ? picture.uv_stride : picture.y_stride),
          .width = chroma ? (picture.width + 1) / 2 : picture.width,
          .rows = chroma ? (picture.height + 1) / 2 : picture.height,
          .format = pixel::PixelFormat::kGrey8};
}

class WebpPlaneSink final : public PlaneSink {
 public:
  WebpPlaneSink(PicturePtr picture, const EncodeSpec& spec)
      : picture_(std::move(picture)),
        spec_(spec),
        planes_(spec.format == pixel::PixelFormat::kGrey8 ? 1 : kPlanes) {}
  Expected<void> Write(const PlaneBands& rows) override;
  Expected<Bytes> Finish() override;

 private:
  bool Fits(const PlaneBands& rows) const;
  std::unexpected<Error> Break(std::string_view why, ErrorKind kind = ErrorKind::kInternal) {
    error_ = Error::Of(kind, std::string(why));
    return std::unexpected(*error_);
  }

  PicturePtr picture_;
  const EncodeSpec spec_;
  const std::size_t planes_;
  int next_row_ = 0;  // of luma
  std::optional<Error> error_;
};

bool WebpPlaneSink::Fits(const PlaneBands& rows) const {
  const int luma = std::min(spec_.height - next_row_, kBandRows);
  if (luma == 0) return false;
  for (std::size_t p = 0; p < planes_; ++p) {
    if (rows[p].rows != (p > 0 ? (luma + 1) / 2 : luma) ||
        rows[p].width != (p > 0 ? (spec_.width + 1) / 2 : spec_.width) ||
        rows[p].format != pixel::PixelFormat::kGrey8) {
      return false;
    }
  }
  return true;
}

Expected<void> WebpPlaneSink::Write(const PlaneBands& rows) {
  if (error_) return std::unexpected(*error_);
  if (!Fits(rows)) return Break("planes do not fit the picture");
  if (spec_.stop.stop_requested()) return Break("amid a picture", ErrorKind::kCancelled);
  for (std::size_t p = 0; p < planes_; ++p) {
    const pixel::RowSpan to =
        PlaneOf(*picture_, p).Slice(p > 0 ? next_row_ / 2 : next_row_, rows[p].rows);
    for (int y = 0; y < to.rows; ++y) std::memcpy(to.row(y), rows[p].row(y), to.row_bytes());
  }
  next_row_ += rows[0].rows;
  return {};
}

Expected<Bytes> WebpPlaneSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (next_row_ < spec_.height) return Break("rows are missing");
  error_ = Error::Of(ErrorKind::kInternal, "the picture was finished before");
  for (std::size_t p = planes_; p < kPlanes; ++p) {
    const pixel::RowSpan plane = PlaneOf(*picture_, p);
    for (int y = 0; y < plane.rows; ++y) std::memset(plane.row(y), kNeutral, plane.row_bytes());
  }
  return EncodeWebp(*picture_, spec_);
}

}  // namespace

Expected<std::unique_ptr<PlaneSink>> CreateWebpPlanes(const EncodeSpec& spec) {
  const bool grey = spec.format == pixel::PixelFormat::kGrey8;
  const bool halved =
      spec.format == pixel::PixelFormat::kRgb8 && spec.subsampling == Subsampling::k420;
  if (spec.lossless || (!grey && !halved)) {
    return Fail(ErrorKind::kInternal, "planes become lossy 4:2:0 only");
  }
  WHITTLE_CHECK(WebpConfigOf(spec));
  WHITTLE_TRY(PicturePtr picture, NewWebpPicture(spec, WebpSamples::kYuv));
  return std::make_unique<WebpPlaneSink>(std::move(picture), spec);
}

}  // namespace whittle::codec
