// A JPEG XL file without metadata: the boxes of the codestream (ISO/IEC 18181-2), which says itself
// how the picture is turned and what its colours are, and EXIF where that is asked for. What would
// rebuild a JPEG file (jbrd) goes, since it holds that file's segments, and what is packed (brob).
#include <algorithm>
#include <iterator>
#include <string_view>

#include "codec/isobmff.h"
#include "codec/jxl_decoder.h"
#include "codec/strip.h"

namespace whittle::codec {
namespace {

constexpr std::string_view kKept[] = {"JXL ", "ftyp", "jxll", "jxli", "jxlc", "jxlp"};

// Without a container: up to the end of the last frame, which libjxl finds by the frames' own words
// of their sizes, without decoding them.
Expected<Bytes> StripBare(ByteView file, const Limits& limits) {
  constexpr int kEvents = JXL_DEC_FRAME | JXL_DEC_FULL_IMAGE;
  WHITTLE_TRY(const auto reader, JxlReader::Open(file, limits, {}, kEvents));
  while (true) {
    WHITTLE_TRY(const JxlDecoderStatus status, reader->Next());
    if (status == JXL_DEC_SUCCESS) break;
    if (status == JXL_DEC_NEED_IMAGE_OUT_BUFFER &&
        JxlDecoderSkipCurrentFrame(reader->get()) != JXL_DEC_SUCCESS) {
      return Fail(ErrorKind::kUndecodable, "a frame without an end");
    }
  }
  return Bytes::CopyOf(file.first(reader->TakeUsed()));
}

}  // namespace

Expected<Bytes> StripJxl(ByteView file, const StripSpec& spec, const Limits& limits) {
  if (!spec.icc) {
    return FailSaying(ErrorKind::kUnsupported, "jxl keeps its profile within the picture");
  }
  if (file.size() > 1 && file[0] == 0xFF && file[1] == 0x0A) {
    if (!spec.exif.empty()) return Fail(ErrorKind::kUnsupported, "no container for EXIF");
    return StripBare(file, limits);
  }
  Bytes stripped;
  stripped.Reserve(file.size() + spec.exif.size() + 12);
  ByteView exif = spec.exif;
  IsoBoxes boxes(file);
  while (const auto box = boxes.Next()) {
    if (std::ranges::find(kKept, box->type) == std::end(kKept)) continue;
    if (box->type.starts_with("jxl") && box->type != "jxll" && !exif.empty()) {
      // Behind the box's head, how many bytes lie before the TIFF structure: none.
      constexpr std::uint8_t kNone[] = {0, 0, 0, 0};
      IsoBoxWriter writer(stripped, "Exif");
      stripped.Append(kNone);
      stripped.Append(exif);
      exif = {};
    }
    stripped.Append(box->whole);
  }
  if (boxes.broken()) return Fail(ErrorKind::kUndecodable, "a box that is cut");
  return stripped;
}

}  // namespace whittle::codec
