// What one job will do, decided from the header alone, before anything large is allocated.
//
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "codec/codec.h"
#include "pipeline/geometry.h"
#include "pixel/view.h"

namespace whittle::pipeline {

struct Plan {
  Size stored;          ///< the source, as its rows come
  Size resized;         ///< the result, before it is turned upright
  Size result;          ///< the result, as displayed
  int orientation = 1;  ///< EXIF, 1..8
  pixel::PixelFormat decoded = pixel::PixelFormat::kRgb8;  ///< rows of the decoder
  pixel::PixelFormat working = pixel::PixelFormat::kRgb8;  ///< rows from there on: grey or RGB
  /// Set when luma and chroma go from decoder to encoder as they are, each plane resized on its
  /// own.
  std::optional<codec::PlaneShapes> planes;
  codec::Subsampling subsampling = codec::Subsampling::k420;  ///< of a colour result
  std::uint64_t working_bytes = 0;  ///< upper estimate of all memory the job holds at once

  bool resizes() const { return resized != stored; }
  bool turns() const { return orientation != 1; }
  /// Rows leave in another order than they come, so the result must be whole before the first goes.
  bool holds_result() const { return orientation > 2; }
};

/// Errors: kTooLarge when the job would need more than limits.max_working_bytes.
Expected<Plan> MakePlan(const codec::Header& header, const Transform& transform,
                        const Limits& limits);

/// What the encoder is asked for; the profile is left to who knows what becomes of the colours.
codec::EncodeSpec ResultOf(const Plan& plan, const Transform& transform);

}  // namespace whittle::pipeline
