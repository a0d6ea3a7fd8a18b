// The whole product as one pure call: encoded bytes in, a smaller picture's encoded bytes out.
//
//   auto transform = whittle::Transform::Make({.width = 800, .height = 600});
//   auto result = whittle::Process(source, *transform, whittle::Limits{});
//   if (result) write(result->bytes.view()); else log(result.error().text);
//
// No sockets, files, clocks, threads or globals are touched. Thread-safety: any number of calls may
// run at once. Cost: one decode, one resize, one encode on the calling thread; memory is a few
// rows, except for rotated output (one output frame) and progressive sources (the decoder's
// coefficients).
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/limits.h"
#include "whittle/transform.h"

namespace whittle {

/// Where a job's time goes. Told to a PhaseObserver whenever the job turns to another phase.
enum class Phase : std::uint8_t { kDecode, kResize, kEncode };

/// Lets a caller that owns a clock time the phases; the pixel core has none.
class PhaseObserver {
 public:
  virtual ~PhaseObserver() = default;
  /// From now until the next call the job does `phase`. Called some hundred times per job.
  virtual void Enter(Phase phase) = 0;
};

/// What a header tells without decoding.
struct ImageInfo {
  std::string format;        ///< "jpeg"
  std::uint32_t width = 0;   ///< pixels as stored, before orientation
  std::uint32_t height = 0;  ///< pixels as stored, before orientation
  int orientation = 1;       ///< EXIF orientation, 1..8
  int channels = 0;          ///< 1 grey, 3 colour, 4 CMYK; alpha is not counted
  bool alpha = false;
  int bits = 8;  ///< of a sample as decoded: 8 or 16
  bool progressive = false;
  std::uint32_t colours = 0;    ///< entries of the palette, 0 when there is none
  std::uint32_t frames = 1;     ///< of an animation
  std::uint32_t icc_bytes = 0;  ///< size of the embedded profile, 0 when there is none
  bool gain_map = false;        ///< a JPEG with an HDR gain map, which results never have

  std::uint32_t displayed_width() const { return orientation >= 5 ? height : width; }
  std::uint32_t displayed_height() const { return orientation >= 5 ? width : height; }
};

struct Encoded {
  Bytes bytes;
  std::string mime;         ///< "image/jpeg"
  std::uint32_t width = 0;  ///< pixels of the result, as displayed
  std::uint32_t height = 0;
  ImageInfo source;
  bool truncated = false;  ///< parts that the source does not have were filled in
};

/// Reads the header only. Errors: kUnsupported, kUndecodable, kTooLarge.
Expected<ImageInfo> Probe(ByteView source, const Limits& limits);

/// Decodes, orients, resizes and encodes. A stop request ends the job within 0.1 s of CPU with
/// kCancelled, or 0.3 s where a library is at work (docs/decisions/stop.md has the exceptions).
/// Errors: kUnsupported, kUndecodable, kTooLarge, kCancelled, kInternal.
Expected<Encoded> Process(ByteView source, const Transform& transform, const Limits& limits,
                          std::stop_token stop = {}, PhaseObserver* observer = nullptr);

/// "whittle 0.3.0".
std::string Version();

}  // namespace whittle
