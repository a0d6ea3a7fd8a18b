#include "codec/gif/sink.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "codec/gif/canvas.h"
#include "codec/gif/palette.h"
#include "codec/gif/writer.h"
#include "codec/imagequant.h"

namespace whittle::codec {
namespace {

class GifSink final : public RowSink {
 public:
  explicit GifSink(const EncodeSpec& spec)
      : width_(spec.width),
        height_(spec.height),
        format_(spec.format),
        colours_(spec.colours.value_or(256)),
        work_{GifSpeedFor(spec), spec.stop},
        interlaced_(spec.progressive.value_or(false)) {}

  Expected<void> Write(pixel::ConstRowSpan rows) override {
    if (error_) return std::unexpected(*error_);
    const auto width = static_cast<std::size_t>(width_);
    const auto rows_left = static_cast<std::size_t>(height_) - pixels_.size() / width;
    if (rows.format != format_ || rows.width != width_ ||
        static_cast<std::size_t>(rows.rows) > rows_left) {
      return Failed("rows do not fit the encoded picture");
    }
    if (work_.stop.stop_requested()) return Failed("amid a picture", ErrorKind::kCancelled);
    pixels_.reserve(width * static_cast<std::size_t>(height_));
    AppendGifPixels(rows, pixels_);
    return {};
  }

  Expected<Bytes> Finish() override {
    if (error_) return std::unexpected(*error_);
    const std::size_t whole = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
    if (pixels_.size() != whole) return Failed("rows are missing");
    error_ = Error::Of(ErrorKind::kInternal, "finished twice");
    const GifArea area{width_, height_, pixels_};
    const bool holes = std::ranges::any_of(pixels_, [](const GifPixel& p) { return p[3] == 0; });
    WHITTLE_TRY(const GifPalette palette, MakeGifPalette(area, colours_ - (holes ? 1 : 0), work_));
    GifDrawing drawing{.width = width_, .height = height_, .interlaced = interlaced_};
    if (holes) drawing.transparent = GifNothing(palette);
    WHITTLE_TRY(drawing.indices,
                DrawWithGifPalette(palette, area, work_,
                                   static_cast<std::uint8_t>(std::max(drawing.transparent, 0))));
    WHITTLE_TRY(const auto writer, GifWriter::Begin(width_, height_, palette, 1));
    WHITTLE_CHECK(writer->Write(drawing, work_.stop));
    return writer->Finish();
  }

 private:
  std::unexpected<Error> Failed(const char* detail, ErrorKind kind = ErrorKind::kInternal) {
    error_ = Error::Of(kind, detail);
    return std::unexpected(*error_);
  }

  const int width_, height_;
  const pixel::PixelFormat format_;
  const int colours_;
  const GifWork work_;
  const bool interlaced_;
  std::vector<GifPixel> pixels_;
  std::optional<Error> error_;
};

}  // namespace

Expected<void> CheckGifSpec(const EncodeSpec& spec) {
  constexpr int kMaxSide = 65535;
  const bool fits =
      spec.width >= 1 && spec.width <= kMaxSide && spec.height >= 1 && spec.height <= kMaxSide &&
      (spec.format == pixel::PixelFormat::kRgb8 || spec.format == pixel::PixelFormat::kRgba8) &&
      spec.colours.value_or(256) >= 2 && spec.colours.value_or(256) <= 256;
  if (!fits) return Fail(ErrorKind::kBadRequest, "no GIF of this shape");
  return {};
}

namespace {

int AskedSpeed(const EncodeSpec& spec) {
  if (spec.effort) return std::clamp(10 - *spec.effort, 1, 10);
  switch (spec.preset) {
    case Preset::kFast:
      return 10;
    case Preset::kDefault:
      return 7;
    case Preset::kQuality:
      return 4;
    case Preset::kSmall:
      return 3;
  }
  return 7;
}

}  // namespace

int GifSpeedFor(const EncodeSpec& spec) {
  return LiqSpeedWithin(AskedSpeed(spec), 1e-6 * spec.width * spec.height);
}

Expected<std::unique_ptr<RowSink>> CreateGif(const EncodeSpec& spec) {
  WHITTLE_CHECK(CheckGifSpec(spec));
  return std::make_unique<GifSink>(spec);
}

}  // namespace whittle::codec
