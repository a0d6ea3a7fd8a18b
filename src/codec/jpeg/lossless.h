// Tells a sound lossless JPEG, which we refuse as unsupported, from one that nobody could decode.
//
// Asked only after libjpeg has refused the frame. Pure; one walk over the header's segments.
#pragma once

#include "whittle/bytes.h"

namespace whittle::codec {

/// False when `file`'s first scan header asks for what lossless JPEG has not (ISO/IEC 10918-1,
/// table B.3): a predictor other than 1 to 7, or a point transform of as many bits as the samples
/// have. True when it is sound, or when the file has no lossless frame before its first scan.
bool LosslessScanIsSound(ByteView file);

}  // namespace whittle::codec
