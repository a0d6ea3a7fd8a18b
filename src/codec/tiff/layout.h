// What a TIFF's first directory says of its pixels, judged before anything is decoded.
//
// For the tiff_*.cc files only. Any thread; a few dozen look-ups.
#pragma once

#include <cstdint>
#include <optional>

#include "codec/tiff/file.h"
#include "pixel/view.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::codec {

enum class TiffAlpha : std::uint8_t { kNone, kStraight, kMultiplied };

struct TiffLayout {
  int width = 0;
  int height = 0;
  int orientation = 1;
  bool tiled = false;
  int block_width = 0;  ///< of a tile, or the picture's
  int block_rows = 0;   ///< of a tile or strip, at most the picture's
  int planes = 1;       ///< 1 when samples stand together, else one for each that is used
  int samples = 1;      ///< of a pixel; with several planes, those that are used
  int bits = 8;         ///< of a sample
  int sample_format = SAMPLEFORMAT_UINT;
  int colours = 1;  ///< samples that are colour, or the one that is an index
  bool palette = false;
  bool inverted = false;  ///< 0 is white
  TiffAlpha alpha = TiffAlpha::kNone;
  int alpha_at = 0;     ///< number of its sample
  int alpha_plane = 0;  ///< the same in the file, which may have planes that are not used
  /// A layout for which libtiff's own conversion to RGBA is used: YCbCr that is no JPEG, CIE
  /// L*a*b*, LogLuv.
  bool by_libtiff = false;
  bool incomplete = false;                                ///< some strip or tile is not in the file
  pixel::PixelFormat format = pixel::PixelFormat::kRgb8;  ///< of decoded rows
  std::uint64_t decode_bytes = 0;

  /// Samples of one pixel that stand together.
  int together() const { return planes == 1 ? samples : 1; }
  /// The file's number for a plane.
  int PlaneInFile(int plane) const {
    return alpha != TiffAlpha::kNone && plane == alpha_at ? alpha_plane : plane;
  }
};

/// Judges `file` and makes it give YCbCr JPEG as RGB. Errors: kUnsupported, kUndecodable,
/// kTooLarge.
Expected<TiffLayout> ReadTiffLayout(const TiffFile& file, std::uint64_t file_bytes,
                                    const Limits& limits);

}  // namespace whittle::codec
