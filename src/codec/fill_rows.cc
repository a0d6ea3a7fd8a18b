#include "codec/fill_rows.h"

#include <cstddef>
#include <cstring>

namespace whittle::codec {
namespace {

template <class Sample>
void Mean(const std::uint8_t* row, std::size_t width, std::size_t channels, std::uint8_t* to) {
  for (std::size_t c = 0; c < channels; ++c) {
    std::uint64_t sum = 0;
    for (std::size_t x = 0; x < width; ++x) {
      Sample sample;
      std::memcpy(&sample, row + (x * channels + c) * sizeof sample, sizeof sample);
      sum += sample;
    }
    const auto mean = static_cast<Sample>((sum + width / 2) / width);
    std::memcpy(to + c * sizeof mean, &mean, sizeof mean);
  }
}

}  // namespace

std::vector<std::uint8_t> MeanPixel(pixel::ConstRowSpan rows) {
  std::vector<std::uint8_t> pixel(static_cast<std::size_t>(pixel::PixelBytes(rows.format)));
  const auto width = static_cast<std::size_t>(rows.width);
  const auto channels = static_cast<std::size_t>(pixel::Channels(rows.format));
  if (pixel::IsWide(rows.format)) {
    Mean<std::uint16_t>(rows.row(0), width, channels, pixel.data());
  } else {
    Mean<std::uint8_t>(rows.row(0), width, channels, pixel.data());
  }
  return pixel;
}

void FillRows(pixel::RowSpan rows, std::span<const std::uint8_t> pixel) {
  if (rows.rows <= 0) return;
  std::uint8_t* to = rows.row(0);
  for (int x = 0; x < rows.width; ++x, to += pixel.size()) {
    std::memcpy(to, pixel.data(), pixel.size());
  }
  for (int y = 1; y < rows.rows; ++y) std::memcpy(rows.row(y), rows.row(0), rows.row_bytes());
}

}  // namespace whittle::codec
