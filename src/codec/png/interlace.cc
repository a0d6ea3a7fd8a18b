#include "codec/png/interlace.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <ranges>
#include <utility>

#include "codec/png/image.h"

namespace whittle::codec {
namespace {

constexpr PngPass kAdam7[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                              {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
constexpr std::size_t kTile = 8;  // what the passes repeat after, both ways

// How many of `size` lie at `first`, first + step, ...
std::size_t Count(std::size_t size, std::size_t first, std::size_t step) {
  return size <= first ? 0 : (size - first + step - 1) / step;
}

// Below 8 bits `to` must be zero at pixel i.
void CopyPixel(const std::uint8_t* from, std::size_t x, std::uint8_t* to, std::size_t i,
               std::size_t bits) {
  if (bits >= 8) {
    std::memcpy(to + i * bits / 8, from + x * bits / 8, bits / 8);
    return;
  }
  std::uint8_t& into = to[i * bits / 8];
  into = static_cast<std::uint8_t>(into | PngSampleAt(from, x, bits) << PngShiftOf(i, bits));
}

// Every `from_step`th pixel to every `to_step`th. Compiled for each size of pixel: one of these
// loops is run for all pixels of a picture.
template <std::size_t kBytes>
void CopyPixels(const std::uint8_t* from, std::size_t from_step, std::uint8_t* to,
                std::size_t to_step, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(to + i * to_step * kBytes, from + i * from_step * kBytes, kBytes);
  }
}

void CopyEvery(std::size_t bits, const std::uint8_t* from, std::size_t x, std::size_t from_step,
               std::uint8_t* to, std::size_t i, std::size_t to_step, std::size_t count) {
  from += bits >= 8 ? x * bits / 8 : 0;
  to += bits >= 8 ? i * bits / 8 : 0;
  switch (bits) {
    case 8:
      return CopyPixels<1>(from, from_step, to, to_step, count);
    case 16:
      return CopyPixels<2>(from, from_step, to, to_step, count);
    case 24:
      return CopyPixels<3>(from, from_step, to, to_step, count);
    case 32:
      return CopyPixels<4>(from, from_step, to, to_step, count);
    case 48:
      return CopyPixels<6>(from, from_step, to, to_step, count);
    case 64:
      return CopyPixels<8>(from, from_step, to, to_step, count);
    default:
      for (std::size_t n = 0; n < count; ++n) {
        CopyPixel(from, x + n * from_step, to, i + n * to_step, bits);
      }
  }
}

std::size_t BitsOf(const PngShape& shape) { return static_cast<std::size_t>(shape.pixel_bits()); }

// A pixel's distance to the one that stands for it.
struct Offset {
  std::size_t x = 0, y = 0;
};

// How much of an interlaced picture is there, and who stands for the rest.
class Shown {
 public:
  Shown(const PngShape& shape, std::size_t whole, std::size_t rows) : passes_(PngPassesOf(shape)) {
    if (rows > 0) {
      passes_.resize(whole + 1);
      passes_.back().height = rows;
    } else {
      passes_.resize(whole);
    }
  }

  // The finest block that is there and has pixel (x, y); nothing where none is.
  std::optional<Offset> For(std::size_t x, std::size_t y) const {
    for (const auto& pass : passes_ | std::views::reverse) {
      const std::size_t width = pass.x > 0 ? pass.x : pass.across;
      const std::size_t height = pass.y > 0 ? pass.y : pass.down;
      const Offset at{(x + kTile - pass.x) % pass.across, (y + kTile - pass.y) % pass.down};
      if (at.x >= width || at.y >= height) continue;
      if ((y - at.y - pass.y) / pass.down < pass.height) return at;
    }
    return std::nullopt;
  }

 private:
  std::vector<PngPass> passes_;  // the last of them perhaps not of its full height
};

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

std::size_t PngPassBytes(const PngPass& pass, const PngShape& shape) {
  return (pass.width * BitsOf(shape) + 7) / 8;
}

void TakePngPass(const PngPass& pass, const PngShape& shape, const std::uint8_t* row,
                 std::uint8_t* packed) {
  CopyEvery(BitsOf(shape), row, pass.x, pass.across, packed, 0, 1, pass.width);
}

void PutPngPass(const PngPass& pass, const PngShape& shape, const std::uint8_t* packed,
                std::uint8_t* row) {
  CopyEvery(BitsOf(shape), packed, 0, 1, row, pass.x, pass.across, pass.width);
}

Expected<void> InterlacePng(PngImage& image, const std::stop_token& stop) {
  const std::size_t stride = image.shape.row_bytes() + 1;
  image.shape.interlaced = true;
  std::vector<std::uint8_t> row;
  Bytes all;
  for (const PngPass& pass : PngPassesOf(image.shape)) {
    for (std::size_t y = 0; y < pass.height; ++y) {
      if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
      row.assign(PngPassBytes(pass, image.shape) + 1, 0);
      const std::uint8_t* from = image.rows.data() + (pass.y + y * pass.down) * stride + 1;
      TakePngPass(pass, image.shape, from, row.data() + 1);
      all.Append(row);
    }
  }
  image.rows = std::move(all);
  return {};
}

Expected<std::uint32_t> FillPngFrame(std::uint8_t* frame, const PngShape& shape, std::size_t whole,
                                     std::size_t rows, const std::stop_token& stop) {
  const Shown shown(shape, whole, rows);
  const std::size_t bits = BitsOf(shape);
  const std::size_t stride = shape.row_bytes();
  for (std::uint32_t y = 0; y < shape.height; ++y) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    std::array<Offset, kTile> from{};
    for (std::size_t x = 0; x < kTile; ++x) {
      const auto offset = shown.For(x, y);
      if (!offset) return y;  // then none of this row's pixels has anything
      from[x] = *offset;
    }
    std::uint8_t* row = frame + y * stride;
    for (std::size_t x = 0; x < shape.width; ++x) {
      const Offset& at = from[x % kTile];
      if (at.x + at.y > 0) CopyPixel(row - at.y * stride, x - at.x, row, x, bits);
    }
  }
  return shape.height;
}

}  // namespace whittle::codec
