// libjxl's encoder with what an EncodeSpec asks for: for sink.cc and frames_sink.cc only.
//
// Single thread. libjxl has no hook inside a frame: what DrainJxl does cannot be stopped.
#pragma once

#include <jxl/encode.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "codec/codec.h"
#include "codec/jxl/sink.h"

namespace whittle::codec {

struct DestroyJxlEncoder {
  void operator()(JxlEncoder* encoder) const { JxlEncoderDestroy(encoder); }
};
using JxlEncoderPtr = std::unique_ptr<JxlEncoder, DestroyJxlEncoder>;

enum class JxlKind : std::uint8_t { kStill, kAnimation };

/// With size, colours, EXIF and XMP set. A profile that libjxl cannot read is left out, and the
/// colours are taken for sRGB.
Expected<JxlEncoderPtr> BeginJxl(const EncodeSpec& spec, JxlKind kind);

/// Queues a frame of spec's size and format, which libjxl copies. `ticks` is its duration in
/// milliseconds, for animations.
Expected<void> AddJxlFrame(JxlEncoder* encoder, const EncodeSpec& spec, ByteView samples,
                           std::optional<std::uint32_t> ticks);

/// Encodes what is queued, and appends it to `file`. Unless JxlEncoderCloseInput was called before,
/// the last frame is not the animation's last.
Expected<void> DrainJxl(JxlEncoder* encoder, Bytes& file);

}  // namespace whittle::codec
