#include "codec/tiff/samples.h"

#include <algorithm>
#include <cstring>

namespace whittle::codec {
namespace {

constexpr std::uint32_t kMostWide = 65535;

// Samples of the machine's byte order, as libtiff leaves those of whole bytes.
template <class T>
T Load(const std::uint8_t* from, std::size_t n) {
  T value;
  std::memcpy(&value, from + n * sizeof(T), sizeof(T));
  return value;
}

// Writes 0..most into every `step`th place: what is signed begins with black at 0.
class Unpacked {
 public:
  Unpacked(std::uint16_t* to, std::size_t count, std::size_t step)
      : to_(to), count_(count), step_(step) {}

  template <class Value>
  void Fill(const Value& value) {
    for (std::size_t n = 0; n < count_; ++n) {
      to_[n * step_] = static_cast<std::uint16_t>(value(n));
    }
  }

 private:
  std::uint16_t* to_;
  std::size_t count_, step_;
};

// Samples of any number of bits up to 16, high bit first.
void UnpackBits(const std::uint8_t* from, int bits, bool keep, Unpacked to) {
  const std::uint32_t most = (1U << bits) - 1;
  const std::uint32_t wanted = keep ? most : bits > 8 ? kMostWide : 255;
  std::uint32_t held = 0;
  int held_bits = 0;
  to.Fill([&](std::size_t) {
    while (held_bits < bits) {
      held = held << 8 | *from++;
      held_bits += 8;
    }
    held_bits -= bits;
    const std::uint32_t value = held >> held_bits & most;
    return (value * wanted + most / 2) / most;
  });
}

template <class Float>
void UnpackFloat(const std::uint8_t* from, double black, double white, Unpacked to) {
  const double scale = kMostWide / (white - black);
  to.Fill([=](std::size_t n) {
    const double value = (static_cast<double>(Load<Float>(from, n)) - black) * scale;
    return value > 0 ? std::min(value + 0.5, double{kMostWide}) : 0;  // also of what is no number
  });
}

void UnpackSigned(const std::uint8_t* from, int bits, Unpacked to) {
  switch (bits) {
    case 8:
      return to.Fill([=](std::size_t n) {
        const int value = std::max<int>(Load<std::int8_t>(from, n), 0);
        return value * 255 / 127;
      });
    case 16:
      return to.Fill([=](std::size_t n) {
        const int value = std::max<int>(Load<std::int16_t>(from, n), 0);
        return std::int64_t{value} * kMostWide / 32767;
      });
    default:
      return to.Fill([=](std::size_t n) { return std::max(Load<std::int32_t>(from, n), 0) >> 15; });
  }
}

void UnpackUnsigned(const std::uint8_t* from, int bits, bool keep, Unpacked to) {
  switch (bits) {
    case 8:
      return to.Fill([=](std::size_t n) { return from[n]; });
    case 16:
      return to.Fill([=](std::size_t n) { return Load<std::uint16_t>(from, n); });
    case 24:
      return to.Fill([=](std::size_t n) { return from[3 * n + 1] | from[3 * n + 2] << 8; });
    case 32:
      return to.Fill([=](std::size_t n) { return Load<std::uint32_t>(from, n) >> 16; });
    default:
      return UnpackBits(from, bits, keep, to);
  }
}

// Colour that was multiplied by alpha/most.
std::uint32_t Divided(std::uint32_t colour, std::uint32_t alpha, std::uint32_t most) {
  if (alpha == 0) return 0;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>((std::uint64_t{colour} * most + alpha / 2) / alpha, most));
}

bool Copied(const TiffLayout& layout) {
  const bool as_they_are = layout.sample_format == SAMPLEFORMAT_UINT && !layout.palette &&
                           !layout.inverted && layout.planes == 1 &&
                           layout.alpha != TiffAlpha::kMultiplied &&
                           layout.samples == pixel::Channels(layout.format);
  return as_they_are && layout.bits == (pixel::IsWide(layout.format) ? 16 : 8);
}

}  // namespace

