// What of a damaged file is shown. A JPEG decoder can make some picture of almost anything, so
// there is a rule:
//
//  - A picture whose every MCU is there is whole, whatever follows: no marker, no byte, any bytes.
//    "Every MCU" is one scan with all components, or each component's scan, or, in progressive
//    files, passes that give every coefficient to its last bit. Nothing behind that is read, so
//    nothing there can be an error.
//  - Where an MCU is missing, because the file ends amid a scan or a marker does, what is there is
//    shown and the rest is filled in (mcus.h), and the picture counts as truncated. The same
//    goes for MCUs that a lost restart marker leaves out.
//  - Where whole passes are missing at the file's end, also amid a segment between passes, what is
//    there is shown, truncated: so a progressive file's complete first pass is a complete picture.
//    An end-of-image marker in their place says that the encoder meant it.
//  - A file that ends before its first MCU, say in its header: undecodable. (A scan that a marker
//    ends there is shown, in grey.)
//  - libjpeg's errors before all that: undecodable.
//  - Warnings (bad codes, stray bytes, a resynchronised restart): wrong pixels but none missing, as
//    a decoder cannot tell noise from a flipped bit. Up to 1000 in the header (error.cc).
//
// Zeros at a file's end are no data (decoder.cc). All this costs sound files nothing: gaps are
// an error at first, upon which the file is decoded once more from its start, watched MCU by MCU.
//
// For the jpeg_*.cc files only.
#pragma once

#include "codec/jpeg/decoder.h"

namespace whittle::codec {

/// Nothing that libjpeg could still read belongs to the picture. Between scans.
bool AllScansAreThere(const jpeg_decompress_struct& c);

/// Inside Guarded(): jpeg_start_decompress, which with several scans consumes them all.
void StartDecompress(Decoder& decoder);

/// After rows were given: some of them may be filled in.
bool IsTruncated(const Decoder& decoder);

/// The error of a file that ends before its first MCU.
Expected<void> CheckSomethingIsThere(const Decoder& decoder);

}  // namespace whittle::codec
