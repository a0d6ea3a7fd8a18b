// Luma and chroma of a lossy still, as they are stored.
#include <algorithm>
#include <array>
#include <utility>

#include "codec/webp/decoder.h"
#include "codec/webp/source.h"
#include "pixel/aligned.h"

namespace whittle::codec {
namespace {

constexpr int kBandRows = 32;  // of luma; even, as chroma has half

class WebpPlaneSource final : public PlaneSource {
 public:
  WebpPlaneSource(Container container, const PlaneShapes& shapes, WebpDecoder::LoopFilter filter,
                  std::stop_token stop);
  Expected<PlaneBands> Read() override;
  bool truncated() const override { return decoder_.truncated(); }
  std::string_view decoder() const override { return "libwebp"; }

 private:
  std::array<pixel::AlignedBuffer<std::uint8_t>, kPlanes> samples_;
  std::array<pixel::RowSpan, kPlanes> planes_;  // all of each
  WebpDecoder decoder_;                         // writes there
  int next_row_ = 0;                            // of luma
};

WebpPlaneSource::WebpPlaneSource(Container container, const PlaneShapes& shapes,
                                 WebpDecoder::LoopFilter filter, std::stop_token stop)
    : decoder_(std::move(container), std::move(stop), filter) {
  const auto size = [&](std::size_t p) {
    return planes_[p].stride * static_cast<std::size_t>(planes_[p].rows);
  };
  for (std::size_t p = 0; p < kPlanes; ++p) {
    planes_[p] = {.stride = pixel::RowStride(static_cast<std::size_t>(shapes[p].width)),
                  .width = shapes[p].width,
                  .rows = shapes[p].height,
                  .format = pixel::PixelFormat::kGrey8};
    samples_[p].Resize(size(p));
    planes_[p].data = samples_[p].data();
  }
  WebPDecBuffer& output = decoder_.output();
  output.colorspace = MODE_YUV;
  output.is_external_memory = 1;
  output.u.YUVA = {.y = planes_[0].data,
                   .u = planes_[1].data,
                   .v = planes_[2].data,
                   .y_stride = static_cast<int>(planes_[0].stride),
                   .u_stride = static_cast<int>(planes_[1].stride),
                   .v_stride = static_cast<int>(planes_[2].stride),
                   .y_size = size(0),
                   .u_size = size(1),
                   .v_size = size(2)};
}

Expected<PlaneBands> WebpPlaneSource::Read() {
  const int from = next_row_;
  const int count = std::min(kBandRows, planes_[0].rows - from);
  if (count == 0) return PlaneBands{};
  WHITTLE_TRY(const int there, decoder_.Decode(from + count));
  next_row_ += count;
  const int chroma = (count + 1) / 2;
  FillBehind(planes_[0], there, from, count);
  for (const std::size_t p : {1U, 2U}) FillBehind(planes_[p], (there + 1) / 2, from / 2, chroma);
  return PlaneBands{planes_[0].Slice(from, count), planes_[1].Slice(from / 2, chroma),
                    planes_[2].Slice(from / 2, chroma)};
}

Expected<std::unique_ptr<PlaneSource>> Open(ByteView file, const Limits& limits,
                                            WebpDecoder::LoopFilter filter, std::stop_token stop) {
  WHITTLE_TRY(Container container, OpenContainer(file, limits));
  const auto shapes = PlanesOf(container);
  if (!shapes) return Fail(ErrorKind::kInternal, "this picture is not kept as planes");
  return std::make_unique<WebpPlaneSource>(std::move(container), *shapes, filter, std::move(stop));
}

}  // namespace

Expected<std::unique_ptr<PlaneSource>> OpenWebpPlanes(ByteView file, const Limits& limits,
                                                      std::stop_token stop) {
  return Open(file, limits, WebpDecoder::LoopFilter::kOn, std::move(stop));
}

Expected<std::unique_ptr<PlaneSource>> OpenWebpPlanesToShrink(ByteView file, const Limits& limits,
                                                              std::stop_token stop) {
  return Open(file, limits, WebpDecoder::LoopFilter::kOff, std::move(stop));
}

}  // namespace whittle::codec
