// Which form of a picture says the same in fewer bytes.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "codec/png/image.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kMaxColours = 256;

std::uint16_t Wide(const std::uint8_t* at) {
  std::uint16_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// What is still possible; every row can only take away.
struct Traits {
  bool grey;
  bool opaque;
  bool narrow;  // 16 bits that say no more than 8
  bool hopeful() const { return grey || opaque || narrow; }
};

template <class Sample>
void Examine(const Sample* row, std::size_t width, std::size_t channels, Traits& traits) {
  const std::size_t colours = channels - (channels % 2 == 0 ? 1 : 0);
  constexpr unsigned kMost = sizeof(Sample) == 1 ? 255 : 65535;
  unsigned coloured = 0;
  unsigned clear = 0;
  for (std::size_t x = 0; x < width; ++x) {
    const Sample* pixel = row + x * channels;
    if (colours == 3) coloured |= (pixel[0] ^ pixel[1]) | (pixel[1] ^ pixel[2]);
    if (colours < channels) clear |= pixel[colours] ^ kMost;
  }
  if (coloured != 0) traits.grey = false;
  if (clear != 0) traits.opaque = false;
  if constexpr (sizeof(Sample) == 2) {
    unsigned wide = 0;
    for (std::size_t i = 0; i < width * channels; ++i) wide |= (row[i] >> 8) ^ (row[i] & 255U);
    if (wide != 0) traits.narrow = false;
  }
}

Expected<Traits> TraitsOf(pixel::ConstRowSpan rows, const std::stop_token& stop) {
  const auto channels = static_cast<std::size_t>(pixel::Channels(rows.format));
  const auto width = static_cast<std::size_t>(rows.width);
  Traits traits{.grey = channels >= 3,
                .opaque = pixel::HasAlpha(rows.format),
                .narrow = pixel::IsWide(rows.format)};
  for (int y = 0; y < rows.rows && traits.hopeful(); ++y) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    if (pixel::IsWide(rows.format)) {
      Examine(reinterpret_cast<const std::uint16_t*>(rows.row(y)), width, channels, traits);
    } else {
      Examine(rows.row(y), width, channels, traits);
    }
  }
  return traits;
}

PngColour ColourOf(pixel::PixelFormat format) {
  if (pixel::IsGrey(format)) {
    return pixel::HasAlpha(format) ? PngColour::kGreyA : PngColour::kGrey;
  }
  return pixel::HasAlpha(format) ? PngColour::kRgba : PngColour::kRgb;
}

// One row from `from` to `to`, of which the latter says no more than the former.
void PackRow(const std::uint8_t* row, pixel::PixelFormat from, pixel::PixelFormat to,
             std::size_t width, std::uint8_t* packed) {
  const auto step = static_cast<std::size_t>(pixel::Channels(from));
  const auto channels = static_cast<std::size_t>(pixel::Channels(to));
  if (from == to && !pixel::IsWide(to)) {
    std::memcpy(packed, row, width * channels);
    return;
  }
  for (std::size_t x = 0; x < width; ++x) {
    for (std::size_t c = 0; c < channels; ++c) {
      const bool is_alpha = pixel::HasAlpha(to) && c + 1 == channels;
      const std::size_t at = x * step + (is_alpha ? step - 1 : c);
      if (!pixel::IsWide(from)) {
        *packed++ = row[at];
        continue;
      }
      const std::uint16_t sample = Wide(row + 2 * at);
      *packed++ = static_cast<std::uint8_t>(sample >> 8);
      if (pixel::IsWide(to)) *packed++ = static_cast<std::uint8_t>(sample);
    }
  }
}

Expected<PngImage> Packed(pixel::ConstRowSpan rows, pixel::PixelFormat to,
                          const std::stop_token& stop) {
  PngImage image;
  image.shape = {static_cast<std::uint32_t>(rows.width), static_cast<std::uint32_t>(rows.rows),
                 pixel::IsWide(to) ? 16 : 8, ColourOf(to), false};
  const std::size_t stride = image.shape.row_bytes() + 1;
  image.rows.Resize(stride * image.shape.height);
  for (int y = 0; y < rows.rows; ++y) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    std::uint8_t* row = image.rows.data() + static_cast<std::size_t>(y) * stride;
    *row = 0;
    PackRow(rows.row(y), rows.format, to, image.shape.width, row + 1);
  }
  return image;
}

// Colours met so far, by open addressing.
class ColourSet {
 public:
  bool Add(std::uint32_t colour, std::size_t most) {
    for (std::size_t slot = SlotOf(colour);; slot = (slot + 1) % kSlots) {
      if (!taken_[slot]) {
        if (list_.size() == most) return false;
        taken_[slot] = true;
        colours_[slot] = colour;
        list_.push_back(colour);
        return true;
      }
      if (colours_[slot] == colour) return true;
    }
  }
  std::vector<std::uint32_t>& list() { return list_; }

 private:
  static constexpr std::size_t kSlots = 4 * kMaxColours;
  static std::size_t SlotOf(std::uint32_t colour) { return (colour * 2654435761U >> 16) % kSlots; }

  std::array<bool, kSlots> taken_{};
  std::array<std::uint32_t, kSlots> colours_{};
  std::vector<std::uint32_t> list_;
};

int DepthFor(std::size_t colours) {
  return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
}

