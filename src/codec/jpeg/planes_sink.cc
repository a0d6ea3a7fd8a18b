// Luma and chroma into a JPEG: what codec.h promises, around our own encoder.
#include <algorithm>
#include <optional>
#include <utility>

#include "codec/jpeg/sink.h"
#include "jpeg/encoder.h"

namespace whittle::codec {
namespace {

constexpr int kLargestSide = 65535;  // what a frame header can say

class JpegPlaneSink final : public PlaneSink {
 public:
  JpegPlaneSink(const jpeg::Picture& picture, std::stop_token stop)
      : encoder_(picture),
        stop_(std::move(stop)),
        planes_(picture.layout == jpeg::Layout::kGrey ? 1 : kPlanes),
        half_(picture.layout == jpeg::Layout::k420),
        width_(picture.width),
        rows_left_(picture.height) {}

  Expected<void> Write(const PlaneBands& rows) override;
  Expected<Bytes> Finish() override;

 private:
  bool Fits(const PlaneBands& rows) const;
  std::unexpected<Error> Break(std::string_view why, ErrorKind kind = ErrorKind::kInternal) {
    error_ = Error::Of(kind, std::string(why));
    return std::unexpected(*error_);
  }

  jpeg::Encoder encoder_;
  const std::stop_token stop_;
  const std::size_t planes_;
  const bool half_;  // chroma
  const int width_;
  int rows_left_;  // of luma
  std::optional<Error> error_;
};

bool JpegPlaneSink::Fits(const PlaneBands& rows) const {
  const int luma = std::min(rows_left_, kBandRows);
  if (luma == 0) return false;
  for (std::size_t p = 0; p < planes_; ++p) {
    const bool halved = half_ && p > 0;
    if (rows[p].rows != (halved ? (luma + 1) / 2 : luma) ||
        rows[p].width != (halved ? (width_ + 1) / 2 : width_) ||
        rows[p].format != pixel::PixelFormat::kGrey8) {
      return false;
    }
  }
  return true;
}

Expected<void> JpegPlaneSink::Write(const PlaneBands& rows) {
  static_assert(kBandRows == jpeg::Encoder::kBandRows);
  if (error_) return std::unexpected(*error_);
  if (!Fits(rows)) return Break("planes do not fit the picture");
  if (stop_.stop_requested()) return Break("amid a picture", ErrorKind::kCancelled);
  encoder_.Write(rows);
  rows_left_ -= rows[0].rows;
  return {};
}

Expected<Bytes> JpegPlaneSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (rows_left_ > 0) return Break("rows are missing");
  error_ = Error::Of(ErrorKind::kInternal, "the picture was finished before");
  Bytes file = encoder_.Finish(stop_);
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  return file;
}

jpeg::Layout LayoutOf(const EncodeSpec& spec) {
  if (spec.format == pixel::PixelFormat::kGrey8) return jpeg::Layout::kGrey;
  return spec.subsampling == Subsampling::k420 ? jpeg::Layout::k420 : jpeg::Layout::k444;
}

// Our encoder's presets are baseline or progressive, and who asks for one of them gets it.
Preset PresetOf(const EncodeSpec& spec) {
  const bool progressive = spec.progressive.value_or(spec.preset != Preset::kFast);
  if (!progressive) return Preset::kFast;
  return spec.preset == Preset::kSmall ? Preset::kSmall : Preset::kDefault;
}

}  // namespace

Expected<std::unique_ptr<PlaneSink>> CreateJpegPlanes(const EncodeSpec& spec) {
  if (spec.width < 1 || spec.height < 1 || spec.width > kLargestSide ||
      spec.height > kLargestSide ||
      (spec.format != pixel::PixelFormat::kGrey8 && spec.format != pixel::PixelFormat::kRgb8) ||
      spec.icc.size() > jpeg::kLargestProfile) {
    return Fail(ErrorKind::kInternal, "JPEG cannot hold what EncodeSpec asks for");
  }
  return std::make_unique<JpegPlaneSink>(
      jpeg::Picture{.width = spec.width,
                    .height = spec.height,
                    .layout = LayoutOf(spec),
                    .quality = spec.quality,
                    .preset = PresetOf(spec),
                    .embedded = {.icc = spec.icc, .exif = spec.exif, .xmp = spec.xmp}},
      spec.stop);
}

}  // namespace whittle::codec
