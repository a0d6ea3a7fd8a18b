// GIF files for the tests, written by giflib exactly as asked: frames with their rectangles,
// palettes and disposals.
#pragma once

#include <gif_lib.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "whittle/bytes.h"

namespace whittle::codec {

using GifRgb = std::array<std::uint8_t, 3>;

struct MadeFrame {
  int left = 0, top = 0, width = 0, height = 0;
  std::vector<std::uint8_t> indices;  ///< as shown, rows without padding
  int disposal = 0;
  int hundredths = 10;
  int transparent = -1;
  bool interlaced = false;
  std::vector<GifRgb> palette;  ///< its own; empty for that of the file
  bool control = true;          ///< with a graphic control block
};

struct MadeGif {
  int width = 0, height = 0;
  std::vector<GifRgb> palette;
  std::vector<MadeFrame> frames;
  std::optional<int> repeats;  ///< NETSCAPE2.0
  std::string icc;
};

inline ColorMapObject* MapOf(const std::vector<GifRgb>& palette) {
  if (palette.empty()) return nullptr;
  ColorMapObject* map =
      GifMakeMapObject(1 << GifBitSize(static_cast<int>(palette.size())), nullptr);
  for (std::size_t i = 0; i < palette.size(); ++i) {
    map->Colors[i] = {palette[i][0], palette[i][1], palette[i][2]};
  }
  return map;
}

inline void PutApplication(GifFileType* gif, const char* name, const std::string& data) {
  EGifPutExtensionLeader(gif, APPLICATION_EXT_FUNC_CODE);
  EGifPutExtensionBlock(gif, 11, name);
  for (std::size_t at = 0; at < data.size(); at += 255) {
    const std::string block = data.substr(at, 255);
    EGifPutExtensionBlock(gif, static_cast<int>(block.size()), block.data());
  }
  EGifPutExtensionTrailer(gif);
}

inline std::string Made(const MadeGif& made) {
  std::string file;
  int error = 0;
  GifFileType* gif = EGifOpen(
      &file,
      [](GifFileType* to, const GifByteType* bytes, int count) {
        static_cast<std::string*>(to->UserData)
            ->append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
        return count;
      },
      &error);
  EGifSetGifVersion(gif, true);
  ColorMapObject* map = MapOf(made.palette);
  EGifPutScreenDesc(gif, made.width, made.height, 8, 0, map);
  GifFreeMapObject(map);
  if (made.repeats) {
    PutApplication(
        gif, "NETSCAPE2.0",
        {'\1', static_cast<char>(*made.repeats & 255), static_cast<char>(*made.repeats >> 8)});
  }
  if (!made.icc.empty()) PutApplication(gif, "ICCRGBG1012", made.icc);
  for (MadeFrame frame : made.frames) {
    if (frame.control) {
      const GraphicsControlBlock control{frame.disposal, false, frame.hundredths,
                                         frame.transparent};
      GifByteType bytes[4];
      EGifGCBToExtension(&control, bytes);
      EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, 4, bytes);
    }
    ColorMapObject* own = MapOf(frame.palette);
    GifFreeMapObject(std::exchange(gif->Image.ColorMap, nullptr));  // giflib 5.2 forgets it
    EGifPutImageDesc(gif, frame.left, frame.top, frame.width, frame.height, frame.interlaced, own);
    GifFreeMapObject(own);
    const auto put = [&](int y) {
      EGifPutLine(gif, frame.indices.data() + y * frame.width, frame.width);
    };
    if (frame.interlaced) {
      for (int y = 0; y < frame.height; y += 8) put(y);
      for (int y = 4; y < frame.height; y += 8) put(y);
      for (int y = 2; y < frame.height; y += 4) put(y);
      for (int y = 1; y < frame.height; y += 2) put(y);
    } else {
      for (int y = 0; y < frame.height; ++y) put(y);
    }
  }
  EGifCloseFile(gif, &error);
  return file;
}

}  // namespace whittle::codec
