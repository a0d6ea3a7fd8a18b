// What an encoder holds, with the file that it makes, before it is there: what the functions of
// Codec::encoder_memory answer, and what they have in common.
//
// Pure functions, any thread. Estimates are upper ones, from blocks on the heap, of photos and of
// noise, from 8x8 to 15 million pixels; of libaom and libjxl above 2 million what they touch, since
// they ask for up to half as much again.
#pragma once

#include <algorithm>
#include <cstdint>

#include "codec/codec.h"
#include "pixel/view.h"

namespace whittle::codec {

struct EncoderMemory {
  /// While rows come, and so beside their decoder. Less than `most` for encoders that only gather
  /// rows then and do their work in Finish.
  std::uint64_t taking = 0;
  std::uint64_t most = 0;  ///< at any time

  /// Of one that writes as rows come.
  static EncoderMemory Streams(std::uint64_t bytes) { return {bytes, bytes}; }
  /// Of one that holds `rows` until the last has come.
  static EncoderMemory Gathers(std::uint64_t rows, std::uint64_t bytes) {
    return {rows, std::max(rows, bytes)};
  }
};

inline constexpr std::uint64_t kKiB = 1024, kMiB = 1024 * kKiB;

/// A picture as encoders see it: in whole blocks of 16x16.
struct CodedSize {
  explicit CodedSize(const EncodeSpec& of)
      : spec(of),
        pixels(Whole(of.width) * Whole(of.height)),
        frame(pixels * static_cast<std::uint64_t>(pixel::PixelBytes(of.format))) {}

  const EncodeSpec& spec;
  std::uint64_t pixels;
  std::uint64_t frame;  ///< bytes of its rows

  bool alpha() const { return HasAlpha(spec.format); }
  bool halved() const { return spec.subsampling == Subsampling::k420 && !IsGrey(spec.format); }

 private:
  static std::uint64_t Whole(int side) { return static_cast<std::uint64_t>((side + 15) / 16 * 16); }
};

}  // namespace whittle::codec
