// Filter: which source samples make each output sample of one axis, and with what weight.
//
// The weights are those of taps.h, rounded to 16 bits such that they sum to exactly 1.
//
// Used by the two passes of the resizer. A Filter is configured once per job and then read; its
// storage is kept for the next job. Cost: about 5 ns per tap, half of it where the interval lies in
// the middle; with Lanczos3, 6 taps per source sample when shrinking, 6 per output sample when
// enlarging.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pixel/taps.h"
#include "whittle/expected.h"

namespace whittle::pixel {

class Filter {
 public:
  static constexpr int kMaxSide = kMaxResizeSide;

  /// Source samples are taken in pairs (2k, 2k+1), because the kernels multiply and add two at
  /// once. A weight pair is two 16-bit weights in memory order; the odd ends of a window weigh 0.
  struct Window {
    int begin;  ///< first pair
    int pairs;  ///< at least 1
    int end() const { return begin + pairs; }
  };

  /// Computes all weights, unless they are there already from a job with the same axis. Errors:
  /// kTooLarge above kMaxSide, kInternal for an impossible axis.
  Expected<void> Configure(const Axis& axis);

  int size() const { return static_cast<int>(windows_.size()); }
  /// Windows begin and end in the order of the outputs.
  Window window(int i) const { return windows_[static_cast<std::size_t>(i)]; }
  /// window(i).pairs weight pairs; they sum to exactly 1 << bits().
  const std::int32_t* weights(int i) const {
    return weights_.data() + static_cast<std::size_t>(i) * stride_;
  }

  /// Binary digits after the point of every weight: 14 up to scale 2, 15 up to 32 and one more with
  /// each doubling, because weights shrink as windows grow. 16 taps always sum up in 32 bits.
  int bits() const { return bits_; }
  /// Digits to drop from each sum of at most 16 taps so that a whole window's sum fits 32 bits; 0
  /// for windows whose whole sum fits anyway.
  int early_bits() const { return bits_ > kLateBits ? bits_ - kLateBits : 0; }
  int late_bits() const { return bits_ - early_bits(); }

  /// Upper bounds for any filter of this axis, known before it is computed.
  static int MaxPairs(const Axis& axis);
  static std::size_t BytesNeeded(const Axis& axis);
  std::size_t bytes() const;
  void Release();

 private:
  static constexpr int kLateBits = 15;

  static int BitsFor(const Axis& axis);
  void Quantise();
  void Store(int i);
  void KeepWindowsInOrder();

  Axis axis_;
  std::vector<Window> windows_;
  std::vector<std::int32_t> weights_;
  std::size_t stride_ = 0;  ///< weight pairs reserved per output sample
  int bits_ = 0;

  // The output sample at work.
  int first_ = 0;
  std::vector<double> taps_;  ///< exact weights, in units of 2^-bits()
  std::vector<int> fixed_;    ///< the same, rounded
};

}  // namespace whittle::pixel
