#include "codec/png/file.h"

#include <libdeflate.h>

#include <algorithm>
#include <string_view>

namespace whittle::codec {
namespace {

constexpr std::size_t kHead = 8;  // length and name
constexpr std::size_t kCrc = 4;
constexpr std::size_t kIhdr = 13;
constexpr std::uint32_t kMaxSide = 0x7FFFFFFF;
constexpr std::size_t kMaxPalette = std::size_t{3} * 256;
constexpr std::string_view kXmpKeyword{"XML:com.adobe.xmp\0", 18};

bool DepthSuits(PngColour colour, int depth) {
  switch (colour) {
    case PngColour::kGrey:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case PngColour::kPalette:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case PngColour::kRgb:
    case PngColour::kGreyA:
    case PngColour::kRgba:
      return depth == 8 || depth == 16;
  }
  return false;
}

Expected<PngShape> ShapeOf(const PngChunk& ihdr) {
  const auto damaged = [](const char* what) { return Fail(ErrorKind::kUndecodable, what); };
  if (ihdr.body.size() != kIhdr) return damaged("no IHDR");
  if (!ihdr.whole || !ihdr.IsSound()) return damaged("IHDR fails its CRC");
  const std::uint8_t* p = ihdr.body.data();
  const PngShape shape{Load32(p), Load32(p + 4), p[8], static_cast<PngColour>(p[9]), p[12] != 0};
  if (shape.width == 0 || shape.height == 0 || std::max(shape.width, shape.height) > kMaxSide) {
    return damaged("impossible size");
  }
  if (!DepthSuits(shape.colour, shape.depth)) return damaged("impossible colour type or depth");
  if (p[10] != 0 || p[11] != 0 || p[12] > 1) return damaged("unknown compression or interlace");
  return shape;
}

bool TrnsSuits(const PngFile& png, ByteView trns) {
  switch (png.shape.colour) {
    case PngColour::kGrey:
      return trns.size() == 2;
    case PngColour::kRgb:
      return trns.size() == 6;
    case PngColour::kPalette:
      return !trns.empty() && trns.size() <= png.palette.size() / 3;
    case PngColour::kGreyA:
    case PngColour::kRgba:
      return false;
  }
  return false;
}

void TakeFirst(ByteView& into, const PngChunk& chunk) {
  if (into.empty() && chunk.whole && chunk.IsSound()) into = chunk.body;
}

// Behind the picture they would come too late for who shows it as it arrives. cICP is to stand
// before the palette, too; Chromium does not look at it elsewhere, and at gAMA and cHRM it does.
void TakeColours(PngFile& png, const PngChunk& chunk) {
  switch (chunk.name) {
    case PngName("cICP"):
      if (png.palette.empty()) TakeFirst(png.cicp, chunk);
      break;
    case PngName("iCCP"):
      TakeFirst(png.iccp, chunk);
      break;
    case PngName("sRGB"):  // one of four rendering intents
      if (chunk.body.size() == 1 && chunk.body[0] < 4 && chunk.IsSound()) png.srgb = true;
      break;
    case PngName("gAMA"):
      TakeFirst(png.gama, chunk);
      break;
    case PngName("cHRM"):
      TakeFirst(png.chrm, chunk);
      break;
    default:
      break;
  }
}

void TakeSmall(PngFile& png, const PngChunk& chunk) {
  switch (chunk.name) {
    case PngName("tRNS"):
      if (TrnsSuits(png, chunk.body)) TakeFirst(png.trns, chunk);
      break;
    case PngName("eXIf"):
      TakeFirst(png.exif, chunk);
      break;
    case PngName("iTXt"):
      if (AsText(chunk.body).starts_with(kXmpKeyword)) TakeFirst(png.xmp, chunk);
      break;
    case PngName("acTL"):
      if (png.frames == 0 && png.data.bytes == 0 && chunk.body.size() == 8 && chunk.whole &&
          chunk.IsSound()) {
        png.frames = Load32(chunk.body.data());
        png.plays = Load32(chunk.body.data() + 4);
      }
      break;
    default:
      break;
  }
}

Expected<void> TakePalette(PngFile& png, const PngChunk& chunk) {
  if (png.shape.colour != PngColour::kPalette) return {};  // a mere proposal
  const std::size_t size = chunk.body.size();
  if (size == 0 || size % 3 != 0 || size > kMaxPalette || !chunk.IsSound()) {
    return Fail(ErrorKind::kUndecodable, "impossible palette");
  }
  png.palette = chunk.body;
  return {};
}

// Up to the picture, all that is critical must be known and whole.
Expected<void> TakeBeforeData(PngFile& png, const PngChunk& chunk) {
  const bool critical = (chunk.name >> 24 & 0x20) == 0;
  if (!chunk.whole) return Fail(ErrorKind::kUndecodable, "cut before the picture");
  if (chunk.name == PngName("PLTE")) return TakePalette(png, chunk);
  if (critical) return Fail(ErrorKind::kUndecodable, "no picture, or an unknown critical chunk");
  TakeColours(png, chunk);
  TakeSmall(png, chunk);
  return {};
}

Expected<void> TakeData(PngFile& png, std::size_t at) {
  if (png.shape.colour == PngColour::kPalette && png.palette.empty()) {
    return Fail(ErrorKind::kUndecodable, "no palette");
  }
  png.data = MeasurePngData(png.bytes, at, PngName("IDAT"));
  if (png.data.bytes == 0) {
    return Fail(ErrorKind::kUndecodable, "nothing of the picture is there");
  }
  return {};
}

// What a file begins with says what it is, before its size is looked at.
Expected<void> JudgeFirst(const PngChunk& chunk) {
  if (chunk.name == PngName("CgBI")) {
    return FailSaying(ErrorKind::kUnsupported, "Apple's CgBI PNG (for apps) is not supported");
  }
  if (chunk.name != PngName("IHDR")) return Fail(ErrorKind::kUndecodable, "no IHDR");
  return {};
}

// Judged before the rest of the header: it may be both too large and broken, and size is the safer
// word.
Expected<void> JudgeSize(const PngChunk& ihdr, const Limits& limits) {
  if (ihdr.body.size() < 8) return {};
  const std::uint64_t width = Load32(ihdr.body.data());
  const std::uint64_t height = Load32(ihdr.body.data() + 4);
  if (width * height <= limits.max_source_pixels) return {};
  return Fail(ErrorKind::kTooLarge, "pixels");
}

}  // namespace

bool PngChunk::IsSound() const {
  const std::uint8_t* name_at = body.data() - 4;
  return libdeflate_crc32(0, name_at, body.size() + 4) == Load32(body.data() + body.size());
}

std::optional<PngChunk> PngChunks::Next() {
  if (file_.size() < kHead || at_ > file_.size() - kHead) return std::nullopt;
  const std::uint8_t* head = file_.data() + at_;
  const std::size_t left = file_.size() - at_ - kHead;
  const std::size_t length = Load32(head);
  PngChunk chunk{.name = Load32(head + 4),
                 .body = {head + kHead, std::min(length, left)},
                 .whole = left >= kCrc && length <= left - kCrc};
  at_ = chunk.whole ? at_ + kHead + length + kCrc : file_.size();
  return chunk;
}

ByteView PngPieces::Next() {
  while (const auto chunk = chunks_.Next()) {
    if (chunk->name != name_) break;
    const std::size_t skip = name_ == PngName("fdAT") ? 4 : 0;
    if (chunk->body.size() > skip) return chunk->body.subspan(skip);
  }
  return {};
}

PngData MeasurePngData(ByteView file, std::size_t at, std::uint32_t name) {
  PngData data{.at = at, .name = name};
  PngChunks chunks(file, at);
  while (const auto chunk = chunks.Next()) {
    if (chunk->name != name) break;
    const std::size_t skip = name == PngName("fdAT") ? 4 : 0;
    data.bytes += chunk->body.size() > skip ? chunk->body.size() - skip : 0;
  }
  return data;
}

bool PngDataIsSound(ByteView file, const PngData& data) {
  PngChunks chunks(file, data.at);
  while (const auto chunk = chunks.Next()) {
    if (chunk->name != data.name) break;
    if (chunk->whole && !chunk->IsSound()) return false;
  }
  return true;
}

int PngShape::samples() const {
  switch (colour) {
    case PngColour::kGrey:
    case PngColour::kPalette:
      return 1;
    case PngColour::kGreyA:
      return 2;
    case PngColour::kRgb:
      return 3;
    case PngColour::kRgba:
      return 4;
  }
  return 0;
}

Expected<PngFile> ParsePng(ByteView file, const Limits& limits) {
  if (file.size() > limits.max_source_bytes) return Fail(ErrorKind::kTooLarge, "source bytes");
  PngFile png{.bytes = file};
  PngChunks chunks(file);
  const auto ihdr = chunks.Next();
  if (!ihdr) return Fail(ErrorKind::kUndecodable, "no IHDR");
  WHITTLE_CHECK(JudgeFirst(*ihdr));
  WHITTLE_CHECK(JudgeSize(*ihdr, limits));
  WHITTLE_TRY(png.shape, ShapeOf(*ihdr));
  for (std::size_t at = chunks.at(); const auto chunk = chunks.Next(); at = chunks.at()) {
    png.ends = chunk->name == PngName("IEND");
    if (png.ends) break;
    if (png.data.bytes > 0) {
      TakeSmall(png, *chunk);
    } else if (chunk->name == PngName("IDAT")) {
      WHITTLE_CHECK(TakeData(png, at));
    } else {
      WHITTLE_CHECK(TakeBeforeData(png, *chunk));
    }
  }
  if (png.data.bytes == 0) return Fail(ErrorKind::kUndecodable, "no picture");
  return png;
}

}  // namespace whittle::codec
