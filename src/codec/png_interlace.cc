// Adam7 (PNG specification, 8.2).
#include <cstring>

#include "codec/png_image.h"

namespace whittle::codec {
namespace {

constexpr PngPass kAdam7[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                              {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

// How many of `size` lie at `first`, first + step, ...
std::size_t Count(std::size_t size, std::size_t first, std::size_t step) {
  return size <= first ? 0 : (size - first + step - 1) / step;
}

void TakePixel(const std::uint8_t* from, std::size_t x, std::uint8_t* to, std::size_t i,
               std::size_t bits) {
  if (bits >= 8) {
    std::memcpy(to + i * bits / 8, from + x * bits / 8, bits / 8);
    return;
  }
  const unsigned mask = (1U << bits) - 1;
  const unsigned sample = from[x * bits / 8] >> (8 - bits - x * bits % 8) & mask;
  std::uint8_t& into = to[i * bits / 8];
  into = static_cast<std::uint8_t>(into | sample << (8 - bits - i * bits % 8));
}

}  // namespace

std::vector<PngPass> PngPassesOf(const PngShape& shape) {
  if (!shape.interlaced) return {{.width = shape.width, .height = shape.height}};
  std::vector<PngPass> passes;
  for (PngPass pass : kAdam7) {
    pass.width = Count(shape.width, pass.x, pass.across);
    pass.height = Count(shape.height, pass.y, pass.down);
    if (pass.width > 0 && pass.height > 0) passes.push_back(pass);
  }
  return passes;
}

void InterlacePng(PngImage& image) {
  const std::size_t stride = image.shape.row_bytes() + 1;
  const auto bits = static_cast<std::size_t>(image.shape.pixel_bits());
  image.shape.interlaced = true;
  std::vector<std::uint8_t> row;
  Bytes all;
  for (const PngPass& pass : PngPassesOf(image.shape)) {
    for (std::size_t y = 0; y < pass.height; ++y) {
      row.assign((pass.width * bits + 7) / 8 + 1, 0);
      const std::uint8_t* from = image.rows.data() + (pass.y + y * pass.down) * stride + 1;
      for (std::size_t x = 0; x < pass.width; ++x) {
        TakePixel(from, pass.x + x * pass.across, row.data() + 1, x, bits);
      }
      all.Append(row);
    }
  }
  image.rows = std::move(all);
}

}  // namespace whittle::codec
