// For the AVIF tests: files with everything that our own encoder never writes, and libavif's plain
// way of decoding, whole and at once.
#pragma once

#include <avif/avif.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/codec/sample_rows.h"

namespace whittle::codec {

struct AvifOptions {
  int depth = 8;
  avifPixelFormat planes = AVIF_PIXEL_FORMAT_YUV444;
  avifRange range = AVIF_RANGE_FULL;
  int primaries = 1;  ///< CICP
  int transfer = 13;
  int matrix = 6;
  int quantizer = 4;  ///< 0 (lossless but for the colour transform) .. 63
  bool premultiplied = false;
  std::optional<int> irot;  ///< quarter turns anticlockwise
  std::optional<int> imir;  ///< 0 top for bottom, 1 left for right
  std::optional<avifCropRect> clap;
  std::string icc, exif, xmp;
  int frames = 1;  ///< above 1: a sequence, all of the same picture
  int cells = 1;   ///< above 1: a grid of so many copies side by side
};

inline void CheckAvif(avifResult result) {
  if (result != AVIF_RESULT_OK) throw std::runtime_error(avifResultToString(result));
}

struct FreeAvifData {
  avifRWData data = AVIF_DATA_EMPTY;
  ~FreeAvifData() { avifRWDataFree(&data); }
};
struct FreeAvif {
  void operator()(avifImage* image) const { avifImageDestroy(image); }
  void operator()(avifEncoder* encoder) const { avifEncoderDestroy(encoder); }
  void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};

/// `rows`, in any colour format.
inline Bytes MakeAvif(SampleRows rows, const AvifOptions& options = {}) {
  const std::unique_ptr<avifImage, FreeAvif> image(avifImageCreate(
      static_cast<std::uint32_t>(rows.width), static_cast<std::uint32_t>(rows.height),
      static_cast<std::uint32_t>(options.depth), options.planes));
  image->yuvRange = options.range;
  image->colorPrimaries = static_cast<avifColorPrimaries>(options.primaries);
  image->transferCharacteristics = static_cast<avifTransferCharacteristics>(options.transfer);
  image->matrixCoefficients = static_cast<avifMatrixCoefficients>(options.matrix);
  image->alphaPremultiplied = options.premultiplied ? AVIF_TRUE : AVIF_FALSE;
  avifRGBImage rgb{};
  avifRGBImageSetDefaults(&rgb, image.get());
  rgb.depth = IsWide(rows.format) ? 16 : 8;
  rgb.format = HasAlpha(rows.format) ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
  rgb.pixels = rows.bytes.data();
  rgb.rowBytes = static_cast<std::uint32_t>(rows.stride());
  CheckAvif(avifImageRGBToYUV(image.get(), &rgb));
  const auto bytes = [](const std::string& text) { return AsBytes(text).data(); };
  if (!options.icc.empty()) {
    avifImageSetProfileICC(image.get(), bytes(options.icc), options.icc.size());
  }
  if (!options.exif.empty()) {
    avifImageSetMetadataExif(image.get(), bytes(options.exif), options.exif.size());
  }
  if (!options.xmp.empty()) {
    avifImageSetMetadataXMP(image.get(), bytes(options.xmp), options.xmp.size());
  }
  image->transformFlags = AVIF_TRANSFORM_NONE;
  if (options.irot) {
    image->transformFlags |= AVIF_TRANSFORM_IROT;
    image->irot.angle = static_cast<std::uint8_t>(*options.irot);
  }
  if (options.imir) {
    image->transformFlags |= AVIF_TRANSFORM_IMIR;
    image->imir.mode = static_cast<std::uint8_t>(*options.imir);
  }
  if (options.clap) {
    image->transformFlags |= AVIF_TRANSFORM_CLAP;
    avifDiagnostics diagnostics;
    if (avifCleanApertureBoxConvertCropRect(&image->clap, &*options.clap, image->width,
                                            image->height, AVIF_PIXEL_FORMAT_YUV444,
                                            &diagnostics) != AVIF_TRUE) {
      throw std::runtime_error(diagnostics.error);
    }
  }
  const std::unique_ptr<avifEncoder, FreeAvif> encoder(avifEncoderCreate());
  encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
  encoder->speed = 10;
  encoder->minQuantizer = encoder->maxQuantizer = options.quantizer;
  encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = 0;
  if (options.cells > 1) {
    const std::vector<const avifImage*> cells(static_cast<std::size_t>(options.cells), image.get());
    CheckAvif(avifEncoderAddImageGrid(encoder.get(), static_cast<std::uint32_t>(options.cells), 1,
                                      cells.data(), AVIF_ADD_IMAGE_FLAG_SINGLE));
  }
  for (int i = 0; i < options.frames && options.cells == 1; ++i) {
    CheckAvif(avifEncoderAddImage(
        encoder.get(), image.get(), 1,
        options.frames == 1 ? AVIF_ADD_IMAGE_FLAG_SINGLE : AVIF_ADD_IMAGE_FLAG_NONE));
  }
  FreeAvifData out;
  CheckAvif(avifEncoderFinish(encoder.get(), &out.data));
  return Bytes::CopyOf({out.data.data, out.data.size});
}

/// All of the first picture in `format`, a colour one, converted by one call.
inline SampleRows PlainAvif(ByteView file, pixel::PixelFormat format) {
  const std::unique_ptr<avifDecoder, FreeAvif> decoder(avifDecoderCreate());
  decoder->codecChoice = AVIF_CODEC_CHOICE_DAV1D;
  const std::unique_ptr<avifImage, FreeAvif> image(avifImageCreateEmpty());
  CheckAvif(avifDecoderReadMemory(decoder.get(), image.get(), file.data(), file.size()));
  SampleRows rows(static_cast<int>(image->width), static_cast<int>(image->height), format);
  avifRGBImage rgb{};
  avifRGBImageSetDefaults(&rgb, image.get());
  rgb.depth = IsWide(format) ? 16 : 8;
  rgb.format = HasAlpha(format) ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
  rgb.pixels = rows.bytes.data();
  rgb.rowBytes = static_cast<std::uint32_t>(rows.stride());
  CheckAvif(avifImageYUVToRGB(image.get(), &rgb));
  return rows;
}

}  // namespace whittle::codec
