// Which decoder gives JPEG planes: Whittle's own where it can, or libjpeg-turbo always.
//
// For start-up, tests and benchmarks: the choice is process-wide and must not be made while another
// thread opens a picture. Both give the same samples and the same errors.
#pragma once

#include <cstdint>

namespace whittle::codec {

enum class JpegDecoder : std::uint8_t {
  kAuto,   ///< ours for plain baseline files, libjpeg-turbo for all others
  kTurbo,  ///< libjpeg-turbo for all
};

void UseJpegDecoder(JpegDecoder decoder);

}  // namespace whittle::codec
