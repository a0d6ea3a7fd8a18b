// What the server and the processes that draw SVG say to each other: plain structs over sockets
// that keep messages apart. Both sides are the same program, so the layout is the same.
//
//   to the fork server: Job, with the worker's socket
//   worker -> server: Hello, with a pidfd of the worker; then, to each question, an answer
//   server -> worker: LoadSvg, with the document     -> LoadedSvg
//   server -> worker: DrawSvg, with room for pixels  -> DrawnSvg, and the worker ends
#pragma once

#include <cstdint>

namespace whittle::sandbox {

/// The fork server's socket.
inline constexpr int kControlDescriptor = 3;
/// The command of the program that runs it; not for people, so --help does not name it.
inline constexpr const char* kForkServerCommand = "svg-fork-server";

struct Job {
  std::uint32_t workers = 1;  ///< to start; a message must have some content
};

struct Hello {
  std::uint32_t major = 0, minor = 0, micro = 0;  ///< of librsvg
};

struct LoadSvg {
  std::uint64_t text_bytes = 0;  ///< as in codec::SvgLimits
  std::uint64_t memory_bytes = 0;
  std::uint64_t drawn_bytes = 0;
  std::int64_t milliseconds = 0;  ///< that the worker may live
};

enum class SvgResult : std::uint32_t { kOk, kUndecodable, kTooLarge };

struct LoadedSvg {
  SvgResult result = SvgResult::kUndecodable;
  std::uint32_t unused = 0;
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
  SvgResult result = SvgResult::kUndecodable;
};

}  // namespace whittle::sandbox
