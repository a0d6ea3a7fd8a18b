// The resizer's inner loops as function pointers, compiled once per instruction set.
//
// Used by the passes of the resizers, which take the table once per job. All kernels are integer
// arithmetic with stated rounding, or floating point in a stated order without fused operations:
// every instruction set gives the same bytes.
//
// Layouts. A *pair row* holds two source rows (2k, 2k+1) as 16-bit pairs, so that one instruction
// multiplies both by their weights and adds the products. A *lane row* is one row of 16-bit
// samples. Samples come in an Order, and inside every kBlock samples both kinds of row keep it;
// only Turn knows it and puts samples back in place. A *half row* is a row of 16-bit samples in
// place, each the average of 2x2 finer ones, or a weighed row that chroma begins with. *Columns*
// hold kGroupRows rows turned by 90 degrees: for each pair of neighbouring samples, one 32-bit
// value per row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/checked.h"
#include "pixel/filter.h"
#include "pixel/transfer.h"

namespace whittle::pixel {

/// Rows are padded to a multiple of this many samples.
inline constexpr std::size_t kBlock = 64;
/// `samples` with that padding.
constexpr std::size_t Padded(int samples) {
  return RoundUp(static_cast<std::size_t>(samples), kBlock);
}
/// Output rows that go through the horizontal pass together.
inline constexpr int kGroupRows = 16;
/// Pairs summed at most before early_bits are rounded off: the 16 taps of Filter::early_bits().
inline constexpr int kEarlyPairs = 8;

/// Weights of chroma (chroma_resizer.h), in 16 bits: luma may overshoot by 1.37 before it passes
/// kOne, to which the horizontal pass clamps. The least that counts is half of black's.
inline constexpr int kWeightOffset = 32;
inline constexpr int kWeightStep = 60;
inline constexpr int kLeastWeight = kWeightStep * kWeightOffset / 2;

/// The least sample of alpha whose code is not 0.
inline constexpr int kLeastAlpha = (kGammaStep + 1) / 2;

/// `pairs` pair rows and the weight pair of each.
struct WeighedRows {
  const std::int16_t* const* rows;
  const std::int32_t* weights;
  int pairs;
};

/// As pair_grey and pair_rgb leave samples, which is how the vector unit unpacks bytes; or as
/// pair_halves does, in which every sample is in its place.
enum class Order : std::uint8_t { kUnpacked, kInPlace };

class WideFilter;

struct Kernels {
  std::string_view target;  ///< "AVX3_DL", "AVX3", "AVX2", "SSE4", "SSSE3", "EMU128"

