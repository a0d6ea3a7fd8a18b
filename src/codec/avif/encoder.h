// What the two AVIF sinks, of rows and of planes, have in common: the picture that they fill and
// libaom's settings for it. For the avif_*_sink.cc files only. Any thread, each picture of its own.
//
// libavif has no hook inside an encoding, so EncodeAvif, which does it, cannot be stopped once it
// has begun; its CPU is bounded by the choice of the speed (encode_cost.h). Single thread. Memory:
// the planes, and about 17 bytes a pixel within libaom, 40 for the small pictures that are worth
// its slow speeds.
#pragma once

#include <avif/avif.h>

#include <memory>
#include <stop_token>
#include <string_view>

#include "codec/codec.h"

namespace whittle::codec {

struct DestroyAvifImage {
  void operator()(avifImage* image) const { avifImageDestroy(image); }
};
struct DestroyAvifEncoder {
  void operator()(avifEncoder* encoder) const { avifEncoderDestroy(encoder); }
};
using AvifImagePtr = std::unique_ptr<avifImage, DestroyAvifImage>;
using AvifEncoderPtr = std::unique_ptr<avifEncoder, DestroyAvifEncoder>;

/// A picture to be filled and encoded.
struct AvifPicture {
  AvifImagePtr image;  ///< its planes are allocated
  AvifEncoderPtr encoder;
  std::stop_token stop;  ///< looked at before the work begins
};

/// libavif's speed, 0 (slowest) to 9: what is asked for, or a faster one for pictures that would
/// take too long (encode_cost.h).
int AvifSpeed(const EncodeSpec& spec);

/// As spec says; of grey, luma alone. Errors: kInternal.
Expected<AvifPicture> NewAvifPicture(const EncodeSpec& spec);

/// The file. Once for each picture.
Expected<Bytes> EncodeAvif(AvifPicture& picture);

/// The error for a `result` that is not AVIF_RESULT_OK.
std::unexpected<Error> AvifFailed(avifResult result, std::string_view more = {});

}  // namespace whittle::codec
