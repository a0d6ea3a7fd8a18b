// What an encoder holds, with the file that it makes, before it is there.
//
// Pure function, any thread.
#pragma once

#include <cstdint>

#include "codec/codec.h"

namespace whittle::pipeline {

struct EncoderMemory {
  /// While rows come, and so beside their decoder. Less than `most` for encoders that only gather
  /// rows then and do their work in Finish.
  std::uint64_t taking = 0;
  std::uint64_t most = 0;  ///< at any time
};

/// Upper estimates for a picture, or for an animation of such frames. From blocks on the heap, of
/// photos and of noise, from 8x8 to 15 million pixels; of libaom and libjxl above 2 million what
/// they touch, since they ask for up to half as much again. Of an animation one coded frame is in
/// it: the file of all is not, which limits.max_animation_pixels bounds.
EncoderMemory EncoderBytes(const codec::Codec& codec, const codec::EncodeSpec& spec);

}  // namespace whittle::pipeline
