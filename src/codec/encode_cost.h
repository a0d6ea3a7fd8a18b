// What an encoder may cost that cannot be stopped once it has begun. libaom and libjxl take a whole
// picture in one call, libwebp and libimagequant have long steps, so their level is chosen by the
// size of the picture, before the call: a deadline or a client that has left is noticed after about
// kEncodeSeconds, but for pictures that take longer at the cheapest level: docs/decisions/stop.md
// has the figures.
//
// Pure functions, any thread.
#pragma once

#include <span>

namespace whittle::codec {

/// CPU for one call, or one step, about. Machines differ by a factor of two or so.
inline constexpr double kEncodeSeconds = 0.3;

/// One level of an encoder's trade-off, by its own count, and what it takes.
struct EncodeCost {
  int level = 0;
  double seconds = 0;  ///< for a million pixels
};

/// `wanted`, or the dearest level below it that takes no longer than kEncodeSeconds for so many
/// million pixels; where none does, the cheapest. `levels` go from the dearest to the cheapest and
/// have the wanted one among them.
constexpr int LevelWithin(std::span<const EncodeCost> levels, int wanted, double megapixels) {
  bool reached = false;
  for (const EncodeCost& cost : levels) {
    reached = reached || cost.level == wanted;
    if (reached && cost.seconds * megapixels <= kEncodeSeconds) return cost.level;
  }
  return levels.back().level;
}

}  // namespace whittle::codec
