// The encoding half of the GIF codec. Called through codec.h only; see there for the contract.
// Alpha becomes all or nothing, at 128. EncodeSpec::progressive means interlaced.
#pragma once

#include <memory>

#include "codec/codec.h"

namespace whittle::codec {

/// One picture; it is kept whole, 4 bytes a pixel, until the last row has come.
Expected<std::unique_ptr<RowSink>> CreateGif(const EncodeSpec& spec);

/// An animation. A frame is kept until the next one has come, since that decides how it must leave;
/// three canvases in all. Only the rectangle that changes is written, and in it what stays the same
/// is left transparent. In frame_sink.cc.
Expected<std::unique_ptr<FrameSink>> CreateGifFrames(const EncodeSpec& spec);

/// kBadRequest for what GIF cannot hold.
Expected<void> CheckGifSpec(const EncodeSpec& spec);

/// libimagequant's speed for the effort that is asked for, 1 (best) to 10.
int GifSpeedFor(const EncodeSpec& spec);

}  // namespace whittle::codec
