// A libjxl decoder that is fed from memory in slices, stops on request between them and keeps
// within Limits.
//
// For the jxl_*.cc files only; nothing above the codec room sees libjxl's types. A decoder belongs
// to one job. libjxl 0.7 takes only its smallest blocks from the caller's memory manager, so memory
// is bounded by what the header says, before anything is decoded.
#pragma once

#include <jxl/decode.h>

#include <memory>
#include <stop_token>

#include "codec/codec.h"
#include "pixel/view.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::codec {

/// Image header and colour profile.
struct JxlHead {
  JxlBasicInfo info{};
  pixel::PixelFormat format = pixel::PixelFormat::kRgb8;  ///< of rows
  /// Of decoded pixels: code points where they have some, else a profile; both are empty for sRGB,
  /// and where the profile is above the limit.
  pixel::ColourSpace colour;
  Bytes icc;
  std::uint64_t decode_bytes = 0;
};

class JxlReader {
 public:
  /// `events` of JxlDecoderStatus are what Next stops at. Errors: kTooLarge, kInternal.
  static Expected<std::unique_ptr<JxlReader>> Open(ByteView file, const Limits& limits,
                                                   std::stop_token stop, int events);

  /// Decodes up to the next event, or to JXL_DEC_SUCCESS at the end. Errors: kUndecodable,
  /// kCancelled.
  Expected<JxlDecoderStatus> Next();
  /// Decodes up to `event`; others on the way are passed over. Reaching the end is kUndecodable.
  Expected<void> NextUntil(JxlDecoderStatus event);
  /// The first step of all: reads the head, which JXL_DEC_BASIC_INFO and JXL_DEC_COLOR_ENCODING
  /// among the events tell of, and holds it against the limits.
  Expected<JxlHead> ReadHead();

  /// Bytes of the file that libjxl has used up; nothing can be decoded afterwards.
  std::size_t TakeUsed() { return fed_ - JxlDecoderReleaseInput(get()); }
  /// True once libjxl wanted more than the file has.
  bool ended() const { return ended_; }
  /// After ReadHead: true of pictures whose missing parts libjxl leaves at zero.
  bool leaves_zeros() const { return leaves_zeros_; }
  JxlDecoder* get() const { return decoder_.get(); }
  const std::stop_token& stop() const { return stop_; }

 private:
  struct Destroy {
    void operator()(JxlDecoder* decoder) const { JxlDecoderDestroy(decoder); }
  };

  JxlReader(ByteView file, const Limits& limits, std::stop_token stop)
      : decoder_(JxlDecoderCreate(nullptr)), file_(file), limits_(limits), stop_(std::move(stop)) {}
  bool Feed();
  Expected<bool> IsLayered() const;
  Expected<void> CheckInfo(const JxlBasicInfo& info) const;
  Expected<void> ReadColour(JxlHead& head);

  std::unique_ptr<JxlDecoder, Destroy> decoder_;
  ByteView file_;
  std::size_t fed_ = 0;  // bytes of the file that libjxl has seen
  bool closes_ = false;  // tells libjxl where the file ends
  bool ended_ = false;
  bool leaves_zeros_ = false;
  Limits limits_;
  std::stop_token stop_;
};

/// How libjxl is to write rows of `format`, without padding.
JxlPixelFormat JxlFormatOf(pixel::PixelFormat format);

}  // namespace whittle::codec
