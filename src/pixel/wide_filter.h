// WideFilter: the weights of taps.h as floats, for samples of 16 bits.
//
// Used by WideResizer. Configured once per job and then read; its storage is kept for the next job.
// Cost and memory: those of Filter, but 4 bytes per tap.
#pragma once

#include <cstddef>
#include <vector>

#include "pixel/taps.h"
#include "whittle/expected.h"

namespace whittle::pixel {

class WideFilter {
 public:
  /// Source samples [begin, end()). Windows begin and end in the order of the outputs.
  struct Window {
    int begin;
    int taps;  ///< at least 1
    int end() const { return begin + taps; }
  };

  /// Computes all weights, unless they are there already from a job with the same axis. Errors as
  /// Validate.
  Expected<void> Configure(const Axis& axis);

  int size() const { return static_cast<int>(windows_.size()); }
  Window window(int i) const { return windows_[static_cast<std::size_t>(i)]; }
  /// window(i).taps weights; they sum to 1.
  const float* weights(int i) const {
    return weights_.data() + static_cast<std::size_t>(i) * stride_;
  }

  /// Upper bounds for any filter of this axis, known before it is computed.
  static int LongestWindow(const Axis& axis);
  static std::size_t BytesNeeded(const Axis& axis);
  std::size_t bytes() const;

 private:
  Axis axis_;
  std::vector<Window> windows_;
  std::vector<float> weights_;
  std::size_t stride_ = 0;  ///< weights reserved per output sample
  std::vector<double> taps_;
};

}  // namespace whittle::pixel
