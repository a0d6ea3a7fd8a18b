// Compressed SVG (svgz): gzip (RFC 1952) by zlib, never further than asked for.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::codec {

bool IsGzip(ByteView file);

/// The first `most` bytes of what was compressed, or fewer where the file is shorter or damaged.
Bytes InflatedHead(ByteView file, std::size_t most);

/// All of it. Errors: kTooLarge when it is more than `most` bytes, kUndecodable.
Expected<Bytes> Inflated(ByteView file, std::uint64_t most);

/// How much the file says it holds, modulo 2^32; a lie costs no more than Inflated's `most`.
std::uint32_t AnnouncedSize(ByteView file);

}  // namespace whittle::codec
