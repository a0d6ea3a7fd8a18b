#include "tests/pixel/reference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

#include "pixel/simd.h"

namespace whittle::pixel::test {
namespace {

double Sinc(double x) {
  const double t = std::numbers::pi * x;
  return x == 0 ? 1 : std::sin(t) / t;
}
double Lanczos(int lobes, double x) { return std::abs(x) < lobes ? Sinc(x) * Sinc(x / lobes) : 0; }

// Mitchell and Netravali's cubics, as their paper writes them.
double Cubic(double b, double c, double x) {
  const double r = std::abs(x);
  if (r >= 2) return 0;
  if (r < 1) {
    return ((12 - 9 * b - 6 * c) * r * r * r + (-18 + 12 * b + 6 * c) * r * r + (6 - 2 * b)) / 6;
  }
  return ((-b - 6 * c) * r * r * r + (6 * b + 30 * c) * r * r + (-12 * b - 48 * c) * r +
          (8 * b + 24 * c)) /
         6;
}

// The "magic kernel": a box convolved with itself twice.
double Magic(double x) {
  const double r = std::abs(x);
  if (r < 0.5) return 0.75 - r * r;
  return r < 1.5 ? (r - 1.5) * (r - 1.5) / 2 : 0;
}
double MagicSharp2013(double x) { return (6 * Magic(x) - Magic(x - 1) - Magic(x + 1)) / 4; }
double MagicSharp2021(double x) {
  return (34 * MagicSharp2013(x) + MagicSharp2013(x - 2) + MagicSharp2013(x + 2)) / 36;
}

// A picture in linear or gamma light.
template <class Sample>
struct Grid {
  int width, height, channels;
  std::vector<Sample> samples;

