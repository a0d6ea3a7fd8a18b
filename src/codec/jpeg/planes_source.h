// Luma and chroma by libjpeg, for planes.cc only, which takes the cases that are left.
//
// A source belongs to one job.
#pragma once

#include <memory>

#include "codec/codec.h"
#include "codec/jpeg/decoder.h"

namespace whittle::codec {

/// Bands from a decoder that has read the header and nothing more. A band is one row of libjpeg's
/// units: the highest vertical factor times 8 rows of luma.
std::unique_ptr<PlaneSource> PlanesByLibjpeg(DecoderPtr decoder, const PlaneShapes& shapes);

}  // namespace whittle::codec