// Whether a palette pays: its own bytes against half of what it saves before compression.
bool PalettePays(const pixel::ConstRowSpan& rows, pixel::PixelFormat instead, std::size_t colours) {
  const auto pixels = static_cast<std::size_t>(rows.width) * static_cast<std::size_t>(rows.rows);
  const int bits = 8 * pixel::PixelBytes(instead) - DepthFor(colours);
  constexpr std::size_t kChunkHeads = 24;
  return bits > 0 && kChunkHeads + 4 * colours < pixels * static_cast<std::size_t>(bits) / 16;
}

}  // namespace

std::uint32_t PngRgbaAt(const std::uint8_t* row, std::size_t x, pixel::PixelFormat format) {
  const auto channels = static_cast<std::size_t>(pixel::Channels(format));
  const auto code = [&](std::size_t c) -> std::uint32_t {
    const std::size_t at = x * channels + c;
    return pixel::IsWide(format) ? (Wide(row + 2 * at) * 255U + 32767) / 65535 : row[at];
  };
  const std::uint32_t red = code(0);
  const std::uint32_t green = channels >= 3 ? code(1) : red;
  const std::uint32_t blue = channels >= 3 ? code(2) : red;
  const std::uint32_t alpha = pixel::HasAlpha(format) ? code(channels - 1) : 255;
  return alpha << 24 | blue << 16 | green << 8 | red;
}

Expected<std::optional<PngColours>> ColoursOf(pixel::ConstRowSpan rows, std::size_t most,
                                              const std::stop_token& stop) {
  ColourSet set;
  for (int y = 0; y < rows.rows; ++y) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    std::optional<std::uint32_t> last;
    for (std::size_t x = 0; x < static_cast<std::size_t>(rows.width); ++x) {
      const std::uint32_t colour = PngRgbaAt(rows.row(y), x, rows.format);
      if (colour == last) continue;
      if (!set.Add(colour, std::min(most, kMaxColours))) return std::nullopt;
      last = colour;
    }
  }
  std::ranges::sort(set.list());
  return PngColours{std::move(set.list())};
}

Expected<PngImage> IndexedPng(pixel::ConstRowSpan rows, const PngColours& colours,
                              const std::stop_token& stop) {
  PngImage image;
  image.shape = {static_cast<std::uint32_t>(rows.width), static_cast<std::uint32_t>(rows.rows),
                 DepthFor(colours.list.size()), PngColour::kPalette, false};
  for (const std::uint32_t colour : colours.list) {
    for (const int shift : {0, 8, 16}) {
      image.palette.push_back(static_cast<std::uint8_t>(colour >> shift));
    }
    if (colour >> 24 != 255) image.trns.push_back(static_cast<std::uint8_t>(colour >> 24));
  }
  std::vector<std::uint8_t> indices;
  indices.reserve(static_cast<std::size_t>(rows.width) * static_cast<std::size_t>(rows.rows));
  std::uint32_t last = colours.list[0];
  std::uint8_t index = 0;
  for (int y = 0; y < rows.rows; ++y) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    for (std::size_t x = 0; x < image.shape.width; ++x) {
      const std::uint32_t colour = PngRgbaAt(rows.row(y), x, rows.format);
      if (colour != last) {
        const auto found = std::ranges::lower_bound(colours.list, colour);
        index = static_cast<std::uint8_t>(found - colours.list.begin());
        last = colour;
      }
      indices.push_back(index);
    }
  }
  WHITTLE_CHECK(PackIndices(image, indices, stop));
  return image;
}

Expected<void> PackIndices(PngImage& image, const std::vector<std::uint8_t>& indices,
                           const std::stop_token& stop) {
  image.shape.depth = DepthFor(image.palette.size() / 3);
  const auto depth = static_cast<std::size_t>(image.shape.depth);
  const std::size_t stride = image.shape.row_bytes() + 1;
  image.rows.Resize(stride * image.shape.height);
  std::memset(image.rows.data(), 0, image.rows.size());
  const std::uint8_t* index = indices.data();
  for (std::size_t y = 0; y < image.shape.height; ++y) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    std::uint8_t* row = image.rows.data() + y * stride + 1;
    for (std::size_t x = 0; x < image.shape.width; ++x) {
      const std::size_t at = x * depth;
      row[at / 8] = static_cast<std::uint8_t>(row[at / 8] | *index++ << (8 - depth - at % 8));
    }
  }
  return {};
}

Expected<PngImage> PlainPng(pixel::ConstRowSpan rows, const std::stop_token& stop) {
  return Packed(rows, rows.format, stop);
}

Expected<PngImage> ReducedPng(pixel::ConstRowSpan rows, PngKind kind, const std::stop_token& stop) {
  WHITTLE_TRY(const Traits traits, TraitsOf(rows, stop));
  const bool grey = pixel::IsGrey(rows.format) || (traits.grey && kind != PngKind::kKeepColour);
  const bool wide = pixel::IsWide(rows.format) && !traits.narrow;
  const bool alpha = pixel::HasAlpha(rows.format) && !traits.opaque;
  const pixel::PixelFormat to = pixel::FormatWith(grey, alpha, wide);
  if (!wide && kind != PngKind::kKeepGrey) {
    WHITTLE_TRY(const auto colours, ColoursOf(rows, kMaxColours, stop));
    if (colours && PalettePays(rows, to, colours->list.size())) {
      return IndexedPng(rows, *colours, stop);
    }
  }
  return Packed(rows, to, stop);
}

}  // namespace whittle::codec
