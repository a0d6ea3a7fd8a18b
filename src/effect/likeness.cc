#include "effect/likeness.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "effect/likeness_rows.h"
#include "effect/plain_math.h"

namespace whittle::effect {
namespace {

using pixel::ConstRowSpan;

// A picture with a side under this has no further levels.
constexpr int kLeastSide = 8;

// Light in units in which sRGB's darkest step is 5.
constexpr std::size_t kLight = 1 << 14;
// The metric's cone responses are cube roots, with this added so that darkness is not all detail.
constexpr double kBias = 0.0037930732552754493;

double CubeRoot(double x) { return PlainPow(x, 1.0 / 3); }

struct Tables {
  std::array<std::uint16_t, 256> light{};          // of a code, 0..kLight - 1
  std::array<std::uint16_t, 768> clamped_light{};  // of a code + 256, those outside of 0..255 too
  std::array<float, 256> response{};               // the metric's Y of a grey code
  std::array<float, kLight> response_of_light{};   // and of grey light
  static constexpr std::size_t kSteps = 1 << 12;   // of light 0..1
  std::array<float, kSteps + 2> cube_root{};       // of so much light and the bias

  Tables() {
    const double dark = CubeRoot(kBias);
    for (std::size_t c = 0; c < 256; ++c) {
      const double value = static_cast<double>(c) / 255;
      const double linear =
          value <= 0.04045 ? value / 12.92 : PlainPow((value + 0.055) / 1.055, 2.4);
      light[c] = static_cast<std::uint16_t>(linear * (kLight - 1) + 0.5);
      response[c] = static_cast<float>(CubeRoot(linear + kBias) - dark);
    }
    for (std::size_t c = 0; c < clamped_light.size(); ++c) {
      clamped_light[c] = light[std::clamp<std::size_t>(c, 256, 511) - 256];
    }
    for (std::size_t l = 0; l < kLight; ++l) {
      const double linear = static_cast<double>(l) / (kLight - 1);
      response_of_light[l] = static_cast<float>(CubeRoot(linear + kBias) - dark);
    }
    for (std::size_t i = 0; i < cube_root.size(); ++i) {
      cube_root[i] = static_cast<float>(CubeRoot(static_cast<double>(i) / kSteps + kBias) - dark);
    }
  }

