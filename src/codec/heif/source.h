// The decoding half of the HEIF codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <stop_token>

#include "codec/codec.h"

namespace whittle::codec {

/// Parses the boxes; the picture is decoded by the first Read, whole.
Expected<std::unique_ptr<RowSource>> OpenHeif(ByteView file, const Limits& limits,
                                              std::stop_token stop);

/// The boxes alone. A stop request is seen at each part of the file that libheif reads.
Expected<Header> ProbeHeif(ByteView file, const Limits& limits, const std::stop_token& stop);
Metadata MetadataOfHeif(ByteView file, const Limits& limits);

}  // namespace whittle::codec
