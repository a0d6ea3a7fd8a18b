// The encoding half of the JPEG XL codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>

#include "codec/codec.h"

namespace whittle::codec {

/// Longest side of a picture that CreateJxl takes.
inline constexpr int kLargestJxlSide = 16384;

/// libjxl's effort, 1 to 9 (slowest): what is asked for, or less for pictures that would take too
/// long (encode_cost.h).
int JxlEffort(const EncodeSpec& spec);

Expected<std::unique_ptr<RowSink>> CreateJxl(const EncodeSpec& spec);

/// An animation of whole frames; those that are equal become one. In frames_sink.cc.
Expected<std::unique_ptr<FrameSink>> CreateJxlFrames(const EncodeSpec& spec);

}  // namespace whittle::codec
