#include "sandbox/svg_drawing.h"

#include <cmath>
#include <optional>

namespace whittle::sandbox {
namespace {

// Less than half a pixel is no picture.
bool IsSize(double side) { return std::isfinite(side) && side >= 0.5; }

// Absolute units in pixels; nothing for what depends on something around the document, or on fonts.
std::optional<double> PixelsOf(const RsvgLength& length, double dpi) {
  switch (length.unit) {
    case RSVG_UNIT_PX:
      return length.length;
    case RSVG_UNIT_IN:
      return length.length * dpi;
    case RSVG_UNIT_CM:
      return length.length * dpi / 2.54;
    case RSVG_UNIT_MM:
      return length.length * dpi / 25.4;
    case RSVG_UNIT_PT:
      return length.length * dpi / 72;
    case RSVG_UNIT_PC:
      return length.length * dpi / 6;
    default:
      return std::nullopt;
  }
}

// cairo's pixels are native words of ARGB, colour multiplied by alpha.
void MakeStraight(std::span<std::uint8_t> pixels) {
  for (std::size_t i = 0; i + 3 < pixels.size(); i += 4) {
    std::uint8_t* const p = pixels.data() + i;
    const unsigned alpha = p[3];
    const std::uint8_t blue = p[0];
    p[0] = p[2];
    p[2] = blue;
    if (alpha == 0 || alpha == 255) continue;
    for (int c = 0; c < 3; ++c) {
      const unsigned code = (p[c] * 255U + alpha / 2) / alpha;
      p[c] = static_cast<std::uint8_t>(code < 255 ? code : 255);
    }
  }
}

}  // namespace

LoadedSvg SvgDrawing::Load(ByteView text, double dpi) {
  GError* error = nullptr;
  handle_.reset(library_.rsvg_handle_new_from_data(text.data(), text.size(), &error));
  library_.g_clear_error(&error);
  if (handle_ == nullptr) return {.result = SvgResult::kUndecodable};
  library_.rsvg_handle_set_dpi(handle_.get(), dpi);
  if (!Measure(dpi)) return {.result = SvgResult::kUndecodable};
  return {.result = SvgResult::kOk, .width = shown_.width, .height = shown_.height};
}

bool SvgDrawing::Measure(double dpi) {
  double width = 0;
  double height = 0;
  if (library_.rsvg_handle_get_intrinsic_size_in_pixels(handle_.get(), &width, &height)) {
    shown_ = {0, 0, width, height};
    if (IsSize(width) && IsSize(height)) return true;
    if (width == 0 || height == 0) return false;  // said to be nothing
  }
  return MeasureByViewBox(dpi) || MeasureByInk();
}

bool SvgDrawing::MeasureByViewBox(double dpi) {
  gboolean has_width = 0, has_height = 0, has_box = 0;
  RsvgLength width{}, height{};
  RsvgRectangle box{};
  library_.rsvg_handle_get_intrinsic_dimensions(handle_.get(), &has_width, &width, &has_height,
                                                &height, &has_box, &box);
  if (!has_box || !IsSize(box.width) || !IsSize(box.height)) return false;
  shown_ = {0, 0, box.width, box.height};
  const auto across = has_width ? PixelsOf(width, dpi) : std::nullopt;
  const auto down = has_height ? PixelsOf(height, dpi) : std::nullopt;
  if (across && IsSize(*across) && !down) {
    shown_ = {0, 0, *across, *across * box.height / box.width};
  } else if (down && IsSize(*down) && !across) {
    shown_ = {0, 0, *down * box.width / box.height, *down};
  }
  return IsSize(shown_.width) && IsSize(shown_.height);
}

bool SvgDrawing::MeasureByInk() {
  constexpr RsvgRectangle kViewport = {0, 0, 1, 1};
  RsvgRectangle ink{};
  GError* error = nullptr;
  const bool measured = library_.rsvg_handle_get_geometry_for_layer(
                            handle_.get(), nullptr, &kViewport, &ink, nullptr, &error) != 0;
  library_.g_clear_error(&error);
  shown_ = ink;
  // No more than the viewport: that is a percentage of nothing.
  if (ink.width <= kViewport.width && ink.height <= kViewport.height) return false;
  return measured && std::isfinite(ink.x) && std::isfinite(ink.y) && IsSize(ink.width) &&
         IsSize(ink.height);
}

SvgResult SvgDrawing::Draw(const DrawSvg& wanted, std::span<std::uint8_t> pixels) {
  const auto close = [this](cairo_surface_t* surface) { library_.cairo_surface_destroy(surface); };
  const std::unique_ptr<cairo_surface_t, decltype(close)> surface(
      library_.cairo_image_surface_create_for_data(pixels.data(), CAIRO_FORMAT_ARGB32, wanted.width,
                                                   wanted.height, 4 * wanted.width),
      close);
  if (library_.cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) {
    return SvgResult::kTooLarge;
  }
  const auto end = [this](cairo_t* context) { library_.cairo_destroy(context); };
  const std::unique_ptr<cairo_t, decltype(end)> context(library_.cairo_create(surface.get()), end);
  library_.cairo_scale(context.get(), wanted.width / ((wanted.right - wanted.left) * shown_.width),
                       wanted.height / ((wanted.bottom - wanted.top) * shown_.height));
  library_.cairo_translate(context.get(), -wanted.left * shown_.width - shown_.x,
                           -wanted.top * shown_.height - shown_.y);
  // The part that is measured by its ink may begin anywhere; percentages then have no meaning.
  const RsvgRectangle viewport = {0, 0, shown_.x + shown_.width, shown_.y + shown_.height};
  GError* error = nullptr;
  const bool drawn =
      library_.rsvg_handle_render_document(handle_.get(), context.get(), &viewport, &error) != 0;
  library_.g_clear_error(&error);
  library_.cairo_surface_flush(surface.get());
  if (library_.cairo_status(context.get()) == CAIRO_STATUS_NO_MEMORY) return SvgResult::kTooLarge;
  if (!drawn) return SvgResult::kUndecodable;
  MakeStraight(pixels);
  return SvgResult::kOk;
}

}  // namespace whittle::sandbox
