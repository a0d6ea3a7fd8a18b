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
#include "whittle/image_info.h"
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
  /// From now until the next call the job rests, and its thread works for others. Only where
  /// several results are made together.
  virtual void Leave() {}
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
                          const std::stop_token& stop = {}, PhaseObserver* observer = nullptr);

/// "whittle 0.3.0".
std::string Version();

}  // namespace whittle
