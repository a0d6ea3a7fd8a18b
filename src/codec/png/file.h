// A PNG file taken apart into its chunks: header, palette, transparency, where the compressed
// picture lies, and what else it carries. Nothing is decompressed here.
//
// For the png_*.cc files only. All views point into the file, which must outlive them. Cost: one
// step for each chunk, and the CRC of the small ones; the picture's data is not touched.
//
// What counts as damaged: IHDR or a needed PLTE that is missing, impossible or fails its CRC; an
// unknown critical chunk before the picture; a picture of which there is no byte. A small chunk
// that fails its CRC or makes no sense is left out. The CRCs of the picture's own chunks are looked
// at only where zlib's checksum does not vouch for it (rows.h).
#pragma once

#include <cstdint>
#include <optional>

#include "pixel/view.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::codec {

inline constexpr std::uint8_t kPngSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

/// A chunk's name as a number, as it stands in the file.
constexpr std::uint32_t PngName(const char (&name)[5]) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(name[i]);
  return value;
}

inline std::uint32_t Load32(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}
inline std::uint16_t Load16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}

/// Of samples of `bits` (1, 2, 4) side by side in bytes, the leftmost in the highest bits: how far
/// the `x`th is from the lowest, and itself.
inline unsigned PngShiftOf(std::size_t x, std::size_t bits) {
  return static_cast<unsigned>(8 - bits - x * bits % 8);
}
inline unsigned PngSampleAt(const std::uint8_t* row, std::size_t x, std::size_t bits) {
  return row[x * bits / 8] >> PngShiftOf(x, bits) & ((1U << bits) - 1);
}

struct PngChunk {
  std::uint32_t name = 0;
  ByteView body;      ///< shorter than announced where the file ends in it
  bool whole = true;  ///< body and CRC are there
  /// Compares the CRC (ISO 3309); touches all of the body.
  bool IsSound() const;
};

/// Walks the chunks of a file, from the first one or from one that a walk has been at.
class PngChunks {
 public:
  explicit PngChunks(ByteView file, std::size_t at = sizeof kPngSignature) : file_(file), at_(at) {}
  /// The next chunk; nothing at the end of the file, or where no whole chunk head is left.
  std::optional<PngChunk> Next();
  std::size_t at() const { return at_; }

 private:
  ByteView file_;
  std::size_t at_;
};

/// As in IHDR.
enum class PngColour : std::uint8_t { kGrey = 0, kRgb = 2, kPalette = 3, kGreyA = 4, kRgba = 6 };

struct PngShape {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  int depth = 8;  ///< bits of a sample or a palette index
  PngColour colour = PngColour::kRgb;
  bool interlaced = false;

  int samples() const;
  int pixel_bits() const { return samples() * depth; }
  /// Of a row, without its filter byte.
  std::size_t row_bytes() const {
    return (std::size_t{width} * static_cast<unsigned>(pixel_bits()) + 7) / 8;
  }
};

/// The compressed picture: consecutive chunks of one name. Those of an animation (fdAT) begin with
/// four bytes that do not belong to it.
struct PngData {
  std::size_t at = 0;  ///< of the first chunk
  std::uint32_t name = PngName("IDAT");
  std::uint64_t bytes = 0;  ///< of all that are there, without heads
};

/// Hands out the pieces of the compressed picture, one for each chunk.
class PngPieces {
 public:
  PngPieces(ByteView file, const PngData& data) : chunks_(file, data.at), name_(data.name) {}
  /// Empty at the end only.
  ByteView Next();

 private:
  PngChunks chunks_;
  std::uint32_t name_;
};

struct PngFile {
  ByteView bytes;
  PngShape shape;
  ByteView palette;  ///< 3 bytes an entry; empty unless the colour is kPalette
  ByteView trns;     ///< as long as the colour type wants; empty when there is none
  PngData data;
  // Bodies of the first sound chunk of each kind; those about colour stand before the picture.
  ByteView cicp;
  ByteView iccp;
  ByteView gama;
  ByteView chrm;
  bool srgb = false;
  ByteView exif;
  ByteView xmp;
  std::uint32_t frames = 0;  ///< as acTL says; 0 for stills
  std::uint32_t plays = 0;   ///< 0 for ever
  bool ends = false;         ///< with an IEND
};

/// Judges size first, by limits.max_source_bytes and max_source_pixels. Errors: kUndecodable,
/// kTooLarge, kUnsupported (Apple's CgBI).
Expected<PngFile> ParsePng(ByteView file, const Limits& limits);

/// Measures the chunks that begin at `at`.
PngData MeasurePngData(ByteView file, std::size_t at, std::uint32_t name);

/// Compares the CRCs of the compressed picture's chunks; one that the file ends in has none.
bool PngDataIsSound(ByteView file, const PngData& data);

}  // namespace whittle::codec
