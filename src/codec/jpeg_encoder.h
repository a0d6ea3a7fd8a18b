// A libjpeg compressor that writes into Bytes. For the jpeg_*.cc files only; belongs to one job and
// stays where it was made, since libjpeg points into it.
#pragma once

#include <memory>

#include "codec/codec.h"
#include "codec/jpeg_error.h"

namespace whittle::codec {

struct Encoder {
  jpeg_compress_struct c{};
  ErrorTrap trap;
  jpeg_destination_mgr output{};
  Bytes bytes;  ///< sized to its capacity while libjpeg writes, to the file once it has finished
};

struct DestroyEncoder {
  void operator()(Encoder* encoder) const;
};
using EncoderPtr = std::unique_ptr<Encoder, DestroyEncoder>;

/// Sets everything up and writes the head of the file, profile included. With `planes` libjpeg
/// takes luma and chroma (jpeg_write_raw_data), else rows. Errors: kInternal.
Expected<EncoderPtr> OpenEncoder(const EncodeSpec& spec, bool planes);

/// After the last row: completes the file and gives it away. Errors: kInternal.
Expected<Bytes> FinishFile(Encoder& encoder);

}  // namespace whittle::codec
