// Where the border of a picture ends: the box around everything that is not its corner's colour.
//
// The pipeline feeds it with rows on their way from the decoder, before anything else is known of
// the picture. Not to be shared between threads. Holds no rows. Cost: about 1 ns for each pixel of
// border; of rows inside the box only what lies outside it so far is looked at.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "pixel/view.h"
#include "whittle/choices.h"

namespace whittle::effect {

/// The border's colour is that of the top left pixel. A pixel belongs to the border where none of
/// its channels is further from it than the tolerance. Colour counts as much as it is seen: its
/// distance is multiplied by the pixel's alpha, and alpha is a channel of its own. So where the
/// corner is transparent, whatever colour hides in transparent pixels is border as well.
class BorderFinder {
 public:
  /// `tolerance`: 0..255, in 8-bit codes whatever the picture's depth.
  explicit BorderFinder(double tolerance) : tolerance_(tolerance) {}

  /// The next rows, top to bottom; all of one width and format, which is never kCmyk8.
  void Feed(pixel::ConstRowSpan rows);

  /// The box so far; nothing while all is border. Its sides are above 0.
  std::optional<Rectangle> box() const;

 private:
  // A corner's colour and how far from it border goes, in the picture's own codes.
  struct Border {
    std::array<int, 4> colour = {};
    int reach = 0;
    std::int64_t colour_reach = 0;  ///< of colour times alpha
  };
  template <class Sample, int kChannels>
  void FeedRows(pixel::ConstRowSpan rows);

  double tolerance_;
  Border border_;
  int rows_ = 0;  ///< fed so far
  // First and last of what differs; left_ > right_ while there is none.
  int left_ = 0, right_ = -1;
  int top_ = 0, bottom_ = 0;
};

}  // namespace whittle::effect
