#include "codec/gif/palette.h"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <unordered_map>

#include "codec/imagequant.h"

// Of OpenMP, which some builds of libimagequant use, and bring with them; else null.
extern "C" [[gnu::weak]] void omp_set_num_threads(int);

namespace whittle::codec {
namespace {

using Attributes = LiqPtr<liq_attr>;
using Image = LiqPtr<liq_image>;
using Histogram = LiqPtr<liq_histogram>;
using Result = LiqPtr<liq_result>;

constexpr double kSrgb = 0;  // libimagequant's word for sRGB's own gamma
constexpr liq_color kNothing = {0, 0, 0, 0};

std::uint32_t KeyOf(const GifPixel& pixel) {
  return std::uint32_t{pixel[0]} << 16 | std::uint32_t{pixel[1]} << 8 | pixel[2];
}

std::unexpected<Error> Failed(liq_error error) {
  if (error == LIQ_ABORTED) return Fail(ErrorKind::kCancelled, "amid a palette");
  return Fail(ErrorKind::kInternal, "libimagequant: " + std::to_string(error));
}

int DistanceOf(const GifPixel& a, const GifPixel& b) {
  int sum = 0;
  for (std::size_t c = 0; c < 3; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

std::size_t NearestOf(const GifPalette& palette, const GifPixel& pixel) {
  const auto nearest = std::ranges::min_element(
      palette.colours, {}, [&](const GifPixel& colour) { return DistanceOf(colour, pixel); });
  return static_cast<std::size_t>(nearest - palette.colours.begin());
}

// What LiqMayGoOn is given.
void* UserOf(const GifWork& work) { return const_cast<std::stop_token*>(&work.stop); }

// `work` must outlive them.
Expected<Attributes> MakeAttributes(int colours, const GifWork& work) {
  // A job has one thread, its own. This counts for the calling thread only.
  if (omp_set_num_threads != nullptr) omp_set_num_threads(1);
  Attributes attributes(liq_attr_create());
  if (attributes == nullptr) return Fail(ErrorKind::kInternal, "libimagequant");
  liq_set_speed(attributes.get(), std::clamp(work.speed, 1, 10));
  liq_attr_set_progress_callback(attributes.get(), LiqMayGoOn, UserOf(work));
  liq_set_max_colors(attributes.get(), std::clamp(colours, 2, 256));
  return attributes;
}

// Rows of the area that are one image (imagequant.h).
int BandRows(const GifArea& area) { return std::min(LiqRows(area.width), area.height); }

std::span<std::uint8_t> Band(std::vector<std::uint8_t>& indices, const GifArea& area, int top) {
  const auto width = static_cast<std::size_t>(area.width);
  const int rows = std::min(BandRows(area), area.height - top);
  return std::span(indices).subspan(static_cast<std::size_t>(top) * width,
                                    static_cast<std::size_t>(rows) * width);
}

// A band from row `top` on.
Expected<Image> MakeImage(const Attributes& attributes, const GifArea& area, int top) {
  const auto at = static_cast<std::size_t>(top) * static_cast<std::size_t>(area.width);
  Image image(liq_image_create_rgba(attributes.get(), area.pixels.data() + at, area.width,
                                    std::min(BandRows(area), area.height - top), kSrgb));
  if (image == nullptr) return Fail(ErrorKind::kInternal, "libimagequant: image");
  return image;
}

// Whether to stop at pixel i: looked at a few times a millisecond.
bool StopsAt(std::size_t i, const std::stop_token& stop) {
  return i % 65536 == 0 && stop.stop_requested();
}

// The colours of all bands. What is not drawn is a colour of its own.
Expected<Result> Quantise(const Attributes& attributes, const GifArea& area, bool holes) {
  liq_result* raw = nullptr;
  WHITTLE_TRY(Image image, MakeImage(attributes, area, 0));
  if (BandRows(area) == area.height) {
    if (holes) liq_image_add_fixed_color(image.get(), kNothing);
    const liq_error error = liq_image_quantize(image.get(), attributes.get(), &raw);
    Result result(raw);
    if (error != LIQ_OK) return Failed(error);
    return result;
  }
  const Histogram histogram(liq_histogram_create(attributes.get()));
  if (histogram == nullptr) return Fail(ErrorKind::kInternal, "libimagequant: histogram");
  if (holes) liq_histogram_add_fixed_color(histogram.get(), kNothing, kSrgb);
  for (int top = 0; top < area.height; top += BandRows(area)) {
    if (top > 0) {
      WHITTLE_TRY(image, MakeImage(attributes, area, top));
    }
    const liq_error error = liq_histogram_add_image(histogram.get(), attributes.get(), image.get());
    if (error != LIQ_OK) return Failed(error);
  }
  const liq_error error = liq_histogram_quantize(histogram.get(), attributes.get(), &raw);
  Result result(raw);
  if (error != LIQ_OK) return Failed(error);
  return result;
}

// All colours when there are no more than `most`; else nothing.
Expected<std::vector<GifPixel>> FewColours(const GifArea& area, int most,
                                           const std::stop_token& stop) {
  std::unordered_map<std::uint32_t, bool> seen;
  std::vector<GifPixel> colours;
  std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
  for (std::size_t i = 0; i < area.pixels.size(); ++i) {
    if (StopsAt(i, stop)) return Fail(ErrorKind::kCancelled);
    const GifPixel& pixel = area.pixels[i];
    if (pixel[3] == 0 || KeyOf(pixel) == last) continue;
    last = KeyOf(pixel);
    if (!seen.emplace(last, true).second) continue;
    if (colours.size() == static_cast<std::size_t>(most)) return std::vector<GifPixel>{};
    colours.push_back(pixel);
  }
  return colours;
}

// The mean colour: all that a palette of one can be.
GifPixel MeanOf(const GifArea& area) {
  std::array<std::uint64_t, 3> sums{};
  std::uint64_t count = 0;
  for (const GifPixel& pixel : area.pixels) {
    if (pixel[3] == 0) continue;
    for (std::size_t c = 0; c < 3; ++c) sums[c] += pixel[c];
    ++count;
  }
  GifPixel mean{0, 0, 0, 255};
  for (std::size_t c = 0; c < 3 && count > 0; ++c) {
    mean[c] = static_cast<std::uint8_t>((sums[c] + count / 2) / count);
  }
  return mean;
}

}  // namespace

Expected<GifPalette> MakeGifPalette(const GifArea& area, int most, const GifWork& work) {
  GifPalette palette;
  WHITTLE_TRY(palette.colours, FewColours(area, most, work.stop));
  if (!palette.colours.empty()) {
    palette.exact = true;
    return palette;
  }
  const bool drawn = std::ranges::any_of(area.pixels, [](const GifPixel& p) { return p[3] != 0; });
  if (most == 1 || !drawn) {
    palette.colours = {MeanOf(area)};
    palette.exact = !drawn;
    return palette;
  }
  // What is not drawn takes one colour of its own, fixed so that no other is mixed with it.
  const bool holes = std::ranges::any_of(area.pixels, [](const GifPixel& p) { return p[3] == 0; });
  WHITTLE_TRY(const Attributes attributes,
              MakeAttributes(std::min(most + (holes ? 1 : 0), 256), work));
  WHITTLE_TRY(const Result result, Quantise(attributes, area, holes));
  const liq_palette& made = *liq_get_palette(result.get());
  for (const liq_color& colour : std::span(made.entries).first(made.count)) {
    if (colour.a >= 128) palette.colours.push_back({colour.r, colour.g, colour.b, 255});
  }
  if (palette.colours.empty()) palette.colours = {MeanOf(area)};
  palette.error = GifPaletteError(palette, area);
  return palette;
}

double GifPaletteError(const GifPalette& palette, const GifArea& area) {
  constexpr std::size_t kSample = 4096;  // pixels: a millisecond
  // Odd, so that pictures of even width do not give the same columns over and over.
  const std::size_t step = std::max<std::size_t>(area.pixels.size() / kSample, 1) | 1;
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < area.pixels.size(); i += step) {
    const GifPixel& pixel = area.pixels[i];
    if (pixel[3] == 0) continue;
    sum += DistanceOf(palette.colours[NearestOf(palette, pixel)], pixel);
    ++count;
  }
  return count == 0 ? 0 : sum / 3 / static_cast<double>(count);
}

Expected<bool> GifPaletteHasAll(const GifPalette& palette, const GifArea& area,
                                const std::stop_token& stop) {
  std::unordered_map<std::uint32_t, bool> known;
  for (const GifPixel& colour : palette.colours) known.emplace(KeyOf(colour), true);
  for (std::size_t i = 0; i < area.pixels.size(); ++i) {
    if (StopsAt(i, stop)) return Fail(ErrorKind::kCancelled);
    if (area.pixels[i][3] != 0 && !known.contains(KeyOf(area.pixels[i]))) return false;
  }
  return true;
}

Expected<std::vector<std::uint8_t>> DrawWithGifPalette(const GifPalette& palette,
                                                       const GifArea& area, const GifWork& work,
                                                       std::uint8_t nothing) {
  std::vector<std::uint8_t> indices(area.pixels.size(), nothing);
  std::unordered_map<std::uint32_t, std::uint8_t> places;
  for (std::size_t i = 0; i < palette.colours.size(); ++i) {
    places.emplace(KeyOf(palette.colours[i]), static_cast<std::uint8_t>(i));
  }
  if (palette.exact || palette.colours.size() == 1) {
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (StopsAt(i, work.stop)) return Fail(ErrorKind::kCancelled);
      const GifPixel& pixel = area.pixels[i];
      if (pixel[3] == 0) continue;
      const auto found = places.find(KeyOf(pixel));
      indices[i] = found == places.end() ? 0 : found->second;
    }
    return indices;
  }
  // A result that consists of just these colours dithers with them.
  WHITTLE_TRY(const Attributes attributes, MakeAttributes(256, work));
  const Histogram histogram(liq_histogram_create(attributes.get()));
  if (histogram == nullptr) return Fail(ErrorKind::kInternal, "libimagequant: histogram");
  std::vector<liq_histogram_entry> entries;
  entries.reserve(palette.colours.size() + 1);
  for (const GifPixel& colour : palette.colours) {
    entries.push_back({{colour[0], colour[1], colour[2], 255}, 1});
  }
  if (palette.colours.size() < 256) entries.push_back({kNothing, 1});
  liq_histogram_add_colors(histogram.get(), attributes.get(), entries.data(),
                           static_cast<int>(entries.size()), kSrgb);
  liq_result* raw = nullptr;
  liq_error error = liq_histogram_quantize(histogram.get(), attributes.get(), &raw);
  const Result result(raw);
  if (error != LIQ_OK) return Failed(error);
  liq_set_dithering_level(result.get(), 1);
  liq_result_set_progress_callback(result.get(), LiqMayGoOn, UserOf(work));
  for (int top = 0; top < area.height; top += BandRows(area)) {
    WHITTLE_TRY(const Image image, MakeImage(attributes, area, top));
    const std::span<std::uint8_t> band = Band(indices, area, top);
    error = liq_write_remapped_image(result.get(), image.get(), band.data(), band.size());
    if (error != LIQ_OK) return Failed(error);
    // libimagequant orders and rounds colours as it likes: back to ours.
    const liq_palette& made = *liq_get_palette(result.get());
    std::array<std::uint8_t, 256> ours{};
    for (std::size_t i = 0; i < made.count; ++i) {
      const liq_color& colour = made.entries[i];
      ours[i] = static_cast<std::uint8_t>(NearestOf(palette, {colour.r, colour.g, colour.b, 255}));
    }
    const auto first = static_cast<std::size_t>(top) * static_cast<std::size_t>(area.width);
    for (std::size_t i = 0; i < band.size(); ++i) {
      if (StopsAt(i, work.stop)) return Fail(ErrorKind::kCancelled);
      const GifPixel& pixel = area.pixels[first + i];
      const bool mapped_to_nothing = made.entries[band[i]].a < 128;
      band[i] = pixel[3] == 0       ? nothing
                : mapped_to_nothing ? static_cast<std::uint8_t>(NearestOf(palette, pixel))
                                    : ours[band[i]];
    }
  }
  return indices;
}

}  // namespace whittle::codec
