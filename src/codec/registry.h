// The list of formats, expanded from codecs.def. Any thread; no cost beyond a short loop.
#pragma once

#include <span>
#include <string_view>

#include "codec/codec.h"

namespace whittle::codec {

/// Every built-in codec, in sniffing order.
std::span<const Codec* const> All();

/// The codec whose magic bytes `file` begins with, or nullptr. Names are never trusted.
const Codec* Sniff(ByteView file);

/// By name ("jpeg") or extension ("jpg"), lower case, or nullptr.
const Codec* ByName(std::string_view name);

}  // namespace whittle::codec
