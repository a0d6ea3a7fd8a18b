// The decoding half of the PNG codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <stop_token>

#include "codec/codec.h"
#include "codec/png/file.h"

namespace whittle::codec {

/// Judges the header; the picture is first touched by the first Read.
Expected<std::unique_ptr<RowSource>> OpenPng(ByteView file, const Limits& limits,
                                             std::stop_token stop);

/// As OpenPng, of a file that has been parsed and judged; the picture outside any animation.
std::unique_ptr<RowSource> MakePngSource(const PngFile& png, std::stop_token stop);

/// The header alone, with orientation and colour profile. In header.cc.
Expected<Header> ProbePng(ByteView file, const Limits& limits);

/// eXIf, and XMP from iTXt. In header.cc.
Metadata PngMetadata(ByteView file, const Limits& limits);

}  // namespace whittle::codec
