#include "pixel/convert.h"

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "pixel/transfer.h"
#include "pixel/wide_transfer.h"

namespace whittle::pixel {
namespace {

// Mixing at 8 bits, in the fixed point of the resizer.
struct NarrowMixer {
  using Light = int;
  static constexpr int kMost = 255;
  static constexpr std::array<std::int16_t, 256> kDecoded = MakeDecodeTable();

  const EncodeTable& encoding = EncodeTableFor(pixel::Light::kLinear);

  static int Decode(int code) { return kDecoded[static_cast<std::size_t>(code)]; }
  int Encode(int light) const { return encoding[static_cast<std::size_t>(light)]; }
  static int Blend(int light, int behind, int alpha) {
    return (light * alpha + behind * (kMost - alpha) + kMost / 2) / kMost;
  }
  static int Luminance(const std::array<int, 3>& light) {
    constexpr int kRed = 6966, kGreen = 23436, kBlue = 2366;  // BT.709's, times 2^15
    static_assert(kRed + kGreen + kBlue == 1 << 15);
    return (kRed * light[0] + kGreen * light[1] + kBlue * light[2] + (1 << 14)) >> 15;
  }
};

// Mixing at 16 bits, in floats.
struct WideMixer {
  using Light = float;
  static constexpr int kMost = kWideMost;

  const WideDecodeTable& decoding = WideDecoding();
  const WideEncodeTable& encoding = WideEncoding();

  float Decode(int code) const { return decoding[static_cast<std::size_t>(code)]; }
  int Encode(float light) const { return encoding(light); }
  static float Blend(float light, float behind, int alpha) {
    const float share = static_cast<float>(alpha) / float{kMost};
    return light * share + behind * (1 - share);
  }
  static float Luminance(const std::array<float, 3>& light) {
    return 0.2126F * light[0] + 0.7152F * light[1] + 0.0722F * light[2];
  }
};

// Samples of 8 or 16 bits, as numbers of the mixer's range.
template <bool kWide, bool kMixWide>
int Load(const std::uint8_t* from) {
  if constexpr (!kWide) return kMixWide ? *from * 257 : *from;
  std::uint16_t sample;
  std::memcpy(&sample, from, sizeof(sample));
  return sample;
}
template <bool kWide, bool kMixWide>
void Store(int sample, std::uint8_t* to) {
  if constexpr (!kWide) {
    // round(x / 257), for all 65536 of them.
    *to = static_cast<std::uint8_t>(kMixWide ? (sample * 255 + 32895) >> 16 : sample);
  } else {
    const auto wide = static_cast<std::uint16_t>(sample);
    std::memcpy(to, &wide, sizeof(wide));
  }
}

// The background as light; as grey where nothing here has colour. `widen`: the mixer's codes to one
// of the background's.
template <std::size_t kColours, class Mixer>
std::array<typename Mixer::Light, kColours> BehindFor(const Mixer& mixer, Colour background,
                                                      int widen) {
  const std::array<typename Mixer::Light, 3> light = {mixer.Decode(background.red * widen),
                                                      mixer.Decode(background.green * widen),
                                                      mixer.Decode(background.blue * widen)};
  if constexpr (kColours == 1) {
    return {Mixer::Luminance(light)};
  } else {
    return light;
  }
}

template <PixelFormat kFrom, PixelFormat kTo>
struct Conversion {
  static constexpr bool kMixWide = IsWide(kFrom) || IsWide(kTo);
  static constexpr bool kFlatten = HasAlpha(kFrom) && !HasAlpha(kTo);
  static constexpr bool kToLuminance = !IsGrey(kFrom) && IsGrey(kTo);
  static constexpr std::size_t kColoursIn = IsGrey(kFrom) ? 1 : 3;
  static constexpr std::size_t kColoursOut = IsGrey(kTo) ? 1 : 3;
  static constexpr std::size_t kColours = kColoursIn > kColoursOut ? kColoursIn : kColoursOut;
  using Mixer = std::conditional_t<kMixWide, WideMixer, NarrowMixer>;
  using Light = Mixer::Light;

  static void Row(const std::uint8_t* from, std::uint8_t* to, int width, Colour background) {
    const Mixer mixer;
    // NOLINTNEXTLINE(misc-const-correctness): what flattens changes it
    std::array<Light, kColours> behind = {};
    if constexpr (kFlatten) behind = BehindFor<kColours>(mixer, background, kMixWide ? 257 : 1);
    for (int x = 0; x < width; ++x, from += PixelBytes(kFrom), to += PixelBytes(kTo)) {
      std::array<int, kColours> colour{};
      for (std::size_t c = 0; c < kColours; ++c) {
        const std::size_t at = kColoursIn == 1 ? 0 : c;
        colour[c] = Load<IsWide(kFrom), kMixWide>(from + at * kBytesIn);
      }
      int alpha = Mixer::kMost;  // NOLINT(misc-const-correctness): alpha that is there changes it
      if constexpr (HasAlpha(kFrom)) {
        alpha = Load<IsWide(kFrom), kMixWide>(from + kColoursIn * kBytesIn);
      }
      Mix(mixer, behind, alpha, colour);
      for (std::size_t c = 0; c < kColoursOut; ++c) {
        Store<IsWide(kTo), kMixWide>(colour[c], to + c * kBytesOut);
      }
      if constexpr (HasAlpha(kTo)) {
        Store<IsWide(kTo), kMixWide>(alpha, to + kColoursOut * kBytesOut);
      }
    }
  }

