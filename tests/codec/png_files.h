// For the PNG tests: files of every kind, written by libpng, and a plain reading of them by libpng
// with its own transformations.
#pragma once

#include <png.h>
#include <zlib.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/codec/decode.h"
#include "whittle/bytes.h"

namespace whittle::codec {

struct MadePng {
  int width = 19;
  int height = 13;
  int depth = 8;
  int colour = PNG_COLOR_TYPE_RGB;
  bool interlaced = false;
  int filters = PNG_ALL_FILTERS;
  int palette = 0;   ///< entries; 0: as many as the depth allows
  int trns = 0;      ///< palette entries with alpha, or 1 for a transparent colour
  int piece = 8192;  ///< bytes in an IDAT
  unsigned seed = 1;
};

inline void ThrowPngError(png_structp, png_const_charp message) {
  throw std::runtime_error(message);
}

// Smooth enough that all filters are chosen somewhere, and few enough values that a transparent
// colour is met.
inline std::vector<std::uint8_t> PackedRow(const MadePng& made, std::size_t bytes, int y) {
  std::vector<std::uint8_t> row(bytes);
  for (std::size_t i = 0; i < bytes; ++i) {
    const unsigned wave = static_cast<unsigned>(i) * 3 + static_cast<unsigned>(y) * 5 * made.seed;
    const unsigned grain =
        (static_cast<unsigned>(i * 7919) + static_cast<unsigned>(y * 104729)) % 5;
    row[i] = static_cast<std::uint8_t>(i / 8 % 3 == 0 ? 16 * made.seed : wave + grain);
  }
  return row;
}

inline Bytes MakePng(const MadePng& made) {
  Bytes file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, ThrowPngError, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &file,
      [](png_structp p, png_bytep data, png_size_t size) {
        static_cast<Bytes*>(png_get_io_ptr(p))->Append({data, size});
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(made.width),
               static_cast<png_uint_32>(made.height), made.depth, made.colour,
               made.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
  const int entries = made.palette > 0 ? made.palette : 1 << std::min(made.depth, 8);
  if (made.colour == PNG_COLOR_TYPE_PALETTE) {
    std::vector<png_color> palette;
    std::vector<png_byte> alpha;
    for (int i = 0; i < entries; ++i) {
      palette.push_back({static_cast<png_byte>(i * 37), static_cast<png_byte>(255 - i),
                         static_cast<png_byte>(i * i)});
      if (i < made.trns) alpha.push_back(static_cast<png_byte>(i * 50));
    }
    png_set_PLTE(png, info, palette.data(), entries);
    if (made.trns > 0) png_set_tRNS(png, info, alpha.data(), made.trns, nullptr);
  } else if (made.trns > 0) {
    const auto sample = static_cast<png_uint_16>(16 * made.seed * (made.depth == 16 ? 0x101 : 1) &
                                                 ((1U << made.depth) - 1));
    const png_color_16 key{0, sample, sample, sample, sample};
    png_set_tRNS(png, info, nullptr, 0, &key);
  }
  png_set_check_for_invalid_index(png, 0);
  png_set_filter(png, 0, made.filters);
  png_set_compression_buffer_size(png, static_cast<png_size_t>(made.piece));
  png_write_info(png, info);
  const std::size_t bytes = png_get_rowbytes(png, info);
  const int passes = png_set_interlace_handling(png);
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < made.height; ++y) png_write_row(png, PackedRow(made, bytes, y).data());
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return file;
}

/// The rows of a sound file, expanded by libpng.
/// libpng's two structs, freed also when it throws.
struct PngReader {
  PngReader()
      : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, ThrowPngError,
                                   [](png_structp, png_const_charp) {})),
        info(png_create_info_struct(png)) {}
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
  png_structp png;
  png_infop info;
};

inline Rows ReadByLibpng(ByteView file) {
  const PngReader reader;
  const png_structp png = reader.png;
  const png_infop info = reader.info;
  png_set_read_fn(png, &file, [](png_structp p, png_bytep data, png_size_t size) {
    auto& left = *static_cast<ByteView*>(png_get_io_ptr(p));
    if (size > left.size()) png_error(p, "end of file");
    std::memcpy(data, left.data(), size);
    left = left.subspan(size);
  });
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_DEFAULT);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_swap(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  const int colour = png_get_color_type(png, info);
  Rows rows = BlankRows(
      static_cast<int>(png_get_image_width(png, info)),
      static_cast<int>(png_get_image_height(png, info)),
      pixel::FormatWith((colour & PNG_COLOR_MASK_COLOR) == 0, (colour & PNG_COLOR_MASK_ALPHA) != 0,
                        png_get_bit_depth(png, info) == 16));
  std::vector<png_bytep> pointers;
  for (int y = 0; y < rows.height; ++y) pointers.push_back(rows.Span(y, 1).data);
  png_read_image(png, pointers.data());
  return rows;
}

inline std::string BigEndian32(std::size_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift);
  return text;
}

inline std::string ChunkOf(const std::string& name, const std::string& body) {
  const std::string covered = name + body;
  const auto crc = crc32(0, AsBytes(covered).data(), static_cast<unsigned>(covered.size()));
  return BigEndian32(body.size()) + covered + BigEndian32(crc);
}

inline std::string Deflated(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size, AsBytes(text).data(), text.size(), 9);
  packed.resize(size);
  return packed;
}

/// A file of these filtered rows, with `chunks` before them.
inline std::string PngOf(std::size_t width, std::size_t height, int depth, int colour,
                         const std::string& rows, const std::string& chunks = {}) {
  std::string shape = BigEndian32(width) + BigEndian32(height);
  for (const int byte : {depth, colour, 0, 0, 0}) shape += static_cast<char>(byte);
  return std::string("\x89PNG\r\n\x1A\n") + ChunkOf("IHDR", shape) + chunks +
         ChunkOf("IDAT", Deflated(rows)) + ChunkOf("IEND", "");
}

/// `file` with a chunk more, in front of the first chunk `before`.
inline Bytes WithChunk(const Bytes& file, const std::string& name, const std::string& body,
                       std::string_view before = "IDAT") {
  std::string text(AsText(file.view()));
  text.insert(text.find(before) - 4, ChunkOf(name, body));
  return Bytes::CopyOf(AsBytes(text));
}

}  // namespace whittle::codec
