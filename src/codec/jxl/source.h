// The decoding half of the JPEG XL codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <stop_token>

#include "codec/codec.h"

namespace whittle::codec {

/// Reads the header; the picture is decoded by the first Read, whole.
Expected<std::unique_ptr<RowSource>> OpenJxl(ByteView file, const Limits& limits,
                                             std::stop_token stop);

/// Frames as shown, composed by libjxl.
Expected<std::unique_ptr<FrameSource>> OpenJxlFrames(ByteView file, const Limits& limits,
                                                     std::stop_token stop);

/// The header alone; of an animation the frames' headers, too, since only they tell how many there
/// are.
Expected<Header> ProbeJxl(ByteView file, const Limits& limits);
Metadata MetadataOfJxl(ByteView file, const Limits& limits);

}  // namespace whittle::codec
