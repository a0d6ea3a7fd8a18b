#include "color/space_transform.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

#include "color/tone_map.h"
#include "pixel/wide_transfer.h"

namespace whittle::color {
namespace {

using pixel::PixelFormat;

// The gain of HLG's OOTF is a power of the luminance that is steep near black. By the fourth root
// it is nearly straight: 1024 pieces are within 0.1 % of it, but for luminances below 1e-9.
constexpr int kOotfSteps = 1024;
constexpr std::array<float, 3> kLuminance = {0.2627F, 0.6780F, 0.0593F};  // BT.2020

double LightOf(const Encoding& encoding, double code) {
  switch (encoding.hdr) {
    case Hdr::kPq:
      return PqLight(code);
    case Hdr::kHlg:
      return HlgScene(code);
    case Hdr::kNone:
      break;
  }
  return encoding.curve(code);
}

// A luminance of 1 is the most there is, and has the last step.
float Interpolated(const std::vector<float>& table, float place) {
  const int step = std::min(static_cast<int>(place), kOotfSteps - 1);
  const float* value = table.data() + step;
  return value[0] + (place - static_cast<float>(step)) * (value[1] - value[0]);
}

template <class Sample>
Sample CodeOf(const pixel::WideEncodeTable& encode, float light) {
  const std::uint32_t code = encode(light);
  if constexpr (sizeof(Sample) == 2) return static_cast<Sample>(code);
  return static_cast<Sample>((code * 255 + 32767) / 65535);
}

}  // namespace

std::shared_ptr<const SpaceToSrgb> SpaceToSrgb::Make(const pixel::ColourSpace& space,
                                                     PixelFormat format) {
  assert(format != PixelFormat::kCmyk8);
  const auto encoding = IsGrey(format) ? GreyEncodingOf(space) : EncodingOf(space);
  if (!encoding) return nullptr;
  const auto to_mixing =
      Between(encoding->chromaticities, encoding->hdr == Hdr::kNone ? kBt709 : kBt2020);
  if (!to_mixing) return nullptr;
  return std::shared_ptr<const SpaceToSrgb>(new SpaceToSrgb(*encoding, *to_mixing, format));
}

SpaceToSrgb::SpaceToSrgb(const Encoding& encoding, const Matrix& to_mixing, PixelFormat format)
    : format_(format), hdr_(encoding.hdr) {
  const Matrix to_srgb = *Between(kBt2020, kBt709);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      to_mixing_[i][j] = static_cast<float>(to_mixing[i][j]);
      to_srgb_[i][j] = static_cast<float>(to_srgb[i][j]);
    }
  }
  if (hdr_ == Hdr::kHlg) {
    for (int i = 0; i <= kOotfSteps; ++i) {
      const double root = static_cast<double>(i) / kOotfSteps;
      ootf_.push_back(static_cast<float>(HlgGain(root * root * root * root)));
    }
  }
  const int most = IsWide(format) ? 65535 : 255;
  light_.reserve(static_cast<std::size_t>(most) + 1);
  for (int code = 0; code <= most; ++code) {
    light_.push_back(static_cast<float>(LightOf(encoding, static_cast<double>(code) / most)));
  }
  if (!IsGrey(format)) return;
  IsWide(format) ? MakeGreys<std::uint16_t>() : MakeGreys<std::uint8_t>();
  light_ = {};
}

void SpaceToSrgb::Mix(const Weights& weights, Light& light) {
  for (std::size_t x = 0; x < kChunk; ++x) {
    const float r = light[0][x], g = light[1][x], b = light[2][x];
    for (std::size_t i = 0; i < 3; ++i) {
      light[i][x] = weights[i][0] * r + weights[i][1] * g + weights[i][2] * b;
    }
  }
}

