// For the AVIF tests: grids of different cells, and surgery on the boxes of files that libavif has
// written.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "codec/isobmff/boxes.h"
#include "tests/codec/avif_files.h"
#include "tests/codec/made_boxes.h"

namespace whittle::codec {

/// Cells of one size, row by row, 4:4:4 and nearly lossless.
inline std::string MakeAvifGrid(std::vector<SampleRows> cells, int columns, int depth = 8,
                                avifPixelFormat planes = AVIF_PIXEL_FORMAT_YUV444) {
  std::vector<std::unique_ptr<avifImage, FreeAvif>> images;
  std::vector<const avifImage*> views;
  for (SampleRows& rows : cells) {
    images.emplace_back(avifImageCreate(static_cast<std::uint32_t>(rows.width),
                                        static_cast<std::uint32_t>(rows.height),
                                        static_cast<std::uint32_t>(depth), planes));
    avifImage& image = *images.back();
    image.matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_BT601;
    avifRGBImage rgb{};
    avifRGBImageSetDefaults(&rgb, &image);
    rgb.depth = IsWide(rows.format) ? 16 : 8;
    rgb.format = HasAlpha(rows.format) ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
    rgb.pixels = rows.bytes.data();
    rgb.rowBytes = static_cast<std::uint32_t>(rows.stride());
    CheckAvif(avifImageRGBToYUV(&image, &rgb));
    views.push_back(&image);
  }
  const std::unique_ptr<avifEncoder, FreeAvif> encoder(avifEncoderCreate());
  encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
  encoder->speed = 10;
  encoder->minQuantizer = encoder->maxQuantizer = 4;
  encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = 0;
  CheckAvif(avifEncoderAddImageGrid(
      encoder.get(), static_cast<std::uint32_t>(columns),
      static_cast<std::uint32_t>(views.size()) / static_cast<std::uint32_t>(columns), views.data(),
      AVIF_ADD_IMAGE_FLAG_SINGLE));
  FreeAvifData out;
  CheckAvif(avifEncoderFinish(encoder.get(), &out.data));
  return std::string(AsText({out.data.data, out.data.size}));
}

/// Where the box of this type begins, found by its name.
inline std::size_t BoxAt(const std::string& file, std::string_view type) {
  const std::size_t at = file.find(type);
  if (at == std::string::npos || at < 4) throw std::runtime_error("no such box");
  return at - 4;
}
inline std::string BoxOf(const std::string& file, std::string_view type) {
  const std::size_t at = BoxAt(file, type);
  return file.substr(at, NumberReader(AsBytes(file).subspan(at)).Take32());
}

/// The file with another content of its box `type` within `outer`, a box of the file: the old
/// `outer` becomes free space, and the new one goes to the end, so that all data stay where they
/// are.
inline std::string WithBox(const std::string& file, std::string_view outer, std::string_view type,
                           const std::function<std::string(std::string)>& edit) {
  const std::string old_outer = BoxOf(file, outer), old_box = BoxOf(old_outer, type);
  std::string changed = old_outer;
  std::size_t at = old_outer.find(type) - 4;
  const std::string box = edit(old_box);
  changed.replace(at, old_box.size(), box);
  // Every box that holds it grows as it does.
  const auto grow = [&](std::size_t holder) {
    const std::uint32_t size = NumberReader(AsBytes(changed).subspan(holder)).Take32();
    changed.replace(holder, 4, BigEndian(size + box.size() - old_box.size(), 4));
  };
  grow(0);
  if (type == "ipma" || type == "ipco") grow(old_outer.find("iprp") - 4);
  std::string result = file;
  result.replace(BoxAt(file, outer) + 4, 4, "free");
  return result + changed;
}

}  // namespace whittle::codec
