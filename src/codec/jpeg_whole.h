// What counts as undecodable. A JPEG decoder can make some picture of almost anything, so there is
// a rule, and it is: no part of the picture may be known to be missing.
//
//  - libjpeg's errors: undecodable. They come before or amid the picture.
//  - The file ends before the last row: undecodable (jpeg_input.h), not a half-grey picture.
//  - The file ends after the last row, with no marker behind the scan: undecodable. Here, too, the
//    file was cut, and whether anything is missing should not depend on how far libjpeg read ahead.
//  - A marker in the midst of a scan (a warning, scan_ended_early): the encoder may have meant it,
//    and if the rest of the file makes sense every decoder shows the same. If the rest does not,
//    bytes were lost: undecodable.
//  - Whatever else is amiss behind a complete scan: not our concern.
//  - Other warnings (bad codes, stray bytes, a resynchronised restart): wrong pixels but none
//    missing, as a decoder cannot tell noise from a flipped bit. Up to 1000 (jpeg_error.cc).
//
// For the jpeg_*.cc files only.
#pragma once

#include "codec/jpeg_decoder.h"

namespace whittle::codec {

/// After the last row: reads on to the end-of-image marker and applies the rule. When false, the
/// decoder's trap says why.
bool IsWhole(Decoder& decoder);

}  // namespace whittle::codec
