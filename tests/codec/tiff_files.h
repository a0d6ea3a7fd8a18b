// TIFF files for the tests, written by libtiff exactly as asked.
#pragma once

#include <tiffio.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "tests/support/pictures.h"

namespace whittle::codec {

struct MadeTiff {
  int width = 0, height = 0, samples = 3, bits = 8;
  int photometric = PHOTOMETRIC_RGB;
  int compression = COMPRESSION_NONE;
  int predictor = 0;
  bool separate = false;
  int tile_width = 0, tile_height = 0;  ///< multiples of 16; 0 for strips
  int rows_per_strip = 5;
  std::vector<std::uint16_t> extra;  ///< kinds of extra samples
  int orientation = 0;
  int sample_format = SAMPLEFORMAT_UINT;
  int fill_order = 0;
  const char* mode = "w";
  std::vector<std::uint16_t> map;  ///< all reds, all greens, all blues
  std::string icc, xmp;
};

/// What stands in sample c of pixel x, y: its bits, of a float as well.
using SampleAt = std::function<std::uint64_t(int x, int y, int c)>;

namespace tiff_memory {

struct Memory {
  std::string bytes;
  std::size_t at = 0;
};
inline Memory& Of(thandle_t handle) { return *static_cast<Memory*>(handle); }
inline tmsize_t Read(thandle_t handle, void* to, tmsize_t count) {
  Memory& m = Of(handle);
  const std::size_t size =
      m.at < m.bytes.size() ? std::min(static_cast<std::size_t>(count), m.bytes.size() - m.at) : 0;
  std::memcpy(to, m.bytes.data() + m.at, size);
  m.at += size;
  return static_cast<tmsize_t>(size);
}
inline tmsize_t Write(thandle_t handle, void* from, tmsize_t count) {
  Memory& m = Of(handle);
  const auto size = static_cast<std::size_t>(count);
  if (m.bytes.size() < m.at + size) m.bytes.resize(m.at + size);
  std::memcpy(m.bytes.data() + m.at, from, size);
  m.at += size;
  return count;
}
inline toff_t Seek(thandle_t handle, toff_t to, int from) {
  Memory& m = Of(handle);
  return m.at = to + (from == SEEK_CUR ? m.at : from == SEEK_END ? m.bytes.size() : 0);
}

// Samples [x, x + width) of row y, high bit first or in the machine's order; from all kinds, or c.
inline void Pack(const MadeTiff& made, const SampleAt& at, int x, int width, int y, int c,
                 std::uint8_t* to) {
  std::size_t bit = 0;
  for (int i = x; i < x + width; ++i) {
    for (int k = made.separate ? c : 0; k < (made.separate ? c + 1 : made.samples); ++k) {
      const std::uint64_t value = i < made.width && y < made.height ? at(i, y, k) : 0;
      if (made.bits % 8 == 0) {
        std::memcpy(to + bit / 8, &value, static_cast<std::size_t>(made.bits / 8));
        bit += static_cast<std::size_t>(made.bits);
        continue;
      }
      for (int b = made.bits - 1; b >= 0; --b, ++bit) {
        to[bit / 8] = static_cast<std::uint8_t>(to[bit / 8] | (value >> b & 1) << (7 - bit % 8));
      }
    }
  }
}

}  // namespace tiff_memory

inline std::string Made(const MadeTiff& made, const SampleAt& at) {
  using namespace tiff_memory;
  Memory memory;
  TIFF* tiff = TIFFClientOpen(
      "made", made.mode, &memory, Read, Write, Seek, [](thandle_t) { return 0; },
      [](thandle_t handle) -> toff_t { return Of(handle).bytes.size(); }, nullptr, nullptr);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, made.width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, made.height);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, made.samples);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, made.bits);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, made.photometric);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, made.compression);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, made.sample_format);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG,
               made.separate ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  if (made.predictor != 0) TIFFSetField(tiff, TIFFTAG_PREDICTOR, made.predictor);
  if (made.fill_order != 0) TIFFSetField(tiff, TIFFTAG_FILLORDER, made.fill_order);
  if (made.orientation != 0) TIFFSetField(tiff, TIFFTAG_ORIENTATION, made.orientation);
  if (!made.extra.empty()) {
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, static_cast<int>(made.extra.size()),
                 made.extra.data());
  }
  if (!made.map.empty()) {
    const std::size_t n = made.map.size() / 3;
    TIFFSetField(tiff, TIFFTAG_COLORMAP, made.map.data(), made.map.data() + n,
                 made.map.data() + 2 * n);
  }
  if (made.photometric == PHOTOMETRIC_YCBCR && made.compression == COMPRESSION_JPEG) {
    TIFFSetField(tiff, TIFFTAG_JPEGQUALITY, 100);
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    TIFFSetField(tiff, TIFFTAG_YCBCRSUBSAMPLING, 1, 1);
  }
  if (made.photometric == PHOTOMETRIC_YCBCR && made.compression != COMPRESSION_JPEG) {
    TIFFSetField(tiff, TIFFTAG_YCBCRSUBSAMPLING, 1, 1);
  }
  if (!made.icc.empty()) {
    TIFFSetField(tiff, TIFFTAG_ICCPROFILE, static_cast<std::uint32_t>(made.icc.size()),
                 made.icc.data());
  }
  if (!made.xmp.empty()) {
    TIFFSetField(tiff, TIFFTAG_XMLPACKET, static_cast<std::uint32_t>(made.xmp.size()),
                 made.xmp.data());
  }
  if (made.photometric == PHOTOMETRIC_LOGL || made.photometric == PHOTOMETRIC_LOGLUV) {
    TIFFSetField(tiff, TIFFTAG_SGILOGDATAFMT, SGILOGDATAFMT_FLOAT);  // samples are CIE Y or XYZ
  }
  const int planes = made.separate ? made.samples : 1;
  const int width = made.tile_width > 0 ? made.tile_width : made.width;
  const int rows =
      made.tile_width > 0 ? made.tile_height : std::min(made.rows_per_strip, made.height);
  if (made.tile_width > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, rows);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows);
  }
  const int together = made.separate ? 1 : made.samples;
  const auto stride = static_cast<std::size_t>((width * together * made.bits + 7) / 8);
  std::uint32_t block = 0;
  for (int c = 0; c < planes; ++c) {
    for (int y = 0; y < made.height; y += rows) {
      for (int x = 0; x < made.width; x += width) {
        const int count = made.tile_width > 0 ? rows : std::min(rows, made.height - y);
        std::vector<std::uint8_t> packed(stride * static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
          Pack(made, at, x, width, y + i, c, packed.data() + static_cast<std::size_t>(i) * stride);
        }
        const auto size = static_cast<tmsize_t>(packed.size());
        if (made.tile_width > 0) {
          TIFFWriteEncodedTile(tiff, block++, packed.data(), size);
        } else {
          TIFFWriteEncodedStrip(tiff, block++, packed.data(), size);
        }
      }
    }
  }
  TIFFClose(tiff);
  return memory.bytes;
}

