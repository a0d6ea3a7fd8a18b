// The decoding half of the HEIF codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <stop_token>

#include "codec/codec.h"

namespace whittle::codec {

/// Parses the boxes; the picture is decoded by the first Read, whole.
Expected<std::unique_ptr<RowSource>> OpenHeif(ByteView file, const Limits& limits,
                                              std::stop_token stop);

/// The boxes alone.
Expected<Header> ProbeHeif(ByteView file, const Limits& limits);
Metadata MetadataOfHeif(ByteView file, const Limits& limits);

}  // namespace whittle::codec
