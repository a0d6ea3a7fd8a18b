// What the fuzz targets of all formats do: bytes from a stranger through every way of decoding that
// one codec has. Limits are small so that one run stays short.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "codec/registry.h"

namespace whittle::test {

constexpr Limits kFuzzLimits{.max_source_bytes = 1 << 20,
                             .max_source_pixels = 1 << 20,
                             .max_scans = 20,
                             .max_scan_pixels = 4 << 20,
                             .max_working_bytes = 64 << 20,
                             .max_frames = 20,
                             .max_animation_pixels = 4 << 20,
                             .max_icc_bytes = 1 << 16};

inline void Expect(bool condition) {
  if (!condition) std::abort();
}

inline void DecodeRows(codec::RowSource& source) {
  constexpr int kBatch = 13;
  const auto stride = static_cast<std::size_t>(source.width() * PixelBytes(source.format()));
  std::vector<std::uint8_t> rows(stride * kBatch);
  const pixel::RowSpan batch{rows.data(), stride, source.width(), kBatch, source.format()};
  for (int y = 0; y < source.height();) {
    const auto got = source.Read(batch);
    if (!got) return;
    Expect(*got > 0 && y + *got <= source.height());
    y += *got;
  }
  Expect(source.Read(batch) == 0);
}

inline void DecodeFrames(const codec::Codec& codec, ByteView file, const codec::Header& header) {
  const auto source = codec.open_frames(file, kFuzzLimits, {});
  if (!source) return;
  for (std::uint32_t n = 0;; ++n) {
    const auto frame = (*source)->Next();
    if (!frame || !*frame) return;
    Expect(n < kFuzzLimits.max_frames && (*frame)->duration >= 0);
    Expect((*frame)->canvas.width == static_cast<int>(header.info.width));
    Expect((*frame)->canvas.rows == static_cast<int>(header.info.height));
  }
}

inline void DecodePlanes(const codec::Codec& codec, ByteView file, const codec::Header& header) {
  const auto source = codec.open_planes(file, kFuzzLimits, {});
  if (!source) return;
  int luma = 0;
  while (true) {
    const auto bands = (*source)->Read();
    if (!bands) return;
    luma += (*bands)[0].rows;
    if ((*bands)[0].rows == 0) break;
  }
  Expect(luma == (*header.planes)[0].height);
}

/// Whatever `file` is, when it begins like a file of the codec `name`.
inline void DecodeAny(std::string_view name, ByteView file) {
  const codec::Codec& codec = *codec::ByName(name);
  if (!codec.sniff(file)) return;
  const auto header = codec.probe(file, kFuzzLimits);
  if (codec.metadata != nullptr && header) codec.metadata(file, kFuzzLimits);
  const auto source = codec.open(file, kFuzzLimits, {});
  if (!header) Expect(!source);
  if (!source) return;
  Expect((*source)->width() == static_cast<int>(header->info.width));
  Expect((*source)->height() == static_cast<int>(header->info.height));
  Expect((*source)->format() == header->format);
  Expect(header->info.orientation >= 1 && header->info.orientation <= 8);
  DecodeRows(**source);
  if (header->planes) DecodePlanes(codec, file, *header);
  if (header->info.frames > 1 && codec.open_frames != nullptr) DecodeFrames(codec, file, *header);
}

}  // namespace whittle::test