  float CubeRootOf(float linear) const {
    const float at = linear * kSteps;
    const auto step = std::min(static_cast<std::size_t>(at), kSteps);
    const float rest = at - static_cast<float>(step);
    return cube_root[step] + (cube_root[step + 1] - cube_root[step]) * rest;
  }
};

const Tables& TheTables() {
  static const Tables tables;
  return tables;
}

int Halved(int side) { return (side + 1) / 2; }

// What chroma adds to luma's code to make red, green and blue, and 256.
std::array<int, 3> ColoursOver(int cb, int cr) {
  const auto part = [](int scaled) { return 256 + ((scaled + 32768) >> 16); };
  cb -= 128;
  cr -= 128;
  return {part(91881 * cr), part(-22554 * cb - 46802 * cr), part(116130 * cb)};
}

// Light of four pixels together: red, green, blue.
using LightSums = std::array<std::uint32_t, 3>;

// One of the two rows of luma that make a row of half the resolution, added to the sums of light.
// A last column without a neighbour counts twice.
void AddLight(const LikenessPlanes& picture, int y, std::vector<std::uint32_t>& luma,
              std::vector<LightSums>& colour) {
  const Tables& tables = TheTables();
  const int width = picture.luma.width;
  const std::uint8_t* codes = picture.luma.row(y);
  const bool grey = picture.cb.rows == 0;
  // Of a plane with luma's width; with half of it both neighbours have one sample.
  const int fine = !grey && picture.cb.width == width ? 1 : 0;
  const int chroma_y = !grey && picture.cb.rows < picture.luma.rows ? y / 2 : y;
  const std::uint8_t* cb = grey ? nullptr : picture.cb.row(chroma_y);
  const std::uint8_t* cr = grey ? nullptr : picture.cr.row(chroma_y);
  for (int x = 0; x < width; x += 2) {
    const int right = std::min(x + 1, width - 1);
    const auto to = static_cast<std::size_t>(x / 2);
    luma[to] += std::uint32_t{tables.light[codes[x]]} + tables.light[codes[right]];
    if (grey) continue;
    const auto left_over = ColoursOver(cb[fine ? x : x / 2], cr[fine ? x : x / 2]);
    const auto right_over = fine ? ColoursOver(cb[right], cr[right]) : left_over;
    for (std::size_t c = 0; c < 3; ++c) {
      const auto of = [&](int code, int over) {
        return std::uint32_t{tables.clamped_light[static_cast<std::size_t>(code + over)]};
      };
      colour[to][c] += of(codes[x], left_over[c]) + of(codes[right], right_over[c]);
    }
  }
}

// Luma at half resolution, and light at a quarter.
void FillFirst(const LikenessPlanes& picture, FloatPlane& half, std::array<FloatPlane, 3>& light,
               const std::stop_token& stop) {
  const Tables& tables = TheTables();
  const bool grey = picture.cb.rows == 0;
  const int width = Halved(picture.luma.width), height = Halved(picture.luma.rows);
  const int light_width = Halved(width);
  half.Shape(width, height);
  for (FloatPlane& plane : light) plane.Shape(light_width, Halved(height));
  std::vector<std::uint32_t> luma(static_cast<std::size_t>(width));
  std::vector<LightSums> colour(luma.size()), sums(static_cast<std::size_t>(light_width));
  for (int y = 0; y < height && !stop.stop_requested(); ++y) {
    std::ranges::fill(luma, 0);
    std::ranges::fill(colour, LightSums{});
    AddLight(picture, 2 * y, luma, colour);
    AddLight(picture, std::min(2 * y + 1, picture.luma.rows - 1), luma, colour);
    float* out = half.row(y);
    // An odd last row or column counts twice.
    const std::uint32_t rows = y == height - 1 && height % 2 == 1 ? 2 : 1;
    for (int x = 0; x < width; ++x) {
      const auto at = static_cast<std::size_t>(x);
      out[x] = tables.response_of_light[(luma[at] + 2) / 4];
      const std::uint32_t times = x == width - 1 && width % 2 == 1 ? 2 * rows : rows;
      LightSums& to = sums[at / 2];
      for (std::size_t c = 0; c < 3; ++c) to[c] += times * (grey ? luma[at] : colour[at][c]);
    }
    if (y % 2 == 0 && y != height - 1) continue;
    for (std::size_t c = 0; c < 3; ++c) {
      float* to = light[c].row(y / 2);
      for (int x = 0; x < light_width; ++x) {
        const auto sum = sums[static_cast<std::size_t>(x)][c];
        to[x] = static_cast<float>(sum) / static_cast<float>(16 * (kLight - 1));
      }
    }
    std::ranges::fill(sums, LightSums{});
  }
}

void Halve(const FloatPlane& from, FloatPlane& to) {
  to.Shape(Halved(from.width()), Halved(from.height()));
  for (int y = 0; y < to.height(); ++y) {
    const float* above = from.row(2 * y);
    const float* below = from.row(std::min(2 * y + 1, from.height() - 1));
    float* out = to.row(y);
    for (int x = 0; x < to.width(); ++x) {
      const int left = 2 * x, right = std::min(2 * x + 1, from.width() - 1);
      out[x] = ((above[left] + above[right]) + (below[left] + below[right])) * 0.25F;
    }
  }
}

// The metric's X, Y and B of light, each within 0..1.
void FillColour(const std::array<FloatPlane, 3>& light, std::array<FloatPlane, 3>& colour) {
  const Tables& tables = TheTables();
  const int width = light[0].width(), height = light[0].height();
  for (FloatPlane& plane : colour) plane.Shape(width, height);
  for (int y = 0; y < height; ++y) {
    const float* red = light[0].row(y);
    const float* green = light[1].row(y);
    const float* blue = light[2].row(y);
    float* out[3] = {colour[0].row(y), colour[1].row(y), colour[2].row(y)};
    for (int x = 0; x < width; ++x) {
      const float r = red[x], g = green[x], b = blue[x];
      const float l = tables.CubeRootOf(0.3F * r + 0.622F * g + 0.078F * b);
      const float m = tables.CubeRootOf(0.23F * r + 0.692F * g + 0.078F * b);
      const float s = tables.CubeRootOf(0.24342269F * r + 0.20476744F * g + 0.55180987F * b);
      const float middle = 0.5F * (l + m);
      out[0][x] = 7 * (l - m) + 0.42F;
      out[1][x] = middle + 0.01F;
      out[2][x] = s - middle + 0.55F;
    }
  }
}

// What two planes differ by, as means and fourth roots of means of fourth powers.
struct Difference {
  double d = 0, d4 = 0, ring4 = 0, blur4 = 0;
};

double FourthRoot(double x) { return std::sqrt(std::sqrt(x)); }

Difference MeanOf(const RowDifference& sum, int width, int rows) {
  const double count = static_cast<double>(width) * rows;
  return {.d = sum.d / count,
          .d4 = FourthRoot(sum.d4 / count),
          .ring4 = FourthRoot(sum.ring4 / count),
          .blur4 = FourthRoot(sum.blur4 / count)};
}

// Rows with room for zeros at both ends.
class Rows {
 public:
  Rows(int width, std::size_t rows)
      : stride_((static_cast<std::size_t>(width) + kRowMargin - 1) / kRowMargin * kRowMargin +
                2 * kRowMargin),
        values_(stride_ * rows) {}
  float* operator[](std::size_t row) { return values_.data() + row * stride_ + kRowMargin; }