/// A tag's values in the first directory of a little-endian classic TIFF (mode "wl").
struct TiffValues {
  std::size_t at = 0, count = 0, size = 4;
};

inline std::uint32_t Number(const std::string& file, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(file[at + i]);
  return value;
}

inline TiffValues Find(const std::string& file, std::initializer_list<std::uint32_t> tags) {
  const std::size_t directory = Number(file, 4, 4);
  for (std::size_t n = 0; n < Number(file, directory, 2); ++n) {
    const std::size_t entry = directory + 2 + 12 * n;
    if (std::ranges::find(tags, Number(file, entry, 2)) == tags.end()) continue;
    TiffValues values{entry + 8, Number(file, entry + 4, 4),
                      Number(file, entry + 2, 2) == 3 ? std::size_t{2} : std::size_t{4}};
    if (values.count * values.size > 4) values.at = Number(file, entry + 8, 4);
    return values;
  }
  return {};
}
inline TiffValues Offsets(const std::string& file) { return Find(file, {273, 324}); }
inline TiffValues Counts(const std::string& file) { return Find(file, {279, 325}); }

/// Where a strip or tile begins; libtiff writes that in 32 bits.
inline void SetOffset(std::string& file, std::size_t block, std::size_t to) {
  const TiffValues offsets = Offsets(file);
  for (std::size_t i = 0; i < 4; ++i) {
    file[offsets.at + 4 * block + i] = static_cast<char>(to >> (8 * i));
  }
}

/// The same picture with its strips or tiles behind the directory, in their order; where each ends.
struct DataLast {
  std::string file;
  std::vector<std::size_t> ends;
};
inline DataLast MakeDataLast(const MadeTiff& made, const SampleAt& at) {
  DataLast last{Made(made, at), {}};
  const TiffValues offsets = Offsets(last.file), counts = Counts(last.file);
  for (std::size_t block = 0; block < offsets.count; ++block) {
    const std::size_t from = Number(last.file, offsets.at + offsets.size * block, offsets.size);
    const std::size_t size = Number(last.file, counts.at + counts.size * block, counts.size);
    SetOffset(last.file, block, last.file.size());
    last.file += last.file.substr(from, size);
    last.ends.push_back(last.file.size());
  }
  return last;
}

}  // namespace whittle::codec
