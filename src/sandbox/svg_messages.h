// What the server and the processes that draw SVG say to each other, once started (messages.h):
//
//   server -> worker: LoadSvg, with the document     -> LoadedSvg
//   server -> worker: DrawSvg, with room for pixels  -> DrawnSvg, and the worker ends
#pragma once

#include <cstdint>

#include "sandbox/messages.h"

namespace whittle::sandbox {

/// The kind of work.
inline constexpr const char* kSvgWork = "svg";

struct LoadSvg {
  std::uint64_t text_bytes = 0;  ///< as in codec::SvgLimits
  std::uint64_t memory_bytes = 0;
  std::uint64_t drawn_bytes = 0;
  std::int64_t milliseconds = 0;  ///< that the worker may live
};

enum class SvgResult : std::uint32_t { kOk, kUndecodable, kTooLarge };

struct LoadedSvg {
  Tag tag = Tag::kAnswer;
  SvgResult result = SvgResult::kUndecodable;
  double width = 0;  ///< pixels
  double height = 0;
};

struct DrawSvg {
  double left = 0;  ///< what is drawn, in parts of width and height
  double top = 0;
  double right = 0;
  double bottom = 0;
  std::int32_t width = 0;  ///< pixels drawn, as straight RGBA, without gaps between rows
  std::int32_t height = 0;
};

struct DrawnSvg {
  Tag tag = Tag::kAnswer;
  SvgResult result = SvgResult::kUndecodable;
};

}  // namespace whittle::sandbox
