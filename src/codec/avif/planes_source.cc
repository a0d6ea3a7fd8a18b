// Luma and chroma of a picture of 8 bits in BT.601, as dav1d leaves them.
//
// Chroma that is halved is taken to lie in the middle of the luma samples that it covers, which AV1
// cannot say (it knows "unknown", left, and top left). That is how libavif enlarges it, whatever
// the file says, so the rows of source.cc show the same picture.
#include <algorithm>
#include <array>
#include <utility>

#include "codec/avif/decoder.h"
#include "codec/avif/source.h"

namespace whittle::codec {
namespace {

constexpr int kBandRows = 64;  // of luma; even, for chroma

class AvifPlaneSource final : public PlaneSource {
 public:
  AvifPlaneSource(AvifDecoderPtr decoder, const PlaneShapes& shapes)
      : decoder_(std::move(decoder)), shapes_(shapes) {}
  Expected<PlaneBands> Read() override;
  bool truncated() const override { return decoder_->truncated; }
  std::string_view decoder() const override { return "dav1d"; }

 private:
  Expected<void> Decode();
  pixel::ConstRowSpan All(std::size_t p) const;

  AvifDecoderPtr decoder_;
  const PlaneShapes shapes_;
  int next_row_ = 0;  // of luma
  bool decoded_ = false;
  std::optional<Error> error_;
};

pixel::ConstRowSpan AvifPlaneSource::All(std::size_t p) const {
  const avifImage& image = *decoder_->d->image;
  return {.data = image.yuvPlanes[p],
          .stride = image.yuvRowBytes[p],
          .width = shapes_[p].width,
          .rows = shapes_[p].height,
          .format = pixel::PixelFormat::kGrey8};
}

Expected<void> AvifPlaneSource::Decode() {
  WHITTLE_CHECK(DecodeAvif(*decoder_));
  for (std::size_t p = 0; p < shapes_.count; ++p) {
    if (All(p).data == nullptr) return Fail(ErrorKind::kUndecodable, "a plane is missing");
  }
  decoded_ = true;
  return {};
}

Expected<PlaneBands> AvifPlaneSource::Read() {
  if (error_) return std::unexpected(*error_);
  const auto fail = [&](Error error) {
    error_ = std::move(error);
    return std::unexpected(*error_);
  };
  if (decoder_->stop.stop_requested()) return fail(Error::Of(ErrorKind::kCancelled));
  if (!decoded_) {
    if (auto decoded = Decode(); !decoded) return fail(std::move(decoded).error());
  }
  const int from = next_row_;
  const int count = std::min(kBandRows, shapes_[0].height - from);
  PlaneBands bands;
  if (count == 0) return bands;
  for (std::size_t p = 0; p < shapes_.count; ++p) {
    const int down = shapes_[p].down;
    bands[p] = All(p).Slice(from / down, (count + down - 1) / down);
  }
  next_row_ += count;
  return bands;
}

// libavif takes "unspecified" for BT.601.
bool IsBt601(avifMatrixCoefficients matrix) {
  return matrix == AVIF_MATRIX_COEFFICIENTS_BT601 || matrix == AVIF_MATRIX_COEFFICIENTS_BT470BG ||
         matrix == AVIF_MATRIX_COEFFICIENTS_UNSPECIFIED;
}

}  // namespace

std::optional<PlaneShapes> AvifPlanesOf(const avifDecoder& decoder) {
  const avifImage& image = *decoder.image;
  const AvifView view = ViewOf(decoder);
  const bool grey = image.yuvFormat == AVIF_PIXEL_FORMAT_YUV400;
  const auto format = grey ? pixel::PixelFormat::kGrey8 : pixel::PixelFormat::kRgb8;
  // A clean aperture may begin in the middle of a chroma sample.
  const bool whole = view.part.width == image.width && view.part.height == image.height;
  if (view.format != format || !whole || (!grey && !IsBt601(image.matrixCoefficients))) {
    return std::nullopt;
  }
  const int width = static_cast<int>(image.width);
  const int height = static_cast<int>(image.height);
  const int across = image.yuvFormat == AVIF_PIXEL_FORMAT_YUV444 ? 1 : 2;
  const int down = image.yuvFormat == AVIF_PIXEL_FORMAT_YUV420 ? 2 : 1;
  const PlaneShape chroma = {(width + across - 1) / across, (height + down - 1) / down, across,
                             down};
  PlaneShapes shapes = {
      .count = grey ? 1 : kPlanes,
      .range = image.yuvRange == AVIF_RANGE_LIMITED ? Range::kStudio : Range::kFull,
      .planes = {PlaneShape{width, height, 1, 1}}};
  if (!grey) shapes.planes[1] = shapes.planes[2] = chroma;
  return shapes;
}

Expected<std::unique_ptr<PlaneSource>> OpenAvifPlanes(ByteView file, const Limits& limits,
                                                      std::stop_token stop) {
  WHITTLE_TRY(AvifDecoderPtr decoder, OpenAvifDecoder(file, limits, std::move(stop)));
  const auto shapes = AvifPlanesOf(*decoder->d);
  if (!shapes) return Fail(ErrorKind::kInternal, "this picture is not kept as planes");
  return std::make_unique<AvifPlaneSource>(std::move(decoder), *shapes);
}

}  // namespace whittle::codec