 private:
  static constexpr std::size_t kBytesIn = IsWide(kFrom) ? 2 : 1;
  static constexpr std::size_t kBytesOut = IsWide(kTo) ? 2 : 1;

  static void Mix(const Mixer& mixer, const std::array<Light, kColours>& behind, int alpha,
                  std::array<int, kColours>& colour) {
    const auto light = [&](std::size_t c) {
      const Light own = mixer.Decode(colour[c]);
      return kFlatten ? Mixer::Blend(own, behind[c], alpha) : own;
    };
    if constexpr (kToLuminance) {
      colour[0] = mixer.Encode(Mixer::Luminance({light(0), light(1), light(2)}));
    } else if constexpr (kFlatten) {
      if (alpha == Mixer::kMost) return;
      for (std::size_t c = 0; c < kColours; ++c) colour[c] = mixer.Encode(light(c));
    }
  }
};

// Background behind one row, whose own share and the background's add up to the new alpha: in 8
// bits both are counted in 1 / 255^2.
template <PixelFormat kFormat>
struct Backing {
  using Mixer = std::conditional_t<IsWide(kFormat), WideMixer, NarrowMixer>;
  using Light = Mixer::Light;
  static constexpr bool kWide = IsWide(kFormat);
  static constexpr std::size_t kColours = IsGrey(kFormat) ? 1 : 3;
  static constexpr std::size_t kBytes = kWide ? 2 : 1;

  static void Row(std::uint8_t* row, int width, Colour background) {
    const Mixer mixer;
    const auto behind = BehindFor<kColours>(mixer, background, kWide ? 257 : 1);
    for (int x = 0; x < width; ++x, row += PixelBytes(kFormat)) {
      const int alpha = Load<kWide, kWide>(row + kColours * kBytes);
      if (alpha == Mixer::kMost) continue;
      const Light own = kWide ? static_cast<Light>(alpha) : static_cast<Light>(alpha * 255);
      const Light others = static_cast<Light>(background.alpha * (Mixer::kMost - alpha)) /
                           (kWide ? Light{255} : Light{1});
      const Light sum = own + others;
      if (sum == 0) continue;
      for (std::size_t c = 0; c < kColours; ++c) {
        std::uint8_t* sample = row + c * kBytes;
        const Light light = own * mixer.Decode(Load<kWide, kWide>(sample)) + others * behind[c];
        Store<kWide, kWide>(mixer.Encode(kWide ? light / sum : (light + sum / 2) / sum), sample);
      }
      const Light most = kWide ? sum + Light{1} / 2 : (sum + 127) / 255;
      Store<kWide, kWide>(static_cast<int>(most), row + kColours * kBytes);
    }
  }
};

constexpr std::size_t kFormats = 8;
using ConvertRow = void (*)(const std::uint8_t* from, std::uint8_t* to, int width, Colour);

template <std::size_t... kPair>
constexpr std::array<ConvertRow, kFormats * kFormats> AllPairs(std::index_sequence<kPair...>) {
  return {Conversion<static_cast<PixelFormat>(kPair / kFormats),
                     static_cast<PixelFormat>(kPair % kFormats)>::Row...};
}
constexpr auto kPairs = AllPairs(std::make_index_sequence<kFormats * kFormats>());

}  // namespace

void ConvertRows(ConstRowSpan from, RowSpan to, Colour background) {
  assert(from.width == to.width && from.rows == to.rows);
  assert(from.format != PixelFormat::kCmyk8 && to.format != PixelFormat::kCmyk8);
  const ConvertRow convert = kPairs[static_cast<std::size_t>(from.format) * kFormats +
                                    static_cast<std::size_t>(to.format)];
  for (int y = 0; y < from.rows; ++y) {
    if (from.format == to.format) {
      std::memcpy(to.row(y), from.row(y), from.row_bytes());
    } else {
      convert(from.row(y), to.row(y), from.width, background);
    }
  }
}

void LayBehind(RowSpan rows, Colour background) {
  const auto back = [&](auto* back_row) {
    for (int y = 0; y < rows.rows; ++y) back_row(rows.row(y), rows.width, background);
  };
  switch (rows.format) {
    case PixelFormat::kGreyA8:
      return back(Backing<PixelFormat::kGreyA8>::Row);
    case PixelFormat::kRgba8:
      return back(Backing<PixelFormat::kRgba8>::Row);
    case PixelFormat::kGreyA16:
      return back(Backing<PixelFormat::kGreyA16>::Row);
    case PixelFormat::kRgba16:
      return back(Backing<PixelFormat::kRgba16>::Row);
    default:
      assert(!HasAlpha(rows.format));
  }
}

void NarrowRows(ConstRowSpan from, RowSpan to) {
  assert(IsWide(from.format) && !IsWide(to.format));
  assert(Channels(from.format) == Channels(to.format));
  ConvertRows(from, to);
}

}  // namespace whittle::pixel
