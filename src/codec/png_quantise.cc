// Palettes for pictures of many colours, by libimagequant.
#include <algorithm>
#include <utility>

#include "codec/imagequant.h"
#include "codec/png_image.h"

// Debian's libimagequant spreads its loops over OpenMP threads of its own. This function of
// OpenMP's interface (3.2.1) keeps those of the calling thread on it; its header is the compiler's.
extern "C" void omp_set_num_threads(int threads);

namespace whittle::codec {
namespace {

std::vector<std::uint32_t> RgbaOf(pixel::ConstRowSpan rows) {
  std::vector<std::uint32_t> pixels;
  pixels.reserve(static_cast<std::size_t>(rows.width) * static_cast<std::size_t>(rows.rows));
  for (int y = 0; y < rows.rows; ++y) {
    for (std::size_t x = 0; x < static_cast<std::size_t>(rows.width); ++x) {
      pixels.push_back(PngRgbaAt(rows.row(y), x, rows.format));
    }
  }
  return pixels;
}

// Transparent entries first, so that trns is short; `indices` follow.
void TakePalette(PngImage& image, const liq_palette& palette, std::vector<std::uint8_t>& indices) {
  std::vector<std::uint8_t> order(palette.count);
  for (unsigned i = 0; i < palette.count; ++i) order[i] = static_cast<std::uint8_t>(i);
  std::ranges::sort(order, {},
                    [&palette](std::uint8_t i) { return std::pair(palette.entries[i].a, i); });
  std::uint8_t place[256] = {};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const liq_color& entry = palette.entries[order[i]];
    image.palette.insert(image.palette.end(), {entry.r, entry.g, entry.b});
    if (entry.a != 255) image.trns.push_back(entry.a);
    place[order[i]] = static_cast<std::uint8_t>(i);
  }
  for (std::uint8_t& index : indices) index = place[index];
}

}  // namespace

std::optional<PngImage> QuantisedPng(pixel::ConstRowSpan rows, int colours, int speed,
                                     std::stop_token stop) {
  omp_set_num_threads(1);
  const LiqPtr<liq_attr> attr(liq_attr_create());
  if (attr == nullptr || liq_set_max_colors(attr.get(), colours) != LIQ_OK ||
      liq_set_speed(attr.get(), speed) != LIQ_OK) {
    return std::nullopt;
  }
  liq_attr_set_progress_callback(attr.get(), LiqMayGoOn, &stop);
  const std::vector<std::uint32_t> pixels = RgbaOf(rows);
  constexpr double kSrgb = 0;
  const LiqPtr<liq_image> from(
      liq_image_create_rgba(attr.get(), pixels.data(), rows.width, rows.rows, kSrgb));
  liq_result* made = nullptr;
  if (from == nullptr || liq_image_quantize(from.get(), attr.get(), &made) != LIQ_OK) {
    return std::nullopt;
  }
  const LiqPtr<liq_result> result(made);
  liq_result_set_progress_callback(result.get(), LiqMayGoOn, &stop);
  std::vector<std::uint8_t> indices(pixels.size());
  if (liq_set_dithering_level(result.get(), 1) != LIQ_OK ||
      liq_write_remapped_image(result.get(), from.get(), indices.data(), indices.size()) !=
          LIQ_OK) {
    return std::nullopt;
  }
  PngImage image;
  image.shape = {static_cast<std::uint32_t>(rows.width), static_cast<std::uint32_t>(rows.rows), 8,
                 PngColour::kPalette, false};
  TakePalette(image, *liq_get_palette(result.get()), indices);
  PackIndices(image, indices);
  return image;
}

}  // namespace whittle::codec