  /// Two rows of `width` bytes to one pair row. Padded samples get values that no weight reads.
  void (*pair_grey)(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                    Light light, std::int16_t* pair_row);
  /// Two rows of `width` RGB pixels to the pair rows of three planes, `plane` values apart.
  void (*pair_rgb)(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                   Light light, std::int16_t* pair_row, std::size_t plane);
  /// Two rows of `width` pixels with alpha to the pair rows of their planes, `plane` values apart:
  /// colour times alpha, (((2 * sample) * (257 * alpha) >> 16) + 1) >> 1, then alpha * kGammaStep.
  void (*pair_grey_alpha)(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                          Light light, std::int16_t* pair_row, std::size_t plane);
  void (*pair_rgba)(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                    Light light, std::int16_t* pair_row, std::size_t plane);
  /// Two rows of `width` bytes to one half row of (width + 1) / 2 samples, padded. An odd last
  /// column counts twice.
  void (*halve_grey)(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                     Light light, std::int16_t* half_row);
  /// Two rows of `width` RGB pixels to the half rows of three planes, `plane` values apart.
  void (*halve_rgb)(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                    Light light, std::int16_t* half_row, std::size_t plane);
  /// As halve_rgb, of pixels as pair_grey_alpha and pair_rgba have them.
  void (*halve_grey_alpha)(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                           Light light, std::int16_t* half_row, std::size_t plane);
  void (*halve_rgba)(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                     Light light, std::int16_t* half_row, std::size_t plane);
  /// The way back, in place, for `colours` planes of colour and then alpha, `plane` values each (a
  /// multiple of kGroupRows) and 0 or more: colour becomes round(colour * (kOne / alpha)), or 0
  /// where alpha is below kLeastAlpha, and nothing stays above kOne.
  void (*unpremultiply)(std::int16_t* planes, std::size_t plane, std::size_t colours);
  /// Chroma times luma: rows of `width` bytes to the half rows of three planes, `plane` values
  /// apart: W = kWeightStep * (luma + kWeightOffset), then cb and cr, each round(W * code / 256),
  /// halves up.
  void (*weigh_chroma)(const std::uint8_t* cb, const std::uint8_t* cr, const std::uint8_t* luma,
                       std::size_t width, std::int16_t* half_row, std::size_t plane);
  /// The way back: codes round(128 + gain * (2 * weighed - w) / max(w, kLeastWeight)), halves up;
  /// `gain` is 128 for full range. `samples` is a multiple of kGroupRows.
  void (*unweigh_chroma)(const std::int16_t* weighed, const std::int16_t* w, std::size_t samples,
                         float gain, std::uint8_t* codes);
  /// Two rows of 2 * `samples` codes to one of averages, halves up.
  void (*average_codes)(const std::uint8_t* even, const std::uint8_t* odd, std::size_t samples,
                        std::uint8_t* averages);
  /// Two half rows of `samples` (a multiple of kBlock) to one of half as many.
  void (*halve)(const std::int16_t* even, const std::int16_t* odd, std::size_t samples,
                std::int16_t* half_row);
  /// Two half rows of `samples` (a multiple of kBlock) to one pair row.
  void (*pair_halves)(const std::int16_t* even, const std::int16_t* odd, std::size_t samples,
                      std::int16_t* pair_row);
  /// sums (+)= weighed rows, `early_bits` rounded off first. `samples` is a multiple of kBlock;
  /// `fresh` overwrites.
  void (*weigh_rows)(const WeighedRows& in, std::size_t samples, bool fresh, int early_bits,
                     std::int32_t* sums);
  /// The same, but ends the sum: rounds `late_bits` off and saturates. `sums` may be null.
  void (*finish_row)(const WeighedRows& in, std::size_t samples, const std::int32_t* sums,
                     int early_bits, int late_bits, std::int16_t* lane_row);
  /// kGroupRows lane rows of `samples` (a multiple of kBlock) to columns.
  void (*turn)(const std::int16_t* const* lane_rows, std::size_t samples, Order order,
               std::int32_t* columns);
  /// Horizontal pass: columns to filter.size() samples of kGroupRows rows, clamped to 0..most.
  void (*weigh_columns)(const Filter& filter, const std::int32_t* columns, std::int16_t most,
                        std::int16_t* out);

  // The 16-bit resize, in floats.

  /// sums = before + weighed rows, or weighed rows alone when `before` is null; it may be `sums`.
  /// `samples` is a multiple of kBlock.
  void (*weigh_wide_rows)(const float* const* rows, const float* weights, int count,
                          std::size_t samples, const float* before, float* sums);
  /// kGroupRows rows of `samples` (a multiple of kBlock) to columns of kGroupRows values.
  void (*turn_wide)(const float* const* lane_rows, std::size_t samples, float* columns);
  /// Horizontal pass over pixels of 1 to 4 channels: sample (x, c) of all rows is at
  /// [(x * channels + c) * kGroupRows], in `columns` and in `out`.
  void (*weigh_wide_columns)(const WideFilter& filter, const float* columns, std::size_t channels,
                             float* out);
};

/// The table for this CPU, or for the target that was forced (simd.h).
const Kernels& KernelsForThisCpu();

}  // namespace whittle::pixel
