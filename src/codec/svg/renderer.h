// Who draws SVG. The core knows neither processes nor clocks, so somebody else brings it (app does,
// with sandbox/svg_processes.h); until then no file is taken for SVG.
//
// UseSvgRenderer is for start-up and tests: the choice is process-wide and must not be made while
// another thread opens a picture. A renderer may be used from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "codec/codec.h"

namespace whittle::codec {

/// Absolute units are drawn at so many dots per inch, as libvips does: 25.4mm are 72 pixels.
inline constexpr double kSvgDpi = 72;

/// No side of a drawn picture is longer: what cairo can hold.
inline constexpr int kSvgMaxSide = 32767;

struct SvgLimits {
  std::uint64_t text_bytes = 0;    ///< of the XML, inflated
  std::uint64_t memory_bytes = 0;  ///< for parsing and drawing, without the drawn picture
  std::uint64_t drawn_bytes = 0;   ///< of the drawn picture
};

/// A document that has been parsed, and how large it is in its own pixels.
struct SvgDocument {
  double width = 0;
  double height = 0;
  std::unique_ptr<VectorPicture> picture;
};

class SvgRenderer {
 public:
  virtual ~SvgRenderer() = default;
  /// Parses a document, plain or compressed by gzip, which need not live on. Nothing outside of it
  /// is ever looked at. Errors: kUndecodable, kTooLarge, kTooSlow.
  virtual Expected<SvgDocument> Load(ByteView file, const SvgLimits& limits) const = 0;
  /// "librsvg 2.54.7"
  virtual std::string_view version() const = 0;
};

/// `renderer` must live until another is used; nullptr switches SVG off.
void UseSvgRenderer(const SvgRenderer* renderer);

}  // namespace whittle::codec
