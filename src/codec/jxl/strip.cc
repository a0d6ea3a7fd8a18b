// A JPEG XL file without metadata: the boxes of the codestream (ISO/IEC 18181-2) up to the end of
// its last frame, which says itself how the picture is turned and what its colours are, and EXIF
// where that is asked for. What would rebuild a JPEG file (jbrd) goes, since it holds that file's
// segments, and what is packed (brob).
#include "codec/strip.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include "codec/isobmff/boxes.h"
#include "codec/jxl/decoder.h"

namespace whittle::codec {
namespace {

constexpr std::string_view kKept[] = {"JXL ", "ftyp", "jxll", "jxli", "jxlc", "jxlp"};

// Of the first byte of a part, whose number is in the others (ISO/IEC 18181-2, 9.9).
constexpr std::uint8_t kLastPart = 0x80;

// Where the last frame of a codestream without a container ends, which libjxl finds by the frames'
// own words of their sizes, without decoding them.
Expected<std::size_t> EndOf(ByteView codestream, const StripSpec& spec, const Limits& limits) {
  constexpr int kEvents = JXL_DEC_FRAME | JXL_DEC_FULL_IMAGE;
  WHITTLE_TRY(const auto reader, JxlReader::Open(codestream, limits, spec.stop, kEvents));
  while (true) {
    WHITTLE_TRY(const JxlDecoderStatus status, reader->Next());
    if (status == JXL_DEC_SUCCESS) break;
    if (status == JXL_DEC_NEED_IMAGE_OUT_BUFFER &&
        JxlDecoderSkipCurrentFrame(reader->get()) != JXL_DEC_SUCCESS) {
      return Fail(ErrorKind::kUndecodable, "a frame without an end");
    }
  }
  return reader->TakeUsed();
}

bool IsBare(ByteView file) { return file.size() > 1 && file[0] == 0xFF && file[1] == 0x0A; }

// A box that holds a part of the codestream, behind `head` bytes of its own.
bool HoldsPicture(const Box& box) { return box.type == "jxlc" || box.type == "jxlp"; }
std::size_t HeadOf(const Box& box) { return box.type == "jxlp" ? 4 : 0; }

// Where the codestream of all boxes ends.
Expected<std::size_t> EndInBoxes(ByteView file, const StripSpec& spec, const Limits& limits) {
  Bytes codestream;
  codestream.Reserve(file.size());
  BoxWalk boxes(file);
  while (const auto box = boxes.Next()) {
    if (!HoldsPicture(*box)) continue;
    if (box->content.size() < HeadOf(*box)) {
      return Fail(ErrorKind::kUndecodable, "a part of nothing");
    }
    codestream.Append(box->content.subspan(HeadOf(*box)));
    if (box->type == "jxlc" || (box->content[0] & kLastPart) != 0) break;
  }
  if (!IsBare(codestream.view())) return Fail(ErrorKind::kUndecodable, "no codestream");
  return EndOf(codestream.view(), spec, limits);
}

// The first `size` bytes of the codestream in `box`, which then ends it.
void AppendLast(Bytes& to, const Box& box, std::size_t size) {
  const std::size_t head = HeadOf(box);
  const BoxWriter writer(to, box.type);
  const std::size_t at = to.size();
  to.Append(box.content.first(head + size));
  if (head > 0) to.data()[at] |= kLastPart;
}

}  // namespace

Expected<Bytes> StripJxl(ByteView file, const StripSpec& spec, const Limits& limits) {
  if (!spec.icc) {
    return FailSaying(ErrorKind::kUnsupported, "jxl keeps its profile within the picture");
  }
  if (IsBare(file)) {
    if (!spec.exif.empty()) return Fail(ErrorKind::kUnsupported, "no container for EXIF");
    WHITTLE_TRY(const std::size_t end, EndOf(file, spec, limits));
    return Bytes::CopyOf(file.first(end));
  }
  WHITTLE_TRY(std::size_t left, EndInBoxes(file, spec, limits));
  Bytes stripped;
  stripped.Reserve(file.size() + spec.exif.size() + 12);
  ByteView exif = spec.exif;
  BoxWalk boxes(file);
  std::set<std::string_view> seen;  // those that hold no picture are there once
  while (const auto box = boxes.Next()) {
    if (std::ranges::find(kKept, box->type) == std::end(kKept)) continue;
    if (box->type == "jxll" && box->content.size() != 1) continue;  // a level is a byte
    if (!HoldsPicture(*box) && !seen.insert(box->type).second) continue;
    if (box->type.starts_with("jxl") && box->type != "jxll" && !exif.empty()) {
      // Behind the box's head, how many bytes lie before the TIFF structure: none.
      constexpr std::uint8_t kNone[] = {0, 0, 0, 0};
      const BoxWriter writer(stripped, "Exif");
      stripped.Append(kNone);
      stripped.Append(exif);
      exif = {};
    }
    const std::size_t size = HoldsPicture(*box) ? box->content.size() - HeadOf(*box) : 0;
    if (!HoldsPicture(*box)) {
      stripped.Append(box->whole);
    } else if (left > size) {
      stripped.Append(box->whole);
      left -= size;
    } else if (left > 0) {
      AppendLast(stripped, *box, left);
      left = 0;
    }
  }
  if (boxes.broken()) return Fail(ErrorKind::kUndecodable, "a box that is cut");
  return stripped;
}

}  // namespace whittle::codec
