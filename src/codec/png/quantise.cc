// Palettes for pictures of many colours, by libimagequant.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <utility>

#include "codec/imagequant.h"
#include "codec/png/image.h"

// Debian's libimagequant spreads its loops over OpenMP threads of its own. This function of
// OpenMP's interface (3.2.1) keeps those of the calling thread on it; its header is the compiler's.
extern "C" void omp_set_num_threads(int threads);

namespace whittle::codec {
namespace {

// Codes of 255 by which a palette's picture may differ on average, and the square of that in the
// root mean square.
constexpr std::uint64_t kMostMean = 1;
constexpr std::uint64_t kMostSquare = 4;

// libimagequant's dithering levels.
constexpr float kNearest = 0;
constexpr float kDithered = 1;

Expected<std::vector<std::uint32_t>> RgbaOf(pixel::ConstRowSpan rows, const std::stop_token& stop) {
  std::vector<std::uint32_t> pixels;
  pixels.reserve(static_cast<std::size_t>(rows.width) * static_cast<std::size_t>(rows.rows));
  for (int y = 0; y < rows.rows; ++y) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
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

// A palette, not yet ordered, and every pixel's place in it.
struct Quantised {
  liq_palette palette;
  std::vector<std::uint8_t> indices;
};

// A picture as libimagequant takes it: one image, or bands of it (imagequant.h).
class LiqBands {
 public:
  LiqBands(const liq_attr* attr, const std::vector<std::uint32_t>& pixels, int width, int height)
      : attr_(attr), pixels_(pixels), width_(width), height_(height) {}

  int rows() const { return std::min(LiqRows(width_), height_); }
  bool several() const { return rows() < height_; }
  int height() const { return height_; }
  /// Where the pixels of row `y` begin.
  std::size_t At(int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_);
  }
  /// From row `top` on.
  LiqPtr<liq_image> Image(int top) const {
    constexpr double kSrgb = 0;
    return LiqPtr<liq_image>(liq_image_create_rgba(attr_, pixels_.data() + At(top), width_,
                                                   std::min(rows(), height_ - top), kSrgb));
  }

 private:
  const liq_attr* attr_;
  const std::vector<std::uint32_t>& pixels_;
  const int width_, height_;
};

// The result for all bands; `first` is the first of them.
LiqPtr<liq_result> ResultOf(liq_attr* attr, const LiqBands& bands, liq_image* first) {
  liq_result* result = nullptr;
  if (!bands.several()) {
    if (liq_image_quantize(first, attr, &result) != LIQ_OK) return nullptr;
    return LiqPtr<liq_result>(result);
  }
  const LiqPtr<liq_histogram> histogram(liq_histogram_create(attr));
  if (histogram == nullptr) return nullptr;
  for (int top = 0; top < bands.height(); top += bands.rows()) {
    const LiqPtr<liq_image> image = bands.Image(top);
    if (image == nullptr || liq_histogram_add_image(histogram.get(), attr, image.get()) != LIQ_OK) {
      return nullptr;
    }
  }
  if (liq_histogram_quantize(histogram.get(), attr, &result) != LIQ_OK) return nullptr;
  return LiqPtr<liq_result>(result);
}

std::optional<Quantised> Quantise(const std::vector<std::uint32_t>& pixels,
                                  pixel::ConstRowSpan rows, int colours, int speed, float dithering,
                                  const std::stop_token& stop) {
  omp_set_num_threads(1);
  // What LiqMayGoOn is given.
  void* const user = const_cast<std::stop_token*>(&stop);
  const LiqPtr<liq_attr> attr(liq_attr_create());
  if (attr == nullptr || liq_set_max_colors(attr.get(), colours) != LIQ_OK ||
      liq_set_speed(attr.get(), speed) != LIQ_OK) {
    return std::nullopt;
  }
  liq_attr_set_progress_callback(attr.get(), LiqMayGoOn, user);
  const LiqBands bands(attr.get(), pixels, rows.width, rows.rows);
  LiqPtr<liq_image> image = bands.Image(0);
  if (image == nullptr) return std::nullopt;
  const LiqPtr<liq_result> result = ResultOf(attr.get(), bands, image.get());
  if (result == nullptr || liq_set_dithering_level(result.get(), dithering) != LIQ_OK) {
    return std::nullopt;
  }
  liq_result_set_progress_callback(result.get(), LiqMayGoOn, user);
  Quantised made{.indices = std::vector<std::uint8_t>(pixels.size())};
  for (int top = 0; top < bands.height(); top += bands.rows()) {
    if (top > 0) image = bands.Image(top);
    const auto indices =
        std::span(made.indices)
            .subspan(bands.At(top), bands.At(std::min(bands.rows(), bands.height() - top)));
    if (image == nullptr || liq_write_remapped_image(result.get(), image.get(), indices.data(),
                                                     indices.size()) != LIQ_OK) {
      return std::nullopt;
    }
    // Each band may have a palette that is rounded a little otherwise.
    const liq_palette& palette = *liq_get_palette(result.get());
    if (top == 0) {
      made.palette = palette;
      continue;
    }
    std::uint8_t place[256] = {};
    for (unsigned i = 0; i < palette.count; ++i) {
      place[i] = LiqNearest(made.palette, palette.entries[i]);
    }
    for (std::uint8_t& index : indices) index = place[index];
  }
  return made;
}

Expected<PngImage> ImageOf(Quantised& quantised, pixel::ConstRowSpan rows,
                           const std::stop_token& stop) {
  PngImage image;
  image.shape = {static_cast<std::uint32_t>(rows.width), static_cast<std::uint32_t>(rows.rows), 8,
                 PngColour::kPalette, false};
  TakePalette(image, quantised.palette, quantised.indices);
  WHITTLE_CHECK(PackIndices(image, quantised.indices, stop));
  return image;
}

// How far a picture and its indexed copy are apart, as shown on black or on white, whichever is
// worse: in codes times 255.
struct Distance {
  std::uint64_t sum = 0, squares = 0;
  void Add(std::int64_t difference) {
    sum += static_cast<std::uint64_t>(std::abs(difference));
    squares += static_cast<std::uint64_t>(difference * difference);
  }
};

bool LooksTheSame(const std::vector<std::uint32_t>& pixels, const Quantised& quantised) {
  Distance black, white;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const liq_color& entry = quantised.palette.entries[quantised.indices[i]];
    const std::int64_t alpha = pixels[i] >> 24;
    const std::array<std::int64_t, 3> entries = {entry.r, entry.g, entry.b};
    for (std::size_t c = 0; c < 3; ++c) {
      const std::int64_t code = pixels[i] >> (8 * c) & 255;
      const std::int64_t difference = code * alpha - entries[c] * entry.a;
      black.Add(difference);
      white.Add(difference - 255 * (alpha - entry.a));
    }
  }
  const std::uint64_t samples = 3 * pixels.size();
  const auto within = [samples](const Distance& distance) {
    return distance.sum <= kMostMean * 255 * samples &&
           distance.squares <= kMostSquare * 255 * 255 * samples;
  };
  return within(black) && within(white);
}

}  // namespace

Expected<std::optional<PngImage>> QuantisedPng(pixel::ConstRowSpan rows, int colours, int speed,
                                               const std::stop_token& stop) {
  WHITTLE_TRY(const std::vector<std::uint32_t> pixels, RgbaOf(rows, stop));
  auto quantised = Quantise(pixels, rows, colours, speed, kDithered, stop);
  if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  if (!quantised) return std::nullopt;
  return ImageOf(*quantised, rows, stop);
}

Expected<std::optional<PngImage>> FaithfulPng(pixel::ConstRowSpan rows, int speed,
                                              const std::stop_token& stop) {
  WHITTLE_TRY(const std::vector<std::uint32_t> pixels, RgbaOf(rows, stop));
  auto quantised = Quantise(pixels, rows, 256, speed, kNearest, stop);
  if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  if (!quantised || !LooksTheSame(pixels, *quantised)) return std::nullopt;
  return ImageOf(*quantised, rows, stop);
}

}  // namespace whittle::codec