// HLG: from the scene to the display that it was made for.
void SpaceToSrgb::Develop(Light& light) const {
  Channel place;
  for (std::size_t x = 0; x < kChunk; ++x) {
    const float luminance =
        kLuminance[0] * light[0][x] + kLuminance[1] * light[1][x] + kLuminance[2] * light[2][x];
    const float root = __builtin_elementwise_sqrt(std::clamp(luminance, 0.0F, 1.0F));
    place[x] = __builtin_elementwise_sqrt(root) * kOotfSteps;
  }
  for (float& value : place) value = Interpolated(ootf_, value);
  for (Channel& channel : light) {
    for (std::size_t x = 0; x < kChunk; ++x) channel[x] *= place[x];
  }
}

// On a screen of sRGB's primaries; beyond 0..1 where the screen cannot follow.
void SpaceToSrgb::Show(Light& light) const {
  Mix(to_mixing_, light);
  if (hdr_ == Hdr::kNone) return;
  if (hdr_ == Hdr::kHlg) Develop(light);
  for (std::size_t x = 0; x < kChunk; ++x) {
    const float warm = std::max(light[0][x], light[1][x]);
    const float gain = ToneCurve()(std::max(warm, light[2][x]));
    for (std::size_t i = 0; i < 3; ++i) light[i][x] *= gain;
  }
  Mix(to_srgb_, light);
}

template <class Sample>
void SpaceToSrgb::MakeGreys() {
  const pixel::WideEncodeTable& encode = pixel::WideEncoding();
  greys_.resize(light_.size());
  for (std::size_t from = 0; from < light_.size(); from += kChunk) {
    Light light;
    for (Channel& channel : light) std::copy_n(light_.data() + from, kChunk, channel.data());
    Show(light);
    for (std::size_t x = 0; x < kChunk; ++x) greys_[from + x] = CodeOf<Sample>(encode, light[1][x]);
  }
}

template <class Sample>
void SpaceToSrgb::ConvertColours(const std::uint8_t* from, int width, std::uint8_t* to) const {
  const auto* in = reinterpret_cast<const Sample*>(from);
  auto* out = reinterpret_cast<Sample*>(to);
  const pixel::WideEncodeTable& encode = pixel::WideEncoding();
  const auto channels = static_cast<std::size_t>(Channels(format_));
  Light light = {};
  for (auto left = static_cast<std::size_t>(width); left > 0;) {
    const std::size_t count = std::min(left, kChunk);
    for (std::size_t x = 0; x < count; ++x) {
      for (std::size_t i = 0; i < 3; ++i) light[i][x] = light_[in[x * channels + i]];
    }
    Show(light);
    for (std::size_t x = 0; x < count; ++x) {
      for (std::size_t i = 0; i < 3; ++i) {
        out[x * channels + i] = CodeOf<Sample>(encode, light[i][x]);
      }
      if (channels == 4) out[x * channels + 3] = in[x * channels + 3];
    }
    in += count * channels;
    out += count * channels;
    left -= count;
  }
}

template <class Sample>
void SpaceToSrgb::LookUp(const std::uint8_t* from, int width, std::uint8_t* to) const {
  const auto* in = reinterpret_cast<const Sample*>(from);
  auto* out = reinterpret_cast<Sample*>(to);
  const int channels = Channels(format_);
  for (int x = 0; x < width; ++x, in += channels, out += channels) {
    out[0] = static_cast<Sample>(greys_[in[0]]);
    if (channels == 2) out[1] = in[1];
  }
}

void SpaceToSrgb::Convert(pixel::ConstRowSpan from, pixel::RowSpan to) const {
  assert(from.format == format_ && to.format == format_);
  assert(from.width == to.width && from.rows == to.rows);
  for (int y = 0; y < from.rows; ++y) {
    const std::uint8_t* in = from.row(y);
    std::uint8_t* out = to.row(y);
    if (IsGrey(format_)) {
      IsWide(format_) ? LookUp<std::uint16_t>(in, from.width, out)
                      : LookUp<std::uint8_t>(in, from.width, out);
    } else {
      IsWide(format_) ? ConvertColours<std::uint16_t>(in, from.width, out)
                      : ConvertColours<std::uint8_t>(in, from.width, out);
    }
  }
}

}  // namespace whittle::color
