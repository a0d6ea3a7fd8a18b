#include "codec/avif/decoder.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "codec/avif/source.h"
#include "codec/fill_rows.h"
#include "codec/isobmff/items.h"
#include "codec/metadata/exif_turn.h"
#include "codec/metadata/icc.h"

namespace whittle::codec {
namespace {

// Sequences show their first picture only. libavif keeps some 50 bytes for every sample that a
// table of theirs announces.
constexpr std::uint32_t kMostSamples = 10'000;

// What the file has at `offset`, or has instead where a box begins or its content does, which is
// how libavif reads boxes.
ByteView RestOf(const AvifDecoder& decoder, std::uint64_t offset) {
  constexpr std::size_t kHeader = 8;
  for (const MendedBox& mended : decoder.mended) {
    if (offset == mended.at) return mended.box.view();
    if (offset == mended.at + kHeader) return mended.box.view().subspan(kHeader);
  }
  return decoder.file.subspan(static_cast<std::size_t>(offset));
}

// libavif's callback: the whole file is there, and stays.
avifResult ReadFromMemory(avifIO* io, std::uint32_t, std::uint64_t offset, std::size_t size,
                          avifROData* out) {
  const AvifDecoder& decoder = *static_cast<const AvifDecoder*>(io->data);
  if (decoder.stop.stop_requested() || offset > decoder.file.size()) return AVIF_RESULT_IO_ERROR;
  const ByteView rest = RestOf(decoder, offset);
  out->data = rest.data();
  out->size = std::min(size, rest.size());
  if (decoder.decoding && out->size < size) return AVIF_RESULT_WAITING_ON_IO;
  return AVIF_RESULT_OK;
}

std::uint64_t PixelsOf(const avifImage& image) { return std::uint64_t{image.width} * image.height; }

// Samples of all planes, alpha included, to a pixel of luma, in halves.
std::uint64_t HalfSamples(const avifDecoder& decoder) {
  std::uint64_t halves = 2;
  switch (decoder.image->yuvFormat) {
    case AVIF_PIXEL_FORMAT_YUV444:
      halves = 6;
      break;
    case AVIF_PIXEL_FORMAT_YUV422:
      halves = 4;
      break;
    case AVIF_PIXEL_FORMAT_YUV420:
      halves = 3;
      break;
    default:
      break;
  }
  return halves + (decoder.alphaPresent == AVIF_TRUE ? 2 : 0);
}

int OrientationOf(const avifImage& image) {
  const bool turned = (image.transformFlags & AVIF_TRANSFORM_IROT) != 0;
  const bool mirrored = (image.transformFlags & AVIF_TRANSFORM_IMIR) != 0;
  return ExifTurn(turned ? image.irot.angle : 0U,
                  mirrored ? std::optional<unsigned>(image.imir.mode) : std::nullopt);
}

// A clean aperture that makes no sense is no reason to show nothing: then all is shown.
avifCropRect CleanApertureOf(const avifImage& image) {
  const avifCropRect all{0, 0, image.width, image.height};
  if ((image.transformFlags & AVIF_TRANSFORM_CLAP) == 0) return all;
  avifCropRect rect{};
  avifDiagnostics diagnostics{};
  // As 4:4:4, because we cut rows that are RGB already: odd corners are no trouble.
  if (avifCropRectConvertCleanApertureBox(&rect, &image.clap, image.width, image.height,
                                          AVIF_PIXEL_FORMAT_YUV444, &diagnostics) != AVIF_TRUE ||
      rect.width == 0 || rect.height == 0) {
    return all;
  }
  return rect;
}

std::uint32_t Clamped(std::uint64_t pixels, std::uint32_t most) {
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(pixels, 1, most));
}

Expected<void> CheckHeader(const AvifDecoder& decoder, const Limits& limits) {
  const avifImage& image = *decoder.d->image;
  if (image.width == 0 || image.height == 0) return Fail(ErrorKind::kUndecodable, "no size");
  if (PixelsOf(image) > limits.max_source_pixels) return Fail(ErrorKind::kTooLarge, "pixels");
  if (image.yuvFormat == AVIF_PIXEL_FORMAT_NONE ||
      (image.depth != 8 && image.depth != 10 && image.depth != 12)) {
    return Fail(ErrorKind::kUndecodable, "no configuration of AV1");
  }
  if (AvifDecodeBytes(decoder) > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  return {};
}

}  // namespace

Expected<AvifDecoderPtr> OpenAvifDecoder(ByteView file, const Limits& limits, std::stop_token stop,
                                         AvifMetadata metadata) {
  if (file.size() > limits.max_source_bytes) return Fail(ErrorKind::kTooLarge, "source bytes");
  if (SaysTooMuch(file)) return Fail(ErrorKind::kTooLarge, "its boxes say too much");
  auto decoder = std::make_unique<AvifDecoder>();
  decoder->file = file;
  decoder->mended = MendAvif(file);
  decoder->stop = std::move(stop);
  decoder->io.read = ReadFromMemory;
  decoder->io.sizeHint = file.size();
  decoder->io.persistent = AVIF_TRUE;
  decoder->io.data = decoder.get();
  decoder->d.reset(avifDecoderCreate());
  if (decoder->d == nullptr) return Fail(ErrorKind::kOverloaded, "no memory for an AVIF decoder");
  avifDecoder& d = *decoder->d;
  d.codecChoice = AVIF_CODEC_CHOICE_DAV1D;
  d.maxThreads = 1;
  d.ignoreExif = metadata == AvifMetadata::kSkip;
  d.ignoreXMP = metadata == AvifMetadata::kSkip;
  d.imageSizeLimit = Clamped(limits.max_source_pixels, AVIF_DEFAULT_IMAGE_SIZE_LIMIT);
  d.imageCountLimit = kMostSamples;
  d.allowIncremental = AVIF_TRUE;
  // What strictness asks for is missing in files of well-known writers, and we need none of it.
  d.strictFlags = AVIF_STRICT_DISABLED;
  avifDecoderSetIO(&d, &decoder->io);
  if (const avifResult result = avifDecoderParse(&d); result != AVIF_RESULT_OK) {
    return std::unexpected(AvifErrorOf(*decoder, result));
  }
  WHITTLE_CHECK(CheckHeader(*decoder, limits));
  // AV1 data may contradict the boxes that the memory was estimated by; dav1d holds it to them.
  constexpr std::uint64_t kUnit = 128;  // pixels by which a grid's cells may pass its edge
  const std::uint64_t room = (d.image->width + kUnit) * (d.image->height + kUnit);
  d.imageSizeLimit = Clamped(room, AVIF_DEFAULT_IMAGE_SIZE_LIMIT);
  return decoder;
}

AvifView ViewOf(const avifDecoder& decoder) {
  const avifImage& image = *decoder.image;
  const bool alpha = decoder.alphaPresent == AVIF_TRUE;
  // Grey that has to be divided by its alpha, or has a profile of colour, goes as colour.
  const ByteView icc(image.icc.data, image.icc.size);
  const bool grey = image.yuvFormat == AVIF_PIXEL_FORMAT_YUV400 &&
                    !(alpha && image.alphaPremultiplied == AVIF_TRUE) &&
                    (icc.empty() || IccSuits(icc, 1));
  return {CleanApertureOf(image), OrientationOf(image),
          pixel::FormatWith(grey, alpha, image.depth > 8)};
}

namespace {

// Rows of a plane from `from` on get the mean of the one above.
void FillPlane(std::uint8_t* plane, std::uint32_t stride, std::uint32_t width, std::uint32_t height,
               std::uint32_t from, bool wide) {
  if (plane == nullptr || from >= height) return;
  const pixel::RowSpan rows = {plane, stride, static_cast<int>(width), static_cast<int>(height),
                               pixel::FormatWith(true, false, wide)};
  const int missing = static_cast<int>(from);
  FillRows(rows.Slice(missing, rows.rows - missing), MeanPixel(rows.Slice(missing - 1, 1)));
}

void FillBelow(avifImage& image, std::uint32_t rows) {
  const bool wide = image.depth > 8;
  avifPixelFormatInfo info;
  avifGetPixelFormatInfo(image.yuvFormat, &info);
  for (std::size_t p = 0; p < AVIF_PLANE_COUNT_YUV; ++p) {
    const auto across = static_cast<std::uint32_t>(p > 0 ? info.chromaShiftX : 0);
    const auto down = static_cast<std::uint32_t>(p > 0 ? info.chromaShiftY : 0);
    FillPlane(image.yuvPlanes[p], image.yuvRowBytes[p], (image.width + across) >> across,
              (image.height + down) >> down, rows >> down, wide);
  }
  FillPlane(image.alphaPlane, image.alphaRowBytes, image.width, image.height, rows, wide);
}

}  // namespace

Expected<void> DecodeAvif(AvifDecoder& decoder) {
  const avifImage& image = *decoder.d->image;
  const std::uint32_t width = image.width, height = image.height, depth = image.depth;
  const bool was_grey = image.yuvFormat == AVIF_PIXEL_FORMAT_YUV400;
  const std::uint64_t promised = HalfSamples(*decoder.d);
  const auto planes = AvifPlanesOf(*decoder.d);
  decoder.decoding = true;
  const avifResult result = avifDecoderNextImage(decoder.d.get());
  const std::uint32_t rows = avifDecoderDecodedRowCount(decoder.d.get());
  decoder.truncated = result == AVIF_RESULT_WAITING_ON_IO && rows > 0;
  if (result != AVIF_RESULT_OK && !decoder.truncated) {
    return std::unexpected(AvifErrorOf(decoder, result));
  }
  // Some writers say 4:4:4 of what is 4:2:2, also of 12 bits. Less chroma than was promised is no
  // harm, but where planes were promised: whether they are asked for is not to decide what is
  // shown. Grey is given in another format of rows.
  const bool grey = image.yuvFormat == AVIF_PIXEL_FORMAT_YUV400;
  if (image.width != width || image.height != height || image.depth != depth || grey != was_grey ||
      HalfSamples(*decoder.d) > promised || image.yuvPlanes[AVIF_CHAN_Y] == nullptr ||
      (planes && AvifPlanesOf(*decoder.d) != planes)) {
    return Fail(ErrorKind::kUndecodable, "AV1 data is not what its boxes say");
  }
  if (decoder.truncated) FillBelow(*decoder.d->image, rows);
  return {};
}

std::uint64_t AvifDecodeBytes(const AvifDecoder& decoder) {
  const avifImage& image = *decoder.d->image;
  const std::uint64_t sample_bytes = image.depth > 8 ? 2 : 1;
  // dav1d pads to whole blocks of 128, and keeps filter levels, masks and motion at about a byte a
  // pixel. A second set of planes is for film grain, a grid that is put together, or scaling.
  constexpr std::uint64_t kBlock = 128;
  constexpr std::uint64_t kContext = 8 << 20;
  const std::uint64_t padded = (image.width + kBlock) * (image.height + kBlock);
  std::uint64_t mended = 0;
  for (const MendedBox& box : decoder.mended) mended += box.box.size();
  return kContext + padded * HalfSamples(*decoder.d) * sample_bytes + padded + mended +
         AvifBandBytes(image.width, ViewOf(*decoder.d).format);
}

Error AvifErrorOf(const AvifDecoder& decoder, avifResult result) {
  if (decoder.stop.stop_requested()) return Error::Of(ErrorKind::kCancelled);
  const std::string_view said = decoder.d->diag.error;
  std::string detail = avifResultToString(result);
  if (!said.empty()) detail.append(": ").append(said);
  switch (result) {
    case AVIF_RESULT_WAITING_ON_IO:
      return Error::Of(ErrorKind::kUndecodable, "the file ends too early");
    case AVIF_RESULT_NO_CODEC_AVAILABLE:
    case AVIF_RESULT_NOT_IMPLEMENTED:
    case AVIF_RESULT_UNSUPPORTED_DEPTH:
      return Error::Of(ErrorKind::kUnsupported, std::move(detail));
    case AVIF_RESULT_OUT_OF_MEMORY:
      return Error::Of(ErrorKind::kOverloaded, std::move(detail));
    default:
      // imageSizeLimit has no result of its own, only these words.
      if (said.find("dimensions are too large") != said.npos) {
        return Error::Of(ErrorKind::kTooLarge, std::move(detail));
      }
      return Error::Of(ErrorKind::kUndecodable, std::move(detail));
  }
}

}  // namespace whittle::codec