 private:
  std::size_t stride_;
  std::vector<float> values_;
};

// `a` and `b` give row y as floats, those outside of the picture included; every `step`th counts.
template <class RowOf>
Difference Differ(const RowOf& a, const RowOf& b, int width, int height, int step,
                  const std::stop_token& stop) {
  Rows buffer(width, 5);
  const ColumnSums sums = {buffer[0], buffer[1], buffer[2], buffer[3], buffer[4]};
  RowDifference total;
  int rows = 0;
  for (int y = std::min(step / 2, height - 1); y < height; y += step, ++rows) {
    if (stop.stop_requested()) return {};
    const float* window_a[kWindow];
    const float* window_b[kWindow];
    for (int k = -kReach; k <= kReach; ++k) {
      window_a[k + kReach] = a(y + k);
      window_b[k + kReach] = b(y + k);
    }
    const auto count = static_cast<std::size_t>(width);
    SumColumns(window_a, window_b, count, sums);
    DifferRow(window_a[kReach], window_b[kReach], sums, count, total);
  }
  return MeanOf(total, width, rows);
}

Difference DifferPlanes(const FloatPlane& a, const FloatPlane& b, const std::stop_token& stop) {
  Rows none(a.width(), 1);
  const float* zero = none[0];
  const auto rows_of = [zero](const FloatPlane& plane) {
    return [&plane, zero](int y) { return y < 0 || y >= plane.height() ? zero : plane.row(y); };
  };
  return Differ<decltype(rows_of(a))>(rows_of(a), rows_of(b), a.width(), a.height(), 1, stop);
}

// The last rows of luma that were asked for, as the metric's Y.
class Responses {
 public:
  explicit Responses(const ConstRowSpan& luma) : luma_(luma), rows_(luma.width, kKept + 1) {}

  // Ascending by at most kKept - kWindow at a time.
  const float* Row(int y) {
    if (y < 0 || y >= luma_.rows) return rows_[kKept];
    for (; next_ <= y; ++next_) Convert(next_);
    return rows_[static_cast<std::size_t>(y) % kKept];
  }

