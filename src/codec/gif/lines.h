// A frame's palette indices, line by line as the file has them, by giflib from memory.
//
// For the gif_*.cc files only; nothing above sees giflib's types. One GifLines belongs to one job
// and holds some 64 KiB, plus about 1 KiB for each frame begun.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "codec/gif/layout.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

struct GifFileType;

namespace whittle::codec {

class GifLines {
 public:
  /// `file` must outlive what is returned.
  static Expected<std::unique_ptr<GifLines>> Open(ByteView file);

  /// Turns to a frame, whether or not the one before has been read to its end.
  Expected<void> Begin(const GifFrame& frame);
  /// The next line of the frame, which has frame.height; valid until the next call. Empty where the
  /// frame's data end or break off before the line does, and then asked for no more. Errors:
  /// kUndecodable.
  Expected<std::span<const std::uint8_t>> Next();
  /// The last line that Next gave.
  std::span<const std::uint8_t> last() const { return line_; }

  /// Upper estimate of the memory behind `frames` frames of which the widest has `width`, bytes.
  static std::uint64_t MemoryFor(std::size_t frames, int width);

 private:
  // What giflib reads next: a frame's data are sub-blocks, each behind its length.
  enum class Expects : std::uint8_t { kAnything, kLength, kBlock };
  struct Input {
    ByteView file;
    std::size_t at = 0;
    Expects expects = Expects::kAnything;
    bool ended = false;  // no more sub-blocks
  };
  struct Close {
    void operator()(GifFileType* gif) const;
  };
  static int Read(GifFileType* gif, unsigned char* into, int count);

  Input input_;
  std::unique_ptr<GifFileType, Close> gif_;
  std::vector<std::uint8_t> line_;
  std::vector<std::uint8_t> next_;  // is read into
};

/// Red, green, blue and alpha of every index a frame may hold.
using GifColours = std::array<std::array<std::uint8_t, 4>, 256>;
GifColours ColoursOf(const GifFrame& frame);

/// What stands for rows that the file does not have, `line` being the last one that it has: the
/// mean of its opaque pixels, or nothing where less than half of them are opaque.
std::array<std::uint8_t, 4> GifMeanOf(std::span<const std::uint8_t> line,
                                      const GifColours& colours);

}  // namespace whittle::codec
