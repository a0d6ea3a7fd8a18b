#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

#include "effect/cielab.h"
#include "effect/plain_math.h"
#include "effect/saliency.h"
#include "effect/samples.h"

namespace whittle::effect {
namespace {

// The picture is looked at in so many places, down and across, whatever its shape.
constexpr int kSide = 32;

template <class T>
using Places = std::array<T, std::size_t{kSide} * kSide>;

constexpr std::size_t At(int x, int y) {
  return static_cast<std::size_t>(y) * kSide + static_cast<std::size_t>(x);
}

// The frame is averaged to at most so many cells on a side before Lanczos' filter takes over.
constexpr int kMostCells = 4 * kSide;

using Codes = std::array<double, 3>;  // red, green, blue, 0..1, times alpha

struct Cells {
  int width, height;
  std::vector<Codes> codes;
  Codes& at(int x, int y) { return codes[static_cast<std::size_t>(y * width + x)]; }
};

// Means of the pixels whose middles are in each cell.
template <class Sample, int kChannels>
Expected<void> Average(pixel::ConstRowSpan frame, Cells& cells, const std::stop_token& stop) {
  constexpr bool kAlpha = kChannels % 2 == 0;
  constexpr double kOne = static_cast<double>(kFull<Sample>) * (kAlpha ? kFull<Sample> : 1);
  const auto cell_of = [](int i, int length, int count) {
    return static_cast<int>((2 * std::int64_t{i} + 1) * count / (2 * std::int64_t{length}));
  };
  std::vector<int> ends(static_cast<std::size_t>(cells.width), 0);  // of each cell, in pixels
  for (int x = 0; x < frame.width; ++x) {
    ends[static_cast<std::size_t>(cell_of(x, frame.width, cells.width))] = x + 1;
  }
  std::vector<int> rows(static_cast<std::size_t>(cells.height), 0);
  for (int y = 0; y < frame.rows; ++y) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const auto* pixel = reinterpret_cast<const Sample*>(frame.row(y));
    const int row = cell_of(y, frame.rows, cells.height);
    ++rows[static_cast<std::size_t>(row)];
    int x = 0;
    for (int i = 0; i < cells.width; ++i) {
      std::array<std::uint64_t, 3> sum = {};
      const int end = ends[static_cast<std::size_t>(i)];
      const int count = end - x;
      for (; x < end; ++x, pixel += kChannels) {
        const std::uint64_t alpha = kAlpha ? pixel[kChannels - 1] : 1;
        for (std::size_t c = 0; c < 3; ++c) sum[c] += alpha * pixel[kChannels >= 3 ? c : 0];
      }
      for (std::size_t c = 0; c < 3; ++c) {
        cells.at(i, row)[c] += static_cast<double>(sum[c]) / (kOne * count);
      }
    }
  }
  for (int y = 0; y < cells.height; ++y) {
    for (int i = 0; i < cells.width; ++i) {
      for (double& code : cells.at(i, y)) code /= rows[static_cast<std::size_t>(y)];
    }
  }
  return {};
}

// Which cells make up a place, and by what weights.
struct Window {
  int first;
  std::vector<double> weights;
};
std::vector<Window> Windows(int cells) {
  const auto lanczos = [](double x) {
    if (x == 0) return 1.0;
    if (std::abs(x) >= 3) return 0.0;
    const double angle = std::numbers::pi * x;
    return 3 * PlainSin(180 * x) * PlainSin(60 * x) / (angle * angle);
  };
  const double scale = static_cast<double>(cells) / kSide;
  const double reach = std::max(scale, 1.0);
  std::vector<Window> windows;
  for (int i = 0; i < kSide; ++i) {
    const double middle = (i + 0.5) * scale;
    const int first = static_cast<int>(std::floor(middle - 3 * reach));
    const int last = static_cast<int>(std::ceil(middle + 3 * reach));
    Window window{first, {}};
    double sum = 0;
    for (int j = first; j < last; ++j) {
      window.weights.push_back(lanczos((j + 0.5 - middle) / reach));
      sum += window.weights.back();
    }
    for (double& weight : window.weights) weight /= sum;
    windows.push_back(std::move(window));
  }
  return windows;
}

// `from` at kSide across; its rows become columns.
Cells ShrunkAndTurned(Cells& from) {
  Cells to{from.height, kSide, std::vector<Codes>(static_cast<std::size_t>(from.height * kSide))};
  const std::vector<Window> windows = Windows(from.width);
  for (int x = 0; x < kSide; ++x) {
    const auto& [first, weights] = windows[static_cast<std::size_t>(x)];
    for (int y = 0; y < from.height; ++y) {
      for (std::size_t j = 0; j < weights.size(); ++j) {
        const Codes& cell = from.at(std::clamp(first + static_cast<int>(j), 0, from.width - 1), y);
        for (std::size_t c = 0; c < 3; ++c) to.at(y, x)[c] += weights[j] * cell[c];
      }
    }
  }
  return to;
}

// The frame at kSide x kSide, as light.
Expected<Places<LinearRgb>> Shrunk(pixel::ConstRowSpan frame, const std::stop_token& stop) {
  Cells cells{std::min(frame.width, kMostCells), std::min(frame.rows, kMostCells), {}};
  cells.codes.resize(static_cast<std::size_t>(cells.width * cells.height));
  WHITTLE_CHECK(WithSamples(frame.format, [&]<class Sample, int kChannels>() {
    return Average<Sample, kChannels>(frame, cells, stop);
  }));
  Cells turned = ShrunkAndTurned(cells);
  Cells places = ShrunkAndTurned(turned);
  const Cielab& cielab = Cielab::Get();
  Places<LinearRgb> light;
  for (std::size_t i = 0; i < light.size(); ++i) {
    const auto decoded = [&](std::size_t c) {
      return cielab.Decode(static_cast<float>(places.codes[i][c]));
    };
    light[i] = {decoded(0), decoded(1), decoded(2)};
  }
  return light;
}

// How much a colour is like skin, up to 100: by the angle of its XYZ (0..100) to that of skin.
float SkinOf(const LinearRgb& c) {
  const float x = 0.4123908F * c.red + 0.3575843F * c.green + 0.1804808F * c.blue;
  const float y = Cielab::LuminanceOf(c);
  const float z = 0.0193308F * c.red + 0.1191948F * c.green + 0.9505322F * c.blue;
  const float length = std::sqrt(x * x + y * y + z * z);
  const float dx = x / length - 0.78F, dy = y / length - 0.57F, dz = z / length - 0.44F;
  return 100 - 100 * std::sqrt(dx * dx + dy * dy + dz * dz);
}

// What attracts the eye in each place.
Places<float> Scores(const Places<LinearRgb>& light) {
  const Cielab& cielab = Cielab::Get();
  const auto luminance_at = [&](int x, int y) {
    return 100 *
           Cielab::LuminanceOf(light[At(std::clamp(x, 0, kSide - 1), std::clamp(y, 0, kSide - 1))]);
  };
  Places<float> scores;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const float here = luminance_at(x, y);
      const float around = luminance_at(x - 1, y) + luminance_at(x + 1, y) +
                           luminance_at(x, y - 1) + luminance_at(x, y + 1);
      float score = 5 * std::abs(4 * here - around);
      if (here > 5) {  // in the dark neither skin nor redness is seen
        score += SkinOf(light[At(x, y)]) + cielab.ToLab(light[At(x, y)]).a;
      }
      scores[At(x, y)] = score;
    }
  }
  return scores;
}

