#include "codec/png/unpack.h"

#include <algorithm>
#include <cstring>

namespace whittle::codec {
namespace {

using Table = std::array<std::array<std::uint8_t, 4>, 256>;

void Store16(std::uint8_t* at, std::uint16_t value) { std::memcpy(at, &value, sizeof value); }

template <std::size_t kBytes>
void ByTable(const Table& table, int depth, const std::uint8_t* packed, std::uint8_t* row,
             std::size_t width) {
  if (depth == 8) {
    for (std::size_t x = 0; x < width; ++x) {
      std::memcpy(row + x * kBytes, table[packed[x]].data(), kBytes);
    }
    return;
  }
  const auto bits = static_cast<std::size_t>(depth);
  for (std::size_t x = 0; x < width; ++x) {
    std::memcpy(row + x * kBytes, table[PngSampleAt(packed, x, bits)].data(), kBytes);
  }
}

}  // namespace

bool PngHasAlpha(const PngFile& png) {
  switch (png.shape.colour) {
    case PngColour::kGrey:
    case PngColour::kRgb:
      return !png.trns.empty();
    case PngColour::kPalette:
      return std::ranges::any_of(png.trns, [](std::uint8_t alpha) { return alpha != 255; });
    case PngColour::kGreyA:
    case PngColour::kRgba:
      return true;
  }
  return false;
}

pixel::PixelFormat PngFormatOf(const PngFile& png) {
  const bool grey = png.shape.colour == PngColour::kGrey || png.shape.colour == PngColour::kGreyA;
  return pixel::FormatWith(grey, PngHasAlpha(png), png.shape.depth == 16);
}

PngUnpacker::PngUnpacker(const PngFile& png)
    : depth_(png.shape.depth),
      samples_(static_cast<std::size_t>(png.shape.samples())),
      pixel_bytes_(static_cast<std::size_t>(pixel::PixelBytes(PngFormatOf(png)))) {
  const bool key = !png.trns.empty() && png.shape.colour != PngColour::kPalette;
  if (key) {  // of which as many bits count as a sample has
    const auto mask = static_cast<std::uint16_t>((1U << depth_) - 1);
    for (std::size_t i = 0; i < samples_; ++i) key_[i] = Load16(png.trns.data() + 2 * i) & mask;
  }
  if (png.shape.colour == PngColour::kPalette || depth_ < 8 ||
      (key && samples_ == 1 && depth_ == 8)) {
    way_ = Way::kTable;
    FillTable(png);
  } else if (depth_ == 16) {
    way_ = key ? Way::kKey16 : Way::kSwap;
  } else if (key) {
    way_ = Way::kKey8;
  }
}

// Indices beyond the palette are black, as everywhere.
void PngUnpacker::FillTable(const PngFile& png) {
  for (std::size_t i = 0; i < table_.size(); ++i) {
    auto& entry = table_[i];
    if (png.shape.colour == PngColour::kPalette) {
      if (i < png.palette.size() / 3) std::copy_n(png.palette.data() + 3 * i, 3, entry.data());
      entry[3] = i < png.trns.size() ? png.trns[i] : 255;
    } else {
      const std::size_t levels = (std::size_t{1} << depth_) - 1;
      entry[0] = static_cast<std::uint8_t>(i * 255 / levels);
      entry[1] = i == key_[0] ? 0 : 255;
    }
  }
}

void PngUnpacker::Unpack(const std::uint8_t* packed, std::uint8_t* row, std::size_t width) const {
  const std::size_t n = width * samples_;
  switch (way_) {
    case Way::kCopy:
      std::memcpy(row, packed, n);
      return;
    case Way::kSwap:
      for (std::size_t i = 0; i < n; ++i) Store16(row + 2 * i, Load16(packed + 2 * i));
      return;
    case Way::kTable:
      switch (pixel_bytes_) {
        case 1:
          return ByTable<1>(table_, depth_, packed, row, width);
        case 2:
          return ByTable<2>(table_, depth_, packed, row, width);
        case 3:
          return ByTable<3>(table_, depth_, packed, row, width);
        default:
          return ByTable<4>(table_, depth_, packed, row, width);
      }
    case Way::kKey8:
      for (std::size_t x = 0; x < width; ++x) {
        const std::uint8_t* from = packed + 3 * x;
        const bool clear = from[0] == key_[0] && from[1] == key_[1] && from[2] == key_[2];
        const std::uint8_t pixel[] = {from[0], from[1], from[2],
                                      static_cast<std::uint8_t>(clear ? 0 : 255)};
        std::memcpy(row + 4 * x, pixel, 4);
      }
      return;
    case Way::kKey16:
      for (std::size_t x = 0; x < width; ++x) {
        bool clear = true;
        for (std::size_t c = 0; c < samples_; ++c) {
          const std::uint16_t sample = Load16(packed + 2 * (x * samples_ + c));
          clear = clear && sample == key_[c];
          Store16(row + x * pixel_bytes_ + 2 * c, sample);
        }
        Store16(row + x * pixel_bytes_ + 2 * samples_, clear ? 0 : 0xFFFF);
      }
      return;
  }
}

}  // namespace whittle::codec
