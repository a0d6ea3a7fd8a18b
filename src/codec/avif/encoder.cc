#include "codec/avif/encoder.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "codec/avif/sink.h"
#include "codec/encode_cost.h"
#include "codec/metadata/exif_body.h"

namespace whittle::codec {
namespace {

struct Output {
  avifRWData data = AVIF_DATA_EMPTY;
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { avifRWDataFree(&data); }
};

// AV1 counts from 0 (best) to 63: linear in quality, as avifenc and libheif have it.
int QuantizerFor(double quality) {
  const double worst = AVIF_QUANTIZER_WORST_QUALITY;
  return static_cast<int>(std::clamp(std::round((100 - quality) * worst / 100), 0.0, worst));
}

// libavif's speeds, as measured on photos in 4:2:0 (docs/decisions/encode-cost.md). 8 is not among
// them: 9 takes a third of its CPU and makes fewer bytes at the same score.
constexpr EncodeCost kSpeeds[] = {{0, 28}, {1, 13},  {2, 12},  {3, 8},   {4, 4},
                                  {5, 3},  {6, 0.7}, {7, 0.3}, {9, 0.04}};

int AskedSpeed(const EncodeSpec& spec) {
  switch (spec.preset) {
    case Preset::kFast:
      return 9;
    case Preset::kSmall:
      return 5;
    default:
      return 6;
  }
}

// As many pixels of 4:2:0 as would take as long.
double Megapixels(const EncodeSpec& spec) {
  double weight = spec.subsampling == Subsampling::k444 ? 1.5 : 1;
  const bool exact = spec.lossless || QuantizerFor(spec.quality) == 0;
  if (exact) weight = 7;
  if (pixel::HasAlpha(spec.format)) weight += exact ? 2 : 0.6;
  if (pixel::IsWide(spec.format)) weight *= 1.5;
  return weight * spec.width * spec.height / 1e6;
}

void DescribeColour(const EncodeSpec& spec, avifImage& image) {
  image.yuvRange = AVIF_RANGE_FULL;
  const pixel::Cicp label = spec.cicp.value_or(pixel::Cicp{});
  image.colorPrimaries = static_cast<avifColorPrimaries>(label.primaries);
  image.transferCharacteristics = static_cast<avifTransferCharacteristics>(label.transfer);
  image.matrixCoefficients =
      spec.lossless ? AVIF_MATRIX_COEFFICIENTS_IDENTITY : AVIF_MATRIX_COEFFICIENTS_BT601;
  if (spec.icc.empty()) return;
  avifImageSetProfileICC(&image, spec.icc.data(), spec.icc.size());
  image.colorPrimaries = AVIF_COLOR_PRIMARIES_UNSPECIFIED;
  image.transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_UNSPECIFIED;
}

// libavif reads an orientation out of EXIF and would have the picture turned by it, but rows come
// upright.
void AddMetadata(const EncodeSpec& spec, avifImage& image) {
  if (const ByteView exif = TiffPart(spec.exif); !exif.empty()) {
    avifImageSetMetadataExif(&image, exif.data(), exif.size());
  }
  if (!spec.xmp.empty()) avifImageSetMetadataXMP(&image, spec.xmp.data(), spec.xmp.size());
  image.transformFlags = AVIF_TRANSFORM_NONE;
}

AvifEncoderPtr EncoderFor(const EncodeSpec& spec) {
  AvifEncoderPtr encoder(avifEncoderCreate());
  if (encoder == nullptr) return encoder;
  encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
  encoder->maxThreads = 1;
  encoder->speed = AvifSpeed(spec);
  const int quantizer = spec.lossless ? AVIF_QUANTIZER_LOSSLESS : QuantizerFor(spec.quality);
  encoder->minQuantizer = encoder->maxQuantizer = quantizer;
  encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = quantizer;
  if (!spec.lossless) {
    // Coarser steps for fine detail, and distortion that is measured by the same weights: the one
    // without the other gains nothing.
    avifEncoderSetCodecSpecificOption(encoder.get(), "color:enable-qm", "1");
    avifEncoderSetCodecSpecificOption(encoder.get(), "color:dist-metric", "qm-psnr");
  }
  return encoder;
}

avifPixelFormat LayoutOf(const EncodeSpec& spec) {
  if (spec.format == pixel::PixelFormat::kGrey8) return AVIF_PIXEL_FORMAT_YUV400;
  const bool whole = spec.lossless || spec.subsampling == Subsampling::k444;
  return whole ? AVIF_PIXEL_FORMAT_YUV444 : AVIF_PIXEL_FORMAT_YUV420;
}

}  // namespace

int AvifSpeed(const EncodeSpec& spec) {
  int speed = AskedSpeed(spec);
  if (spec.effort) speed = AVIF_SPEED_FASTEST - std::clamp(*spec.effort, 0, 10);
  if (speed >= 8) speed = 9;
  return LevelWithin(kSpeeds, speed, Megapixels(spec));
}

std::unexpected<Error> AvifFailed(avifResult result, std::string_view more) {
  const bool no_memory = result == AVIF_RESULT_OUT_OF_MEMORY;
  return Fail(no_memory ? ErrorKind::kOverloaded : ErrorKind::kInternal,
              std::string("AVIF: ") + avifResultToString(result) + ' ' + std::string(more));
}

Expected<AvifPicture> NewAvifPicture(const EncodeSpec& spec) {
  if (spec.width < 1 || spec.height < 1 || spec.width > kLargestAvifSide ||
      spec.height > kLargestAvifSide) {
    return Fail(ErrorKind::kInternal, "AVIF cannot hold what EncodeSpec asks for");
  }
  AvifPicture picture = {
      .image = AvifImagePtr(avifImageCreate(static_cast<std::uint32_t>(spec.width),
                                            static_cast<std::uint32_t>(spec.height),
                                            pixel::IsWide(spec.format) ? 10 : 8, LayoutOf(spec))),
      .encoder = EncoderFor(spec)};
  if (picture.image == nullptr || picture.encoder == nullptr) {
    return AvifFailed(AVIF_RESULT_OUT_OF_MEMORY);
  }
  DescribeColour(spec, *picture.image);
  AddMetadata(spec, *picture.image);
  const avifResult result = avifImageAllocatePlanes(
      picture.image.get(), pixel::HasAlpha(spec.format) ? AVIF_PLANES_ALL : AVIF_PLANES_YUV);
  if (result != AVIF_RESULT_OK) return AvifFailed(result);
  picture.stop = spec.stop;
  return picture;
}

Expected<Bytes> EncodeAvif(AvifPicture& picture) {
  if (picture.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  Output out;
  const avifResult result = avifEncoderWrite(picture.encoder.get(), picture.image.get(), &out.data);
  if (result != AVIF_RESULT_OK) return AvifFailed(result, picture.encoder->diag.error);
  return Bytes::CopyOf({out.data.data, out.data.size});
}

}  // namespace whittle::codec
