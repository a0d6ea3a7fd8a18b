// Taps: the exact weights with which source samples make one output sample of an axis.
//
// Each kernel is a function of the distance between an output sample's centre and a source sample,
// in source samples, or in output samples when the axis shrinks; beyond its radius it is 0. Output
// sample i has its centre at from + (i + 0.5) * scale, source sample j at j + 0.5. Taps outside of
// the source are left out, and the rest is normalised. Where the samples are averages themselves
// (Axis::box), the weights also undo the blur of that.
//
// Used by Filter and WideFilter, which store the weights in their own precision. Nothing but
// additions, multiplications and divisions in double precision, so the same on every CPU. Any
// thread. Cost: 2 to 5 ns per tap.
#pragma once

#include <vector>

#include "whittle/choices.h"
#include "whittle/expected.h"

namespace whittle::pixel {

/// Longest side of a resize, in samples.
inline constexpr int kMaxResizeSide = 1 << 17;

/// One axis of a resize: output samples 0..dst of the source interval [from, to).
struct Axis {
  int src = 0;      ///< source samples, 1..kMaxResizeSide
  int dst = 0;      ///< output samples, 1..kMaxResizeSide
  double from = 0;  ///< in source samples, from < to
  double to = 0;    ///< the interval may pass the source's ends by half an output sample
  int box = 1;      ///< how many finer samples each source sample is the average of
  double last = 1;  ///< the part of the last source sample that lies within the picture
  Kernel kernel = Kernel::kLanczos3;

  double scale() const { return (to - from) / dst; }
  bool operator==(const Axis&) const = default;
};

/// Errors: kTooLarge above kMaxResizeSide, kInternal for an impossible axis.
Expected<void> Validate(const Axis& axis);

/// How far `kernel` reaches from its centre, in its own unit. Nearest is one sample, wherever the
/// centre lies in it.
double RadiusOf(Kernel kernel);

/// Upper bound of the taps of any output sample.
int MaxTaps(const Axis& axis);

/// Puts the weights of output sample `i` into `taps`, summing up to `total`, and returns the source
/// sample of the first. `taps` grows to no more than MaxTaps, rounded up to a multiple of 4.
int ComputeTaps(const Axis& axis, int i, double total, std::vector<double>& taps);

/// Whether the weights of output sample dst - 1 - i are those of i, mirrored. Nearest decides
/// between two samples that are equally near always for the latter, so it is never symmetric.
inline bool IsSymmetric(const Axis& axis) {
  return axis.from == axis.src - axis.to && axis.kernel != Kernel::kNearest;
}

}  // namespace whittle::pixel
