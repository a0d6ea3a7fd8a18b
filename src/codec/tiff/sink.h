// The encoding half of the TIFF codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>

#include "codec/codec.h"

namespace whittle::codec {

/// Lossless: strips of 64 rows, deflated after differences of neighbours are taken. Alpha is kept
/// unassociated. Embeds ICC and XMP; EXIF is left out, since in TIFF its tags would be the file's.
Expected<std::unique_ptr<RowSink>> CreateTiff(const EncodeSpec& spec);

}  // namespace whittle::codec
