// What one job will do, decided from the header alone, before anything large is allocated.
//
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "codec/codec.h"
#include "pipeline/geometry.h"
#include "pipeline/operation.h"
#include "pipeline/output.h"
#include "pixel/geometry.h"
#include "pixel/view.h"

namespace whittle::pipeline {

struct Plan {
  Transform::Params params;  ///< what was asked for
  Output output;
  Size stored;  ///< the source, as its rows come
  /// Set where the source is drawn: what it is asked for. Rows then come in the result's size.
  std::optional<codec::Drawing> drawing;
  Area shown;           ///< of the source, as stored
  Size resized;         ///< the picture, before it is turned upright
  Size result;          ///< the picture, as displayed
  int orientation = 1;  ///< how the stored picture is turned: EXIF 1..8, and what was asked for
  Layout layout;        ///< of the canvas around the picture, as displayed

  pixel::PixelFormat decoded = pixel::PixelFormat::kRgb8;  ///< rows of the decoder
  pixel::PixelFormat working = pixel::PixelFormat::kRgb8;  ///< rows through the resizer
  pixel::PixelFormat written = pixel::PixelFormat::kRgb8;  ///< rows to the encoder
  Kernel kernel = Kernel::kLanczos3;
  Colour background;     ///< behind transparency, and of padding; opaque where no alpha is written
  bool to_srgb = false;  ///< colours are converted; else the result says what they are (colours.h)
  OperationSet operations;    ///< what is done to the result's pixels
  bool keeps_canvas = false;  ///< the result is encoded more than once, from rows
  /// The score that the result's quality is chosen by, where it is; no other quality counts then.
  std::optional<double> auto_target;

  /// Set when luma and chroma go from decoder to encoder as they are, each plane resized on its
  /// own.
  std::optional<codec::PlaneShapes> planes;
  codec::Subsampling subsampling = codec::Subsampling::k420;  ///< of a colour result
  bool indexed = false;             ///< the source has a palette, so the result may have one
  std::uint64_t working_bytes = 0;  ///< upper estimate of all memory the job holds at once
  /// What of them is held once for several results of one decode (together.h), and what each of
  /// those holds besides; their sum may be more than working_bytes.
  std::uint64_t shared_bytes = 0;
  std::uint64_t own_bytes = 0;

  bool resizes() const { return resized != stored || shown != Area::Of(stored); }
  bool turns() const { return orientation != 1; }
  bool pads() const { return layout.canvas != layout.window.value_or(result); }
  /// The result keeps transparency, and the background stands behind it: a transparent one, mostly.
  bool lays_behind() const {
    return HasAlpha(working) && HasAlpha(written) && background.alpha != 0;
  }
  /// Rows leave in another order than they come, so the result must be whole before the first goes.
  bool holds_result() const { return orientation > 2 || operations.on_picture; }
  pixel::Geometry geometry() const;
};

/// All of the source, as displayed once it is turned as asked.
Area WholeOf(const codec::Header& header, const Transform& transform);

/// `part` is what counts of the source, as displayed: all of it, but for trim. Errors: kTooLarge
/// when the job would need more than limits.max_working_bytes, kBadRequest for what the transform
/// and this source do not allow together.
Expected<Plan> MakePlan(const codec::Codec& input, const codec::Header& header, const Area& part,
                        const Transform& transform, const Limits& limits);

/// What the encoder is asked for; profile and metadata are left to who knows what becomes of them.
codec::EncodeSpec ResultOf(const Plan& plan, const Transform& transform);

}  // namespace whittle::pipeline
