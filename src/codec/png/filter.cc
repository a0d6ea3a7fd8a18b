#include "codec/png/filter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "codec/png/interlace.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kFilters = 5;
// Zeros before a row, in place of the pixel to its left. A pixel has 8 bytes at most.
constexpr std::size_t kMargin = 8;

using Byte = std::uint8_t;

Byte Low(int value) { return static_cast<Byte>(value); }

Byte PaethOf(int left, int above, int corner) {
  const int from_left = std::abs(above - corner);
  const int from_above = std::abs(left - corner);
  const int from_corner = std::abs(left + above - 2 * corner);
  const int upper = from_above <= from_corner ? above : corner;
  return Low(from_left <= from_above && from_left <= from_corner ? left : upper);
}

// `row` and `prior` have kMargin zeros before them. `step` is the distance to the left pixel.
void Apply(std::size_t filter, const Byte* __restrict row, const Byte* __restrict prior,
           std::size_t bytes, std::size_t step, Byte* __restrict to) {
  const Byte* left = row - step;
  const Byte* corner = prior - step;
  switch (filter) {
    case 0:
      std::memcpy(to, row, bytes);
      return;
    case 1:
      for (std::size_t i = 0; i < bytes; ++i) to[i] = Low(row[i] - left[i]);
      return;
    case 2:
      for (std::size_t i = 0; i < bytes; ++i) to[i] = Low(row[i] - prior[i]);
      return;
    case 3:
      for (std::size_t i = 0; i < bytes; ++i) to[i] = Low(row[i] - (left[i] + prior[i]) / 2);
      return;
    default:
      for (std::size_t i = 0; i < bytes; ++i) {
        to[i] = Low(row[i] - PaethOf(left[i], prior[i], corner[i]));
      }
      return;
  }
}

// As signed differences.
std::uint64_t SumOf(const Byte* bytes, std::size_t count) {
  std::uint64_t sum = 0;
  while (count > 0) {
    const std::size_t part = std::min<std::size_t>(count, 1 << 20);  // 2^20 * 128 fits 32 bits
    std::uint32_t some = 0;
    for (std::size_t i = 0; i < part; ++i) {
      some += static_cast<std::uint32_t>(std::min<int>(bytes[i], 256 - bytes[i]));
    }
    sum += some;
    bytes += part;
    count -= part;
  }
  return sum;
}

// 64 log2(n), between powers of two along a line: whole numbers, so that every machine chooses
// alike.
std::uint64_t Log64(std::uint32_t n) {
  const auto whole = static_cast<std::uint32_t>(std::bit_width(n) - 1);
  return std::uint64_t{64} * whole + ((std::uint64_t{n} << 6 >> whole) - 64);
}

// Up to a constant, which is the same for all candidates of a row.
std::uint64_t EntropyOf(const Byte* bytes, std::size_t count) {
  std::array<std::uint32_t, 256> histogram{};
  for (std::size_t i = 0; i < count; ++i) ++histogram[bytes[i]];
  std::uint64_t known = 0;  // sum of n log n
  for (const std::uint32_t n : histogram) known += n > 0 ? n * Log64(n) : 0;
  return ~known;
}

struct Candidates {
  explicit Candidates(std::size_t bytes) : stride(bytes), rows(kFilters * bytes) {}
  Byte* of(std::size_t filter) { return rows.data() + filter * stride; }
  std::size_t stride;
  std::vector<Byte> rows;
};

std::size_t Best(PngFilters filters, Candidates& candidates, std::size_t bytes) {
  std::size_t best = 0;
  std::uint64_t least = ~std::uint64_t{0};
  for (std::size_t filter = 0; filter < kFilters; ++filter) {
    const Byte* row = candidates.of(filter);
    const std::uint64_t cost =
        filters == PngFilters::kEntropy ? EntropyOf(row, bytes) : SumOf(row, bytes);
    if (cost < least) {
      least = cost;
      best = filter;
    }
  }
  return best;
}

// Filters `count` rows that belong together (a pass, or all) from the last to the first, so that
// each still finds the one above it as it was.
Expected<void> FilterRows(Byte* rows, std::size_t count, std::size_t bytes, std::size_t step,
                          PngFilters filters, const std::stop_token& stop) {
  Candidates candidates(bytes);
  std::vector<Byte> row(kMargin + bytes);
  std::vector<Byte> prior(kMargin + bytes);
  for (std::size_t y = count; y-- > 0;) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    Byte* at = rows + y * (bytes + 1);
    std::memcpy(row.data() + kMargin, at + 1, bytes);
    if (y > 0) {
      std::memcpy(prior.data() + kMargin, at - bytes, bytes);
    } else {
      std::ranges::fill(prior, Byte{0});
    }
    std::size_t filter = filters == PngFilters::kUp ? 2 : 4;
    const bool choose = filters == PngFilters::kSmallest || filters == PngFilters::kEntropy;
    for (std::size_t f = 0; f < kFilters; ++f) {
      if (choose || f == filter) {
        Apply(f, row.data() + kMargin, prior.data() + kMargin, bytes, step, candidates.of(f));
      }
    }
    if (choose) filter = Best(filters, candidates, bytes);
    at[0] = static_cast<Byte>(filter);
    std::memcpy(at + 1, candidates.of(filter), bytes);
  }
  return {};
}

}  // namespace

Expected<void> FilterPng(PngImage& image, PngFilters filters, const std::stop_token& stop) {
  const PngShape& shape = image.shape;
  const auto bits = static_cast<std::size_t>(shape.pixel_bits());
  const std::size_t step = std::max<std::size_t>(bits / 8, 1);
  Byte* rows = image.rows.data();
  for (const PngPass& pass : PngPassesOf(shape)) {
    const std::size_t bytes = (pass.width * bits + 7) / 8;
    if (filters == PngFilters::kNone) {
      for (std::size_t y = 0; y < pass.height; ++y) rows[y * (bytes + 1)] = 0;
    } else {
      WHITTLE_CHECK(FilterRows(rows, pass.height, bytes, step, filters, stop));
    }
    rows += pass.height * (bytes + 1);
  }
  return {};
}

}  // namespace whittle::codec
