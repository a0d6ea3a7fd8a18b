// The file itself: screen, loops and frames, in LZW by giflib into memory.
//
// For the gif_*.cc files only; nothing above sees giflib's types. One writer belongs to one job and
// stays where it was made, since giflib points into it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "codec/gif/layout.h"
#include "codec/gif/palette.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

struct GifFileType;

namespace whittle::codec {

/// A frame as it is to be written.
struct GifDrawing {
  int left = 0, top = 0, width = 0, height = 0;
  std::vector<std::uint8_t> indices;    ///< rows without padding
  const GifPalette* palette = nullptr;  ///< its own, or null for that of the file
  int transparent = -1;
  GifDisposal disposal = GifDisposal::kNone;
  int duration = 0;  ///< milliseconds
  bool interlaced = false;
};

class GifWriter {
 public:
  /// `loops`: how often the frames are shown, 0 for ever.
  static Expected<std::unique_ptr<GifWriter>> Begin(int width, int height,
                                                    const GifPalette& palette, int loops);
  /// Errors: kInternal; kCancelled, seen at every row.
  Expected<void> Write(const GifDrawing& drawing, const std::stop_token& stop);
  /// Once, after the last frame.
  Expected<Bytes> Finish();

 private:
  struct Close {
    void operator()(GifFileType* gif) const;
  };
  static int Put(GifFileType* gif, const unsigned char* bytes, int count);
  Expected<void> WriteLoops(int loops);
  std::unexpected<Error> Failed() const;

  Bytes file_;
  std::unique_ptr<GifFileType, Close> gif_;
};

/// The index for what is not drawn: the first that the palette does not use.
inline int GifNothing(const GifPalette& palette) {
  return static_cast<int>(palette.colours.size());
}

}  // namespace whittle::codec