// Across and, by turning, down. The Gaussian ends where it is a fifth of its height.
Places<float> Blurred(const Places<float>& scores, double sigma) {
  std::vector<float> kernel = {1};
  double sum = 1;
  for (int i = 1;; ++i) {
    const double weight = PlainExp(-0.5 * i * i / (sigma * sigma));
    if (weight < 0.2) break;
    kernel.push_back(static_cast<float>(weight));
    sum += 2 * weight;
  }
  for (float& weight : kernel) weight /= static_cast<float>(sum);
  const auto across_and_turned = [&](const Places<float>& from) {
    Places<float> to;
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        float value = kernel[0] * from[At(x, y)];
        for (int i = 1; i < static_cast<int>(kernel.size()); ++i) {
          value += kernel[static_cast<std::size_t>(i)] *
                   (from[At(std::max(x - i, 0), y)] + from[At(std::min(x + i, kSide - 1), y)]);
        }
        to[At(y, x)] = value;
      }
    }
    return to;
  };
  return across_and_turned(across_and_turned(scores));
}

}  // namespace

std::uint64_t AttentionCropBytesNeeded(int width, int height) {
  constexpr std::uint64_t kSmall = 16 << 10;  // the filter's weights and where cells end
  const auto across = static_cast<std::uint64_t>(std::min(width, kMostCells));
  const auto down = static_cast<std::uint64_t>(std::min(height, kMostCells));
  return (across * down + down * kSide + std::uint64_t{kSide} * kSide) * sizeof(Codes) + kSmall;
}

Expected<CropOffset> AttentionCrop(pixel::ConstRowSpan frame, int width, int height,
                                   const std::stop_token& stop) {
  if (frame.width == 0 || frame.rows == 0) return CropOffset{};
  WHITTLE_TRY(const Places<LinearRgb> light, Shrunk(frame, stop));
  const Places<float> scores = Scores(light);
  // How large a neighbourhood counts follows the crop's diagonal, in places.
  const double across = static_cast<double>(width) * kSide / frame.width;
  const double down = static_cast<double>(height) * kSide / frame.rows;
  const double sigma = std::max(std::sqrt(across * across + down * down) / 10, 1.0);
  const Places<float> blurred = Blurred(scores, sigma);
  const auto best = std::ranges::max_element(blurred) - blurred.begin();
  const auto centred = [](int place, int length, int part) {
    const int middle = static_cast<int>(static_cast<std::int64_t>(place) * length / kSide);
    return std::clamp(middle - part / 2, 0, length - part);
  };
  return CropOffset{centred(static_cast<int>(best % kSide), frame.width, width),
                    centred(static_cast<int>(best / kSide), frame.rows, height)};
}

}  // namespace whittle::effect
