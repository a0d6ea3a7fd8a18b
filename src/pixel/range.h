// Codes of luma and chroma between studio range (16..235, and 128 -+ 112) and full range (0..255,
// and 128 -+ 127.5).
//
// Used where planes come from a decoder that keeps studio range; the way back is in the resizers
// (ResizeSpec::studio_output, ChromaResizer), which round once for both. Rounded to nearest,
// halves up; what lies outside of studio range is clamped. Any thread. Cost: less than 0.1 ns a
// sample.
#pragma once

#include <cstdint>
#include <span>

namespace whittle::pixel {

enum class CodeRange : std::uint8_t { kFull, kStudio };

/// Chroma's gain from full to studio range.
inline constexpr double kStudioChroma = 224.0 / 255;

/// (code - 16) * 255 / 219. `full` has room for as many, and may be `codes` itself.
void LumaToFull(std::span<const std::uint8_t> codes, std::uint8_t* full);
/// 128 + (code - 128) * 255 / 224, likewise.
void ChromaToFull(std::span<const std::uint8_t> codes, std::uint8_t* full);

}  // namespace whittle::pixel
