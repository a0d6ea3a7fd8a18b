#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/checked.h"
#include "codec/jxl/decoder.h"
#include "codec/jxl/source.h"
#include "codec/metadata/exif_body.h"

namespace whittle::codec {
namespace {

// libjxl steps over the frames' data. A file that is cut counts what it has.
std::uint32_t CountFrames(JxlReader& reader, std::uint32_t most) {
  std::uint32_t frames = 0;
  while (frames < most) {
    const auto status = reader.Next();
    if (!status || *status == JXL_DEC_SUCCESS) break;
    if (*status == JXL_DEC_FRAME) ++frames;
  }
  return std::max(frames, 1U);
}

// Gathers the boxes that a container has besides its picture.
class Boxes {
 public:
  Boxes(JxlDecoder* decoder, std::uint32_t most) : decoder_(decoder), most_(most) {}

  /// At JXL_DEC_BOX, behind a box that was asked for or not.
  void Begin() {
    JxlBoxType type;
    if (JxlDecoderGetBoxType(decoder_, type, JXL_TRUE) != JXL_DEC_SUCCESS) return;
    const std::string_view name(type, sizeof type);
    kind_ = name == "Exif" ? Kind::kExif : name == "xml " ? Kind::kXmp : Kind::kOther;
    if (kind_ == Kind::kOther) return;
    // libjxl unpacks as much as there is room for, so nothing larger is ever held.
    content_.Resize(std::size_t{most_} + 1);
    if (JxlDecoderSetBoxBuffer(decoder_, content_.data(), content_.size()) != JXL_DEC_SUCCESS) {
      kind_ = Kind::kOther;
    }
  }
  void End() {
    const Kind kind = std::exchange(kind_, Kind::kOther);
    if (kind == Kind::kOther) return;
    const std::size_t size = content_.size() - JxlDecoderReleaseBoxBuffer(decoder_);
    if (size > most_) return;
    const ByteView content = content_.view().first(size);
    if (kind == Kind::kExif && metadata_.exif.empty()) {
      metadata_.exif = Bytes::CopyOf(TiffPartOfItem(content));
    } else if (kind == Kind::kXmp && metadata_.xmp.empty()) {
      metadata_.xmp = Bytes::CopyOf(content);
    }
  }
  void Drop() {
    if (std::exchange(kind_, Kind::kOther) != Kind::kOther) JxlDecoderReleaseBoxBuffer(decoder_);
  }
  Metadata Take() { return std::move(metadata_); }

 private:
  enum class Kind : std::uint8_t { kOther, kExif, kXmp };

  JxlDecoder* decoder_;
  std::uint32_t most_;
  Kind kind_ = Kind::kOther;
  Bytes content_;
  Metadata metadata_;
};

}  // namespace

Expected<Header> ProbeJxl(ByteView file, const Limits& limits) {
  constexpr int kEvents = JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FRAME;
  WHITTLE_TRY(const auto reader, JxlReader::Open(file, limits, {}, kEvents));
  WHITTLE_TRY(JxlHead head, reader->ReadHead());

  Header header;
  header.format = head.format;
  header.info.format = "jxl";
  header.info.width = head.info.xsize;
  header.info.height = head.info.ysize;
  header.info.orientation = std::clamp<int>(head.info.orientation, 1, 8);
  header.info.channels = pixel::IsGrey(head.format) ? 1 : 3;
  header.info.alpha = pixel::HasAlpha(head.format);
  header.info.bits = pixel::IsWide(head.format) ? 16 : 8;
  header.info.icc_bytes = static_cast<std::uint32_t>(head.icc.size());
  header.icc = std::move(head.icc);
  header.colour = head.colour;
  header.decode_bytes = head.decode_bytes;
  if (head.info.have_animation == JXL_FALSE) return header;
  header.loops = static_cast<int>(std::min(head.info.animation.num_loops, 65535U));
  const std::uint32_t frames = CountFrames(*reader, std::max(limits.max_frames, 1U));
  const std::uint64_t pixels = std::uint64_t{head.info.xsize} * head.info.ysize;
  if (SaturatingMultiply<std::uint64_t>(pixels, frames) <= limits.max_animation_pixels) {
    header.info.frames = frames;
  }
  return header;
}

Metadata MetadataOfJxl(ByteView file, const Limits& limits) {
  auto reader = JxlReader::Open(file, limits, {}, JXL_DEC_BOX);
  if (!reader) return {};
  JxlDecoder* decoder = (*reader)->get();
  if (JxlDecoderSetDecompressBoxes(decoder, JXL_TRUE) != JXL_DEC_SUCCESS) return {};
  Boxes boxes(decoder, limits.max_icc_bytes);
  while (true) {
    const auto status = (*reader)->Next();
    if (!status) break;
    if (*status == JXL_DEC_BOX_NEED_MORE_OUTPUT) {
      boxes.Drop();  // larger than the limit
      continue;
    }
    boxes.End();
    if (*status != JXL_DEC_BOX) break;
    boxes.Begin();
  }
  return boxes.Take();
}

}  // namespace whittle::codec
