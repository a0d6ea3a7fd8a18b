#include "pipeline/trim.h"

#include <optional>

#include "color/cmyk.h"
#include "effect/border.h"

namespace whittle::pipeline {

Expected<Area> FindInside(const codec::Codec& input, ByteView source, double tolerance,
                          const Limits& limits, const std::stop_token& stop, Workspace& workspace) {
  WHITTLE_TRY(const auto decoder, input.open(source, limits, stop));
  const bool ink = decoder->format() == pixel::PixelFormat::kCmyk8;
  workspace.decoded.Shape(decoder->width(), Workspace::kBatchRows, decoder->format());
  std::optional<color::CmykToRgb> to_rgb;
  if (ink) {
    to_rgb.emplace(ByteView{});
    workspace.converted.Shape(decoder->width(), Workspace::kBatchRows, pixel::PixelFormat::kRgb8);
  }
  effect::BorderFinder finder(tolerance);
  while (true) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const pixel::RowSpan batch = workspace.decoded.rows();
    WHITTLE_TRY(const int count, decoder->Read(batch));
    if (count == 0) break;
    pixel::ConstRowSpan rows = batch.Slice(0, count);
    if (ink) {
      const pixel::RowSpan converted = workspace.converted.rows().Slice(0, count);
      to_rgb->Convert(rows, converted);
      rows = converted;
    }
    finder.Feed(rows);
  }
  const std::optional<Rectangle> box = finder.box();
  if (!box) {
    return Area::Of({static_cast<std::uint32_t>(decoder->width()),
                     static_cast<std::uint32_t>(decoder->height())});
  }
  return Area{static_cast<double>(box->left), static_cast<double>(box->top),
              static_cast<double>(box->left) + box->width,
              static_cast<double>(box->top) + box->height};
}

}  // namespace whittle::pipeline
