// What an encoder holds, with the file that it makes, before it is there.
//
// Pure function, any thread.
#pragma once

#include <cstdint>

#include "codec/codec.h"

namespace whittle::pipeline {

/// Upper estimate for a picture, or for an animation of such frames. From blocks on the heap, of
/// photos and of noise, from 8x8 to 15 million pixels; of libaom and libjxl above 2 million what
/// they touch, since they ask for up to half as much again.
std::uint64_t EncoderBytes(const codec::Codec& codec, const codec::EncodeSpec& spec);

}  // namespace whittle::pipeline
