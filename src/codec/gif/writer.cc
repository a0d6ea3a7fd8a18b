#include "codec/gif/writer.h"

#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace whittle::codec {
namespace {

struct FreeMap {
  void operator()(ColorMapObject* map) const { GifFreeMapObject(map); }
};
using Map = std::unique_ptr<ColorMapObject, FreeMap>;

// With room for one more colour than there are, which stands for nothing.
Map MapOf(const GifPalette& palette, bool room) {
  const int count = std::clamp(static_cast<int>(palette.colours.size()) + (room ? 1 : 0), 2, 256);
  Map map(GifMakeMapObject(1 << GifBitSize(count), nullptr));
  if (map == nullptr) throw std::bad_alloc();
  for (std::size_t i = 0; i < palette.colours.size(); ++i) {
    const GifPixel& colour = palette.colours[i];
    map->Colors[i] = {colour[0], colour[1], colour[2]};
  }
  return map;
}

}  // namespace

void GifWriter::Close::operator()(GifFileType* gif) const {
  int ignored = 0;
  EGifCloseFile(gif, &ignored);
}

int GifWriter::Put(GifFileType* gif, const unsigned char* bytes, int count) {
  try {
    static_cast<Bytes*>(gif->UserData)->Append({bytes, static_cast<std::size_t>(count)});
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return count;
}

std::unexpected<Error> GifWriter::Failed() const {
  const char* text = GifErrorString(gif_->Error);
  return Fail(ErrorKind::kInternal, text == nullptr ? "giflib" : text);
}

Expected<std::unique_ptr<GifWriter>> GifWriter::Begin(int width, int height,
                                                      const GifPalette& palette, int loops) {
  auto writer = std::make_unique<GifWriter>();
  int code = 0;
  writer->gif_.reset(EGifOpen(&writer->file_, Put, &code));
  if (writer->gif_ == nullptr) return Fail(ErrorKind::kInternal, "giflib: open");
  GifFileType* gif = writer->gif_.get();
  EGifSetGifVersion(gif, true);
  constexpr int kColourBits = 8;
  const bool room = palette.colours.size() < 256;
  if (EGifPutScreenDesc(gif, width, height, kColourBits, 0, MapOf(palette, room).get()) ==
      GIF_ERROR) {
    return writer->Failed();
  }
  if (loops != 1) WHITTLE_CHECK(writer->WriteLoops(loops));
  return writer;
}

// The file counts repetitions.
Expected<void> GifWriter::WriteLoops(int loops) {
  const int repeated = loops == 0 ? 0 : std::clamp(loops - 1, 1, 65535);
  const std::array<std::uint8_t, 3> data = {1, static_cast<std::uint8_t>(repeated & 255),
                                            static_cast<std::uint8_t>(repeated >> 8)};
  GifFileType* gif = gif_.get();
  if (EGifPutExtensionLeader(gif, APPLICATION_EXT_FUNC_CODE) == GIF_ERROR ||
      EGifPutExtensionBlock(gif, 11, "NETSCAPE2.0") == GIF_ERROR ||
      EGifPutExtensionBlock(gif, static_cast<int>(data.size()), data.data()) == GIF_ERROR ||
      EGifPutExtensionTrailer(gif) == GIF_ERROR) {
    return Failed();
  }
  return {};
}

Expected<void> GifWriter::Write(const GifDrawing& drawing, const std::stop_token& stop) {
  GifFileType* gif = gif_.get();
  const bool plain =
      drawing.transparent < 0 && drawing.duration == 0 && drawing.disposal == GifDisposal::kNone;
  if (!plain) {
    GraphicsControlBlock control{};
    control.DisposalMode =
        drawing.disposal == GifDisposal::kBackground ? DISPOSE_BACKGROUND : DISPOSE_DO_NOT;
    control.DelayTime = std::clamp((drawing.duration + 5) / 10, 0, 65535);
    control.TransparentColor = drawing.transparent;
    std::array<GifByteType, 4> bytes{};
    EGifGCBToExtension(&control, bytes.data());
    if (EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, 4, bytes.data()) == GIF_ERROR) {
      return Failed();
    }
  }
  Map map;
  if (drawing.palette != nullptr) map = MapOf(*drawing.palette, drawing.transparent >= 0);
  // giflib 5.2 copies each frame's palette here, and forgets the copy before.
  GifFreeMapObject(std::exchange(gif->Image.ColorMap, nullptr));
  if (EGifPutImageDesc(gif, drawing.left, drawing.top, drawing.width, drawing.height,
                       drawing.interlaced, map.get()) == GIF_ERROR) {
    return Failed();
  }
  // giflib takes lines it could change, and does not.
  auto* indices = const_cast<GifByteType*>(drawing.indices.data());
  for (int n = 0; n < drawing.height; ++n) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const int y = drawing.interlaced ? GifInterlacedRow(n, drawing.height) : n;
    if (EGifPutLine(gif, indices + static_cast<std::ptrdiff_t>(y) * drawing.width, drawing.width) ==
        GIF_ERROR) {
      return Failed();
    }
  }
  return {};
}

Expected<Bytes> GifWriter::Finish() {
  int code = 0;
  if (EGifCloseFile(gif_.release(), &code) == GIF_ERROR) {
    return Fail(ErrorKind::kInternal, "giflib: close");
  }
  return std::move(file_);
}

}  // namespace whittle::codec
