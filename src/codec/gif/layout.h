// Where the parts of a GIF lie: one walk over its blocks, which looks at no pixel.
//
// For the gif_*.cc files only. Any thread. Cost: about one byte read in 256 of the file, and what
// max_frames frames take in memory. Views point into the file, which must outlive them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::codec {

/// What becomes of a frame's rectangle when its time is over (GIF89a, 23).
enum class GifDisposal : std::uint8_t { kNone, kBackground, kPrevious };

struct GifFrame {
  std::size_t at = 0;  ///< offset of its image descriptor
  int left = 0;        ///< its rectangle, which may pass the canvas
  int top = 0;
  int width = 0;
  int height = 0;
  bool interlaced = false;
  ByteView palette;      ///< red, green, blue of each entry; empty when there is none at all
  int transparent = -1;  ///< index, -1 for none
  GifDisposal disposal = GifDisposal::kNone;
  int duration = 0;  ///< milliseconds
};

struct GifLayout {
  ByteView file;
  int width = 0;  ///< of the canvas, which holds the first frame
  int height = 0;
  /// At least one. Only the first may lack an end; at the first other one that does, the list ends.
  std::vector<GifFrame> frames;
  bool cut = false;    ///< the file ends amid a block behind the frames of the list
  int loops = 1;       ///< how often all frames are shown, 0 for ever
  bool alpha = false;  ///< some canvas that is shown has transparent pixels
  ByteView icc;        ///< sub-blocks, for JoinSubBlocks; empty when there are none
  ByteView xmp;        ///< the packet itself

  bool Covers(const GifFrame& frame) const {
    return frame.left == 0 && frame.top == 0 && frame.width >= width && frame.height >= height;
  }
};

/// Walks over `file`. Errors: kUndecodable without a frame that could be shown, kTooLarge.
Expected<GifLayout> ReadGifLayout(ByteView file, const Limits& limits);

/// The content of sub-blocks; empty when it is more than `max_bytes`.
Bytes JoinSubBlocks(ByteView blocks, std::size_t max_bytes);

/// The row of the picture that comes as the `n`th of `height` rows of an interlaced frame.
int GifInterlacedRow(int n, int height);

/// Whether row `y` of a frame is among the first `lines` that the file has of it.
bool GifHasRow(const GifFrame& frame, int y, int lines);

/// How many rows, from the top, can be shown of a frame of which the file has `lines` lines: in an
/// interlaced one, those that it does not have look like the row above.
int GifRowsShown(const GifFrame& frame, int lines);

}  // namespace whittle::codec
