// The decoding half of the JPEG codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <stop_token>

#include "codec/codec.h"

namespace whittle::codec {

/// Reads the header; libjpeg's own work begins with the first Read.
Expected<std::unique_ptr<RowSource>> OpenJpeg(ByteView file, const Limits& limits,
                                              std::stop_token stop);

/// The same for pictures whose header has planes.
Expected<std::unique_ptr<PlaneSource>> OpenJpegPlanes(ByteView file, const Limits& limits,
                                                      std::stop_token stop);

/// The header alone, with orientation and colour profile.
Expected<Header> ProbeJpeg(ByteView file, const Limits& limits);

}  // namespace whittle::codec
