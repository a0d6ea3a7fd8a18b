// Which format a result gets, and in which form its rows go there.
//
// Decided from the header alone. Pure functions, any thread.
#pragma once

#include "codec/codec.h"
#include "whittle/transform.h"

namespace whittle::pipeline {

struct Output {
  const codec::Codec* codec = nullptr;
  bool animated = false;  ///< all frames, not only the first
};

/// The format that was asked for; else the best of those offered that can hold the picture; else
/// the source's own; else, where that has no encoder, WebP or PNG for transparency and JPEG for the
/// rest. Errors: kBadRequest when this build cannot write the format that was asked for.
Expected<Output> ChooseOutput(const codec::Codec& input, const codec::Header& header,
                              const Transform& transform, const Limits& limits);

/// The format nearest to `wanted` that `codec` takes: 8 bits for 16, colour for grey and no alpha
/// where it must be.
pixel::PixelFormat WrittenFormat(const codec::Codec& codec, pixel::PixelFormat wanted);

}  // namespace whittle::pipeline