 private:
  static constexpr std::size_t kKept = 16;
  void Convert(int y) {
    const Tables& tables = TheTables();
    const std::uint8_t* codes = luma_.row(y);
    float* out = rows_[static_cast<std::size_t>(y) % kKept];
    for (int x = 0; x < luma_.width; ++x) out[x] = tables.response[codes[x]];
  }
  ConstRowSpan luma_;
  Rows rows_;
  int next_ = 0;
};

// Of the full resolution, what the estimate hardly loses by.
constexpr int kFineStep = 4;

Difference DifferFine(const ConstRowSpan& a, const ConstRowSpan& b, const std::stop_token& stop) {
  Responses rows_a(a), rows_b(b);
  const auto rows_of = [](Responses& rows) { return [&rows](int y) { return rows.Row(y); }; };
  return Differ<decltype(rows_of(rows_a))>(rows_of(rows_a), rows_of(rows_b), a.width, a.rows,
                                           kFineStep, stop);
}

// The metric's weights; those that add nothing to speak of are left out.
double WeighHalf(const Difference& y) { return 6.684 * y.d4 + 1.028 * y.blur4; }
double WeighFine(const Difference& y) { return 7.467 * y.d4 + 17.446 * y.blur4; }

double WeighColour(std::size_t level, std::size_t channel, const Difference& by) {
  struct Weights {
    double d, d4, ring4;
  };
  static constexpr Weights kWeights[3][3] = {
      {{0, 1.842, 11.441}, {225.205, 19.213, 0}, {0, 0, 0}},
      {{0, 1.879, 10.949}, {176.393, 24.433, 0.285}, {0, 8.827, 23.192}},
      {{0, 0, 0.998}, {0, 34.779, 44.836}, {95.108, 0, 171.267}}};
  const Weights& weights = kWeights[level - 2][channel];
  return weights.d * by.d + weights.d4 * by.d4 + weights.ring4 * by.ring4;
}

// From the weighted sum to the metric's scale, by the metric's own curve.
double ScoreOf(double sum) {
  sum *= 0.9562382616834844;
  const double bent =
      ((6.248496625763138e-05 * sum - 0.020884521182843837) * sum + 2.326765642916932) * sum;
  return 100 - 10 * PlainPow(std::max(bent, 0.0), 0.6276336467831387);
}

}  // namespace

std::size_t FloatPlane::Offset(int y) const {
  const std::size_t stride =
      (static_cast<std::size_t>(width_) + kRowMargin - 1) / kRowMargin * kRowMargin + kRowMargin;
  return kRowMargin + static_cast<std::size_t>(y) * stride;
}

void FloatPlane::Shape(int width, int height) {
  if (width == width_ && height == height_) return;
  width_ = width;
  height_ = height;
  values_.assign(Offset(height) + kRowMargin, 0.0F);
}

void Likeness::Fill(const LikenessPlanes& picture, Coarse& coarse) const {
  FillFirst(picture, coarse.half, coarse.light, stop_);
  for (std::size_t level = 2; level < kLevels && !stop_.stop_requested(); ++level) {
    if (level > 2) {
      for (std::size_t c = 0; c < 3; ++c) Halve(coarse.light[c], coarse.next[c]);
      std::swap(coarse.light, coarse.next);
    }
    FillColour(coarse.light, coarse.colour[level]);
  }
}

Likeness::Likeness(const LikenessPlanes& original, std::stop_token stop)
    : stop_(std::move(stop)), original_(original) {
  Fill(original_, of_original_);
}

double Likeness::SumOfColours() const {
  double sum = 0;
  for (std::size_t level = 2; level < kLevels; ++level) {
    const auto& mine = of_original_.colour[level];
    const auto& other = of_copy_.colour[level];
    if (std::min(mine[0].width(), mine[0].height()) < kLeastSide) break;
    for (std::size_t channel = 0; channel < 3; ++channel) {
      sum += WeighColour(level, channel, DifferPlanes(mine[channel], other[channel], stop_));
    }
  }
  return sum;
}

Expected<double> Likeness::Score(const LikenessPlanes& copy) {
  assert(copy.luma.width == original_.luma.width && copy.luma.rows == original_.luma.rows);
  Fill(copy, of_copy_);
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  double sum = WeighFine(DifferFine(original_.luma, copy.luma, stop_));
  sum += WeighHalf(DifferPlanes(of_original_.half, of_copy_.half, stop_));
  sum += SumOfColours();
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  return ScoreOf(sum);
}

std::uint64_t Likeness::BytesNeeded(std::uint64_t width, std::uint64_t height) {
  // For each of two pictures luma at half resolution and nine planes at a quarter and less.
  const auto plane = [&](std::uint64_t by) {
    return (width / by + 3 * kRowMargin) * (height / by + 2) * sizeof(float);
  };
  return 2 * (plane(2) + 9 * plane(4) + 6 * plane(8)) +
         64 * (width + 4 * kRowMargin) * sizeof(float);
}

}  // namespace whittle::effect