TiffSamples::TiffSamples(const TiffFile& file, const TiffLayout& layout)
    : layout_(layout), copied_(Copied(layout)) {
  if (!copied_) {
    samples_.resize(static_cast<std::size_t>(layout.width) *
                    static_cast<std::size_t>(layout.samples));
  }
  if (layout.sample_format == SAMPLEFORMAT_IEEEFP) {
    double black = 0, white = 0;
    if (TIFFGetField(file.get(), TIFFTAG_SMINSAMPLEVALUE, &black) == 1 &&
        TIFFGetField(file.get(), TIFFTAG_SMAXSAMPLEVALUE, &white) == 1 && white > black) {
      black_ = black;
      white_ = white;
    }
  }
  std::array<std::uint16_t*, 3> map{};
  if (layout.palette &&
      TIFFGetField(file.get(), TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]) == 1) {
    const std::size_t count = std::size_t{1} << layout.bits;
    // Some writers fill in 8 bits where 16 belong.
    const bool narrow = std::ranges::all_of(map, [count](const std::uint16_t* values) {
      return std::all_of(values, values + count, [](std::uint16_t value) { return value < 256; });
    });
    palette_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t c = 0; c < 3; ++c) {
        palette_[i][c] = static_cast<std::uint8_t>(narrow ? map[c][i] : map[c][i] >> 8);
      }
    }
  }
}

void TiffSamples::PutPixel(const std::uint16_t* sample, std::uint16_t* pixel) const {
  const std::uint32_t most = pixel::IsWide(layout_.format) ? kMostWide : 255;
  const int colours = layout_.palette ? 3 : layout_.colours;
  const bool alpha = layout_.alpha != TiffAlpha::kNone;
  std::uint32_t opacity = most;
  if (alpha) {
    opacity = sample[layout_.alpha_at];
    if (layout_.palette && layout_.bits != 8) opacity = opacity * 255 / ((1U << layout_.bits) - 1);
    pixel[colours] = static_cast<std::uint16_t>(opacity);
  }
  for (int c = 0; c < colours; ++c) {
    std::uint32_t value =
        layout_.palette ? palette_[sample[0]][static_cast<std::size_t>(c)] : sample[c];
    if (layout_.alpha == TiffAlpha::kMultiplied) value = Divided(value, opacity, most);
    pixel[c] = static_cast<std::uint16_t>(layout_.inverted ? most - value : value);
  }
}

void TiffSamples::Arrange(std::uint8_t* row) const {
  const auto channels = static_cast<std::size_t>(pixel::Channels(layout_.format));
  const bool wide = pixel::IsWide(layout_.format);
  // Ink of more than 8 bits has no wide format.
  const int shift = layout_.format == pixel::PixelFormat::kCmyk8 && layout_.bits > 8 ? 8 : 0;
  const std::uint16_t* sample = samples_.data();
  std::array<std::uint16_t, 4> pixel{};
  for (int x = 0; x < layout_.width; ++x, sample += layout_.samples) {
    PutPixel(sample, pixel.data());
    if (wide) {
      std::memcpy(row, pixel.data(), 2 * channels);
      row += 2 * channels;
    } else {
      for (std::size_t c = 0; c < channels; ++c) {
        *row++ = static_cast<std::uint8_t>(pixel[c] >> shift);
      }
    }
  }
}

void TiffSamples::Convert(std::span<const std::uint8_t* const> packed, std::uint8_t* row) {
  const auto width = static_cast<std::size_t>(layout_.width);
  if (copied_) {
    std::memcpy(row, packed[0],
                width * static_cast<std::size_t>(pixel::PixelBytes(layout_.format)));
    return;
  }
  const auto together = static_cast<std::size_t>(layout_.together());
  const std::size_t step = packed.size();  // one sample of each plane
  for (std::size_t plane = 0; plane < packed.size(); ++plane) {
    const Unpacked to(samples_.data() + plane, width * together, step);
    if (layout_.sample_format == SAMPLEFORMAT_INT) {
      UnpackSigned(packed[plane], layout_.bits, to);
    } else if (layout_.sample_format == SAMPLEFORMAT_UINT) {
      UnpackUnsigned(packed[plane], layout_.bits, layout_.palette, to);
    } else if (layout_.bits == 32) {
      UnpackFloat<float>(packed[plane], black_, white_, to);
    } else {
      UnpackFloat<double>(packed[plane], black_, white_, to);
    }
  }
  Arrange(row);
}

}  // namespace whittle::codec
