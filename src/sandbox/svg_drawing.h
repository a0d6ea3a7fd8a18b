// One SVG document through librsvg: parse, measure, draw. For a confined process.
//
// No base URI is given, so librsvg follows no reference but data: URLs and those inside the
// document.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sandbox/svg_library.h"
#include "sandbox/svg_messages.h"
#include "whittle/bytes.h"

namespace whittle::sandbox {

class SvgDrawing {
 public:
  explicit SvgDrawing(const SvgLibrary& library) : library_(library), handle_(nullptr, {library}) {}

  /// Parses and measures. `text` must outlive this.
  LoadedSvg Load(ByteView text, double dpi);
  /// Draws to `pixels`, which are zeros, 4 bytes each.
  SvgResult Draw(const DrawSvg& wanted, std::span<std::uint8_t> pixels);

 private:
  struct Unref {
    const SvgLibrary& library;
    void operator()(RsvgHandle* handle) const { library.g_object_unref(handle); }
  };
  bool Measure(double dpi);
  bool MeasureByViewBox(double dpi);
  bool MeasureByInk();

  const SvgLibrary& library_;
  std::unique_ptr<RsvgHandle, Unref> handle_;
  RsvgRectangle shown_{};  // of the document: from where, and how much
};

}  // namespace whittle::sandbox
