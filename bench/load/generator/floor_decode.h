// What a format's own library takes to decode a file, and nothing else: the marks that servers are
// held against. For whittle_floor and its tests; one thread, full size, every sample made.
//
//   JPEG   libjpeg-turbo to RGB: accurate integer IDCT, smooth upsampling of chroma (its defaults)
//   PNG    libpng to 8-bit rows, or libdeflate's inflate of the same stream and no more
//   WebP   libwebp to YUV planes
//   AVIF   libavif with dav1d to YUV planes
//
// Damage is the caller's mistake here: a message to stderr, and the program ends with 1.
#pragma once

#include <cstdint>
#include <vector>

namespace whittle::bench {

using File = std::vector<std::uint8_t>;

enum class Format { kUnknown, kJpeg, kPng, kWebp, kAvif };

/// By the first bytes.
Format FormatOf(const File& file);

/// Decodes `file`. `space` is kept between calls, so that its pages are paid for once.
void Decode(const File& file, std::vector<std::uint8_t>& space);

/// Inflates a PNG's pixel stream, filters still on, by libdeflate.
void Inflate(const File& png, std::vector<std::uint8_t>& space);

}  // namespace whittle::bench