  std::size_t row_samples() const { return static_cast<std::size_t>(width * channels); }
  // Beyond the last column or row it goes on with that.
  Sample at(int x, int y, int c) const {
    const auto column = static_cast<std::size_t>(std::min(x, width - 1) * channels + c);
    return samples[static_cast<std::size_t>(std::min(y, height - 1)) * row_samples() + column];
  }
};

template <class Sample>
Grid<Sample> Decoded(const Picture& source, const std::function<Sample(int code)>& decode) {
  Grid<Sample> grid = {source.width, source.height, source.channels, {}};
  for (const std::uint8_t code : source.samples) grid.samples.push_back(decode(code));
  return grid;
}

// Averages of 2x2 samples, `times` times over; `quarter` is a fourth of its argument.
template <class Sample>
Grid<Sample> Halve(Grid<Sample> grid, int times, Sample (*quarter)(Sample)) {
  for (; times > 0; --times) {
    Grid<Sample> half = {(grid.width + 1) / 2, (grid.height + 1) / 2, grid.channels, {}};
    for (int y = 0; y < half.height; ++y) {
      for (int x = 0; x < half.width; ++x) {
        for (int c = 0; c < grid.channels; ++c) {
          half.samples.push_back(quarter(grid.at(2 * x, 2 * y, c) + grid.at(2 * x + 1, 2 * y, c) +
                                         grid.at(2 * x, 2 * y + 1, c) +
                                         grid.at(2 * x + 1, 2 * y + 1, c)));
        }
      }
    }
    grid = std::move(half);
  }
  return grid;
}

// The separable filter, nothing rounded.
Grid<double> Filtered(const Grid<double>& whole, const Geometry& g, int halvings,
                      Kernel kernel = Kernel::kLanczos3) {
  const Grid<double> source = Halve<double>(whole, halvings, [](double sum) { return sum / 4; });
  const Axis across = Halved(g.horizontal(kernel), halvings);
  const Axis down = Halved(g.vertical(kernel), halvings);
  std::vector<std::vector<Tap>> columns;
  for (int x = 0; x < g.dst_width; ++x) columns.push_back(ExactTaps(across, x));
  Grid<double> result = {g.dst_width, g.dst_height, source.channels, {}};
  std::vector<double> row(source.row_samples());
  for (int y = 0; y < g.dst_height; ++y) {
    std::ranges::fill(row, 0.0);
    for (const Tap& tap : ExactTaps(down, y)) {
      const double* from =
          source.samples.data() + static_cast<std::size_t>(tap.at) * source.row_samples();
      for (std::size_t i = 0; i < row.size(); ++i) row[i] += tap.weight * from[i];
    }
    for (int x = 0; x < g.dst_width; ++x) {
      for (int c = 0; c < source.channels; ++c) {
        double sum = 0;
        for (const Tap& tap : columns[static_cast<std::size_t>(x)]) {
          sum += tap.weight * row[static_cast<std::size_t>(tap.at * source.channels + c)];
        }
        result.samples.push_back(sum);
      }
    }
  }
  return result;
}

std::uint8_t Code(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

std::int16_t Saturate(std::int64_t value) {
  return static_cast<std::int16_t>(std::clamp<std::int64_t>(value, -32768, 32767));
}

// One sample of the fixed-point filter; `sample(j)` is source sample j.
template <class Sample>
std::int16_t FixedPointSum(const Filter& filter, int i, const Sample& sample) {
  const Filter::Window window = filter.window(i);
  std::int64_t sum = std::int64_t{1} << (filter.bits() - 1);
  for (int p = 0; p < window.pairs; ++p) {
    const auto pair = static_cast<std::uint32_t>(filter.weights(i)[p]);
    sum += std::int64_t{static_cast<std::int16_t>(pair & 0xFFFF)} * sample(2 * (window.begin + p));
    sum += std::int64_t{static_cast<std::int16_t>(pair >> 16)} * sample(2 * (window.begin + p) + 1);
  }
  return Saturate(sum >> filter.bits());
}

// Rows of one channel, packed, in a buffer of exactly their size.
std::vector<std::uint8_t> RowsOf(const Picture& picture, int channel, int from, int count) {
  std::vector<std::uint8_t> rows;
  for (int y = from; y < from + count; ++y) {
    for (int x = 0; x < picture.width; ++x) rows.push_back(picture.at(x, y, channel));
  }
  return rows;
}

}  // namespace

double Decode(double coded) {
  return coded <= 0.04045 ? coded / 12.92 : std::pow((coded + 0.055) / 1.055, 2.4);
}
double Encode(double light) {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

double KernelValue(Kernel kernel, double x) {
  switch (kernel) {
    case Kernel::kNearest:
      return std::abs(x) < 0.5 ? 1 : 0;
    case Kernel::kLinear:
      return std::max(0.0, 1 - std::abs(x));
    case Kernel::kCubic:
      return Cubic(0, 0.5, x);
    case Kernel::kMitchell:
      return Cubic(1 / 3.0, 1 / 3.0, x);
    case Kernel::kLanczos2:
      return Lanczos(2, x);
    case Kernel::kLanczos3:
      return Lanczos(3, x);
    case Kernel::kMks2013:
      return MagicSharp2013(x);
    case Kernel::kMks2021:
      return MagicSharp2021(x);
  }
  return 0;
}

std::vector<Tap> ExactTaps(const Axis& axis, int i) {
  const double scale = axis.scale();
  const double widen = std::max(1.0, scale);
  const double centre = axis.from + (i + 0.5) * scale;
  if (axis.kernel == Kernel::kNearest) {
    // A centre between two samples belongs to the latter, give or take rounding.
    return {{std::clamp(static_cast<int>(std::floor(centre + 1e-10)), 0, axis.src - 1), 1}};
  }
  const auto weight = [&](int j) {
    return KernelValue(axis.kernel, (std::clamp(j, 0, axis.src - 1) + 0.5 - centre) / widen);
  };
  const double blur = (1 - 1.0 / (axis.box * axis.box)) / 24;
  std::vector<Tap> taps;
  double sum = 0;
  for (int j = std::max(0, static_cast<int>(centre - 5 * widen) - 3);
       j < std::min(axis.src, static_cast<int>(centre + 5 * widen) + 4); ++j) {
    const double sharp = weight(j) - blur * (weight(j - 1) - 2 * weight(j) + weight(j + 1));
    taps.push_back({j, sharp * (j == axis.src - 1 ? axis.last : 1)});
    sum += taps.back().weight;
  }
  for (Tap& tap : taps) tap.weight /= sum;
  return taps;
}

Picture ExactResize(const Picture& picture, const Geometry& g, Light light, Kernel kernel) {
  return HalvedExactResize(picture, g, light, 0, kernel);
}

std::vector<double> ExactSamples(const Picture& picture, const Geometry& g, Light light,
                                 int halvings, Kernel kernel) {
  const DeepPicture deep = {picture.width,
                            picture.height,
                            picture.channels,
                            255,
                            {picture.samples.begin(), picture.samples.end()}};
  return ExactSamples(deep, g, light, halvings, kernel, 32767.0 / kOne);
}

std::vector<double> ExactSamples(const DeepPicture& picture, const Geometry& g, Light light,
                                 int halvings, Kernel kernel, double limit) {
  const auto channels = static_cast<std::size_t>(picture.channels);
  const bool alpha = channels % 2 == 0;
  Grid<double> source = {picture.width, picture.height, picture.channels, {}};
  for (const int sample : picture.samples) {
    const double code = static_cast<double>(sample) / picture.most;
    source.samples.push_back(light == Light::kLinear ? Decode(code) : code);
  }
  const auto last = channels - 1;
  for (std::size_t i = 0; alpha && i < source.samples.size(); i += channels) {
    source.samples[i + last] = static_cast<double>(picture.samples[i + last]) / picture.most;
    for (std::size_t c = 0; c < last; ++c) source.samples[i + c] *= source.samples[i + last];
  }
  std::vector<double> sums = Filtered(source, g, halvings, kernel).samples;
  for (std::size_t i = 0; alpha && i < sums.size(); i += channels) {
    const auto clamped = [&](std::size_t c) { return std::clamp(sums[i + c], 0.0, limit); };
    const double opacity = clamped(last);
    for (std::size_t c = 0; c < last; ++c) {
      sums[i + c] = opacity < 0.5 / picture.most ? 0 : clamped(c) / opacity;
    }
    sums[i + last] = opacity;
  }
  for (double& sum : sums) sum = std::clamp(sum, 0.0, 1.0);
  return sums;
}

Picture HalvedExactResize(const Picture& picture, const Geometry& g, Light light, int halvings,
                          Kernel kernel) {
  const std::vector<double> samples = ExactSamples(picture, g, light, halvings, kernel);
  Picture result = whittle::test::Blank(g.dst_width, g.dst_height, picture.channels);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto channel = static_cast<int>(i) % picture.channels;
    const bool coded = picture.channels % 2 == 0 && channel == picture.channels - 1;
    result.samples[i] =
        Code(255 * (light == Light::kLinear && !coded ? Encode(samples[i]) : samples[i]));
  }
  return result;
}

Chroma ExactChroma(const Picture& source, const Geometry& g) {
  Grid<double> weighed = {source.width, source.height, 3, {}};
  for (std::size_t i = 0; i < source.samples.size(); i += 3) {
    const double weight = source.samples[i] + 32.0;
    weighed.samples.insert(weighed.samples.end(), {weight, weight * source.samples[i + 1],
                                                   weight * source.samples[i + 2]});
  }
  const Grid<double> sums =
      Filtered(weighed, g, HalvingsFor(g.horizontal(), g.vertical(), Light::kGamma));
  const double most = kOne / 60.0;
  Chroma result = {whittle::test::Blank(g.dst_width, g.dst_height, 2), {}};
  for (std::size_t i = 0; i < result.codes.samples.size(); ++i) {
    const std::size_t at = i / 2 * 3;
    const double weight = std::clamp(sums.samples[at], 0.0, most);
    const double sum = std::clamp(sums.samples[at + 1 + i % 2], 0.0, 256 * most);
    result.codes.samples[i] = Code(128 + (sum - 128 * weight) / std::max(weight, 16.0));
    if (i % 2 == 0) result.weights.push_back(weight);
  }
  return result;
}

Picture FixedPointResize(const Picture& picture, const Geometry& g, Light light, Kernel kernel) {
  const int halvings = HalvingsFor(g.horizontal(kernel), g.vertical(kernel), light);
  Filter across, down;
  EXPECT_TRUE(across.Configure(Halved(g.horizontal(kernel), halvings)));
  EXPECT_TRUE(down.Configure(Halved(g.vertical(kernel), halvings)));
  EXPECT_EQ(across.early_bits() + down.early_bits(), 0);
  const auto fixed = [&](int code) {
    return static_cast<int>(std::lround(light == Light::kLinear ? kOne * Decode(code / 255.0)
                                                                : kGammaStep * double(code)));
  };
  Grid<int> decoded = Decoded<int>(picture, fixed);
  const auto channels = static_cast<std::size_t>(picture.channels);
  const bool alpha = channels % 2 == 0;
  for (std::size_t i = 0; alpha && i < decoded.samples.size(); ++i) {
    const int opacity = picture.samples[i / channels * channels + channels - 1];
    int& sample = decoded.samples[i];
    sample = i % channels == channels - 1
                 ? kGammaStep * opacity
                 : static_cast<int>(((2 * std::int64_t{sample} * 257 * opacity >> 16) + 1) >> 1);
  }
  const Grid<int> source =
      Halve<int>(std::move(decoded), halvings, [](int sum) { return (sum + 2) >> 2; });
  std::vector<int> sums;
  std::vector<int> row(static_cast<std::size_t>(source.width));
  for (int y = 0; y < g.dst_height; ++y) {
    std::vector<int> pixels(static_cast<std::size_t>(g.dst_width) * channels);
    for (int c = 0; c < source.channels; ++c) {
      for (int x = 0; x < source.width; ++x) {
        row[static_cast<std::size_t>(x)] =
            FixedPointSum(down, y, [&](int j) { return source.at(x, j, c); });
      }
      for (int x = 0; x < g.dst_width; ++x) {
        const int sum = FixedPointSum(across, x, [&](int j) {
          return j < source.width ? row[static_cast<std::size_t>(j)] : 0;
        });
        pixels[static_cast<std::size_t>(x) * channels + static_cast<std::size_t>(c)] =
            std::clamp(sum, 0, alpha ? 32767 : kOne);
      }
    }
    sums.insert(sums.end(), pixels.begin(), pixels.end());
  }
  Picture result = whittle::test::Blank(g.dst_width, g.dst_height, picture.channels);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto code = [](int sum, Light as) {
      return EncodeTableFor(as)[static_cast<std::size_t>(std::min(sum, kOne))];
    };
    if (!alpha) {
      result.samples[i] = code(sums[i], light);
      continue;
    }
    const int opacity = sums[i / channels * channels + channels - 1];
    if (i % channels == channels - 1) {
      result.samples[i] = code(opacity, Light::kGamma);
    } else if (opacity > kGammaStep / 2) {
      const float straight = static_cast<float>(sums[i]) * (float{kOne} / float(opacity)) + 0.5F;
      result.samples[i] = code(static_cast<int>(straight), light);
    }
  }
  return result;
}

Picture RunResizer(Resizer& resizer, const Picture& source, const Geometry& g, Light light,
                   const std::function<int()>& batch) {
  return RunResizer(resizer, source, ResizeSpec{.geometry = g, .light = light}, batch);
}

Picture RunResizer(Resizer& resizer, const Picture& source, ResizeSpec spec,
                   const std::function<int()>& batch) {
  const Geometry& g = spec.geometry;
  const PixelFormat format = FormatWith(source.channels <= 2, source.channels % 2 == 0, false);
  spec.format = format;
  const auto configured = resizer.Configure(spec);
  EXPECT_TRUE(configured) << configured.error().detail;
  Picture result = whittle::test::Blank(g.dst_width, g.dst_height, source.channels);
  const auto in_stride = static_cast<std::size_t>(source.width * source.channels);
  const auto out_stride = static_cast<std::size_t>(g.dst_width * source.channels);
  const auto next_batch = [&] { return batch ? batch() : 16; };
  int in = 0;
  int out = 0;
  while (in < source.height) {
    const int count = std::min(next_batch(), source.height - in);
    const auto begin =
        source.samples.begin() + static_cast<std::ptrdiff_t>(in * std::ptrdiff_t(in_stride));
    const std::vector<std::uint8_t> rows(begin, begin + count * std::ptrdiff_t(in_stride));
    const int used = resizer.Push({rows.data(), in_stride, source.width, count, format});
    in += used;
    int pulled = 0;
    for (;;) {
      const int room = std::min(next_batch(), g.dst_height - out);
      std::vector<std::uint8_t> filled(static_cast<std::size_t>(room) * out_stride);
      const int n = resizer.Pull({filled.data(), out_stride, g.dst_width, room, format});
      std::copy_n(filled.begin(), n * std::ptrdiff_t(out_stride),
                  result.samples.begin() + out * std::ptrdiff_t(out_stride));
      if (n == 0) break;
      pulled += n;
      out += n;
    }
    if (used + pulled == 0) {
      ADD_FAILURE() << "neither takes nor gives rows at " << in;
      return result;
    }
  }
  EXPECT_EQ(out, g.dst_height);
  return result;
}

Picture RunResizer(const Picture& source, const Geometry& geometry, Light light) {
  Resizer resizer;
  return RunResizer(resizer, source, geometry, light);
}

Picture RunChromaResizer(ChromaResizer& resizer, const Picture& source, const Geometry& g,
                         const std::function<int()>& batch, CodeRange output) {
  const auto configured = resizer.Configure(g, output);
  EXPECT_TRUE(configured) << configured.error().detail;
  Picture result = whittle::test::Blank(g.dst_width, g.dst_height, 2);
  const auto next_batch = [&] { return batch ? batch() : 16; };
  const auto span = [](auto& rows, int width, int count) {
    return BasicRowSpan{rows.data(), static_cast<std::size_t>(width), width, count,
                        PixelFormat::kGrey8};
  };
  int in = 0;
  int out = 0;
  while (in < source.height) {
    const int count = std::min(next_batch(), source.height - in);
    const auto luma = RowsOf(source, 0, in, count);
    const auto cb = RowsOf(source, 1, in, count);
    const auto cr = RowsOf(source, 2, in, count);
    const int used = resizer.Push({.cb = span(cb, source.width, count),
                                   .cr = span(cr, source.width, count),
                                   .luma = span(luma, source.width, count)});
    in += used;
    int pulled = 0;
    for (;;) {
      const int room = std::min(next_batch(), g.dst_height - out);
      std::vector<std::uint8_t> to_cb(static_cast<std::size_t>(room * g.dst_width));
      std::vector<std::uint8_t> to_cr = to_cb;
      const int n = resizer.Pull(span(to_cb, g.dst_width, room), span(to_cr, g.dst_width, room));
      for (std::size_t i = 0; i < static_cast<std::size_t>(n * g.dst_width); ++i) {
        const std::size_t at = 2 * (static_cast<std::size_t>(out * g.dst_width) + i);
        result.samples[at] = to_cb[i];
        result.samples[at + 1] = to_cr[i];
      }
      if (n == 0) break;
      pulled += n;
      out += n;
    }
    if (used + pulled == 0) {
      ADD_FAILURE() << "neither takes nor gives rows at " << in;
      return result;
    }
  }
  EXPECT_EQ(out, g.dst_height);
  return result;
}

Picture RunChromaResizer(const Picture& source, const Geometry& geometry) {
  ChromaResizer resizer;
  return RunChromaResizer(resizer, source, geometry);
}

Picture MirroredX(const Picture& picture) { return whittle::test::Upright(picture, 2); }
Picture MirroredY(const Picture& picture) { return whittle::test::Upright(picture, 4); }

void OnEveryTarget(const std::function<void(const std::string& target)>& body) {
  for (const std::string& target : SimdTargets()) {
    SCOPED_TRACE(target);
    ASSERT_TRUE(ForceSimdTarget(target));
    body(target);
  }
  ASSERT_TRUE(ForceSimdTarget("auto"));
}

}  // namespace whittle::pixel::test
