// Files without their metadata, format by format: <format>_strip.cc, and one call for all.
//
// Pure functions, any thread. One walk over a file's parts and one copy of what stays; of JPEG,
// also over its codes (jpeg/scan_walk.h). Everything that stays is known by name and is what a
// decoder reads: what nobody knows is gone, and so is a part that comes once more or where none
// belongs.
#pragma once

#include "codec/codec.h"

namespace whittle::codec {

// As Codec::strip.
Expected<Bytes> StripJpeg(ByteView file, const StripSpec& spec, const Limits& limits);
Expected<Bytes> StripPng(ByteView file, const StripSpec& spec, const Limits& limits);
Expected<Bytes> StripWebp(ByteView file, const StripSpec& spec, const Limits& limits);
Expected<Bytes> StripGif(ByteView file, const StripSpec& spec, const Limits& limits);
Expected<Bytes> StripJxl(ByteView file, const StripSpec& spec, const Limits& limits);
/// Of AVIF and HEIF: the primary picture, what it is put together of, and its alpha.
Expected<Bytes> StripItems(ByteView file, const StripSpec& spec, const Limits& limits);

/// `file`, of whatever format, without metadata, and without its colour profile unless `keep_icc`.
/// Where EXIF said which way up the picture is, a new block says this and no more. Errors:
/// kUnsupported for unknown formats, for those that cannot and for what cannot be left out, with a
/// text that says so; kUndecodable, kTooLarge.
Expected<Bytes> StripMetadata(ByteView file, bool keep_icc, const Limits& limits);

}  // namespace whittle::codec
