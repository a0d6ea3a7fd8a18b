// The encoding half of the PNG codec. Called through codec.h only; see there for the contract.
#pragma once

#include <cstdint>
#include <memory>

#include "codec/codec.h"
#include "codec/png/filter.h"

namespace whittle::codec {

/// Samples, in bytes as they come, of a picture that is held whole: once as they are and once as
/// they are to be compressed.
inline constexpr std::uint64_t kMostWholePng = 32ULL << 20;
/// Of a picture that `colours` is heeded in: libimagequant needs some 20 bytes a pixel.
inline constexpr std::uint64_t kMostQuantisedPixels = 16'000'000;
/// Of one that has a palette at its source, and that nobody asked to have quantised: 0.2 s a
/// megapixel.
inline constexpr std::uint64_t kMostFaithfulPixels = 2'000'000;

/// Pictures of up to kMostWholePng are held whole and written by us with libdeflate: in the form
/// that takes fewest bytes, with a palette where `colours` asks for one or `indexed` allows it,
/// interlaced where `progressive` asks for that. Larger ones go through libpng row by row, as they
/// come; both are left out there.
Expected<std::unique_ptr<RowSink>> CreatePng(const EncodeSpec& spec);

/// For pictures of any size, row by row by libpng. In stream_sink.cc.
Expected<std::unique_ptr<RowSink>> CreatePngStream(const EncodeSpec& spec);

/// An animation: of each frame the rectangle that changes, in the one colour type that
/// EncodeSpec::format says, since the frames to come are not known. Frames that change nothing
/// lengthen the one before. Two canvases are held. In frames_sink.cc.
Expected<std::unique_ptr<FrameSink>> CreatePngFrames(const EncodeSpec& spec);

/// 0..10: what `spec` asks for, or what its preset comes to.
int PngEffort(const EncodeSpec& spec);

/// How a picture in RGB or grey is compressed.
struct PngRecipe {
  int level;  ///< libdeflate's
  PngFilters filters;
};
const PngRecipe& PngRecipeFor(const EncodeSpec& spec);

}  // namespace whittle::codec
