// A WebP file without metadata: the chunks of the container specification that make a picture, in
// frames as well, and the flags of VP8X that say what is left.
#include "codec/strip.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace whittle::codec {
namespace {

constexpr std::size_t kRiffHead = 12;  // "RIFF", its size, "WEBP"
constexpr std::size_t kHead = 8;       // a name and a size
constexpr std::size_t kFrameHead = 16;
constexpr std::uint8_t kIccFlag = 0x20, kExifFlag = 0x08, kXmpFlag = 0x04, kAnimationFlag = 0x02;

constexpr std::size_t kExtendedBody = 10, kAnimationBody = 6;  // of which more is not read

std::size_t LittleEndian32(ByteView bytes, std::size_t at) {
  return std::size_t{bytes[at]} | std::size_t{bytes[at + 1]} << 8 |
         std::size_t{bytes[at + 2]} << 16 | std::size_t{bytes[at + 3]} << 24;
}

void PutLittleEndian32(std::uint8_t* to, std::size_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> 8 * i);
}

struct Chunk {
  std::string_view name;
  ByteView body;
};

// The chunks of `bytes`, one after the other.
class Chunks {
 public:
  explicit Chunks(ByteView bytes) : bytes_(bytes) {}
  /// Nothing at the end, and where a chunk is cut.
  std::optional<Chunk> Next() {
    if (bytes_.size() - at_ < kHead) return std::nullopt;
    const std::size_t size = LittleEndian32(bytes_, at_ + 4);
    if (size > bytes_.size() - at_ - kHead) return std::nullopt;
    const Chunk chunk{AsText(bytes_).substr(at_, 4), bytes_.subspan(at_ + kHead, size)};
    // Of an odd size, padded, but for the last one of careless writers.
    at_ = std::min(bytes_.size(), at_ + kHead + size + size % 2);
    return chunk;
  }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

void AppendChunk(Bytes& to, std::string_view name, ByteView body) {
  std::uint8_t size[4];
  PutLittleEndian32(size, body.size());
  to.Append(AsBytes(name));
  to.Append(size);
  to.Append(body);
  constexpr std::uint8_t kPad[] = {0};
  if (body.size() % 2 != 0) to.Append(kPad);
}

// What a still or a frame is made of: of coded pictures and of alpha the first, as readers see it.
class PictureChunks {
 public:
  bool Takes(std::string_view name) {
    if (name == "VP8 " || name == "VP8L") return !std::exchange(coded_, true);
    return name == "ALPH" && !std::exchange(alpha_, true);
  }

 private:
  bool coded_ = false;
  bool alpha_ = false;
};

Expected<Bytes> StrippedFrame(ByteView frame) {
  if (frame.size() < kFrameHead) return Fail(ErrorKind::kUndecodable, "a frame without a head");
  Bytes stripped = Bytes::CopyOf(frame.first(kFrameHead));
  Chunks chunks(frame.subspan(kFrameHead));
  PictureChunks picture;
  while (const auto chunk = chunks.Next()) {
    if (picture.Takes(chunk->name)) AppendChunk(stripped, chunk->name, chunk->body);
  }
  if (!chunks.at_end()) return Fail(ErrorKind::kUndecodable, "a frame that is cut");
  return stripped;
}

}  // namespace

Expected<Bytes> StripWebp(ByteView file, const StripSpec& spec, const Limits&) {
  if (file.size() < kRiffHead) return Fail(ErrorKind::kUndecodable, "no head");
  const std::size_t size = LittleEndian32(file, 4);
  if (size < 4 || size > file.size() - kHead) return Fail(ErrorKind::kUndecodable, "cut off");
  Bytes stripped;
  stripped.Reserve(file.size() + spec.exif.size() + kHead + 1);
  stripped.Append(file.first(kRiffHead));
  Chunks chunks(file.subspan(kRiffHead, size - 4));
  std::size_t flags_at = 0;  // of VP8X, without which nobody looks for a profile or alpha
  std::uint8_t embedded = 0;
  bool animated = false;  // without the flag nobody shows frames, with it nothing but frames
  PictureChunks still;
  while (const auto chunk = chunks.Next()) {
    if (chunk->name == "ICCP") {
      if (!spec.icc || flags_at == 0 || (embedded & kIccFlag) != 0) continue;
      embedded |= kIccFlag;
      AppendChunk(stripped, chunk->name, chunk->body);
    } else if (chunk->name == "ANMF") {
      if (!animated) continue;
      WHITTLE_TRY(const Bytes frame, StrippedFrame(chunk->body));
      AppendChunk(stripped, chunk->name, frame.view());
    } else if (chunk->name == "VP8X" && chunk->body.size() >= kExtendedBody && flags_at == 0) {
      animated = (chunk->body[0] & kAnimationFlag) != 0;
      flags_at = stripped.size() + kHead;
      AppendChunk(stripped, chunk->name, chunk->body.first(kExtendedBody));
    } else if (chunk->name == "ANIM" && animated && chunk->body.size() >= kAnimationBody) {
      AppendChunk(stripped, chunk->name, chunk->body.first(kAnimationBody));
    } else if (!animated && (flags_at > 0 || chunk->name != "ALPH") && still.Takes(chunk->name)) {
      AppendChunk(stripped, chunk->name, chunk->body);
    }
  }
  if (!chunks.at_end()) return Fail(ErrorKind::kUndecodable, "cut off");
  if (!spec.exif.empty()) {
    if (flags_at == 0) return Fail(ErrorKind::kUnsupported, "a plain file has no place for EXIF");
    embedded |= kExifFlag;
    AppendChunk(stripped, "EXIF", spec.exif);
  }
  if (flags_at > 0) {
    const std::uint8_t flags = stripped.data()[flags_at];
    stripped.data()[flags_at] =
        static_cast<std::uint8_t>((flags & ~(kIccFlag | kExifFlag | kXmpFlag)) | embedded);
  }
  PutLittleEndian32(stripped.data() + 4, stripped.size() - kHead);
  return stripped;
}

}  // namespace whittle::codec
