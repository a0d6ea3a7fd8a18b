// A picture as it is compared with a lossy copy of itself: luma and chroma.
//
// Made of a canvas of any format, of planes on their way to an encoder, or of an encoded file. One
// job, one thread. Cost: about 2 ns a pixel from rows, a copy from planes.
#pragma once

#include <stop_token>

#include "codec/codec.h"
#include "effect/likeness.h"
#include "pipeline/workspace.h"
#include "whittle/expected.h"

namespace whittle::pipeline {

class Compared {
 public:
  /// Chroma's resolution beside luma's.
  enum class Chroma : std::uint8_t { kNone, kHalf, kFull };

  /// Room for a picture. Content is undefined.
  void Shape(int width, int height, Chroma chroma);
  effect::LikenessPlanes planes() const;
  static std::uint64_t BytesNeeded(std::uint64_t width, std::uint64_t height);

  /// Takes further rows of a picture without chroma or with all of it: any format but ink. Of wide
  /// samples the
  /// upper 8 bits count; what is transparent lies on middle grey. Error: kInternal for rows that
  /// are not of this picture.
  Expected<void> Add(pixel::ConstRowSpan rows);
  /// Takes further rows of every plane, which need not keep step.
  Expected<void> Add(const codec::PlaneBands& rows, codec::Range range);
  /// Whether all rows have come.
  bool complete() const;

  /// The whole picture of an encoded file, shaped as the file has it. Errors: the codec's, and
  /// kInternal where the size is not the one that is given.
  Expected<void> Decode(const codec::Codec& codec, ByteView file, int width, int height,
                        const Limits& limits, const std::stop_token& stop);

 private:
  template <class Sample>
  void AddRow(const Sample* row, pixel::PixelFormat format);
  Expected<void> DecodeRows(const codec::Codec& codec, ByteView file, const Limits& limits,
                            const std::stop_token& stop);

  std::array<RowBuffer, codec::kPlanes> buffers_;
  std::array<int, codec::kPlanes> taken_ = {};
  bool grey_ = false;
  RowBuffer batch_;  // of a decoder
};

}  // namespace whittle::pipeline
