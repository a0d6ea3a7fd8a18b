// Rows into planes, a band at a time, and those into AV1 by libaom through libavif.
//
// libavif has no hook inside an encoding, so Finish, which does it, cannot be stopped. Single
// thread. Memory: the planes, and about 40 bytes a pixel within libaom.
#include "codec/avif_sink.h"

#include <avif/avif.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "codec/exif_body.h"
#include "pixel/aligned.h"

namespace whittle::codec {
namespace {

// Rows that are converted at once; even, for chroma.
constexpr int kBandRows = 32;

struct DestroyImage {
  void operator()(avifImage* image) const { avifImageDestroy(image); }
};
struct DestroyEncoder {
  void operator()(avifEncoder* encoder) const { avifEncoderDestroy(encoder); }
};
using ImagePtr = std::unique_ptr<avifImage, DestroyImage>;
using EncoderPtr = std::unique_ptr<avifEncoder, DestroyEncoder>;

struct Output {
  avifRWData data = AVIF_DATA_EMPTY;
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { avifRWDataFree(&data); }
};

std::unexpected<Error> Failed(avifResult result, std::string_view more = {}) {
  return Fail(ErrorKind::kInternal,
              std::string("AVIF: ") + avifResultToString(result) + ' ' + std::string(more));
}

// AV1 counts from 0 (best) to 63: linear in quality, as avifenc and libheif have it.
int QuantizerFor(double quality) {
  const double worst = AVIF_QUANTIZER_WORST_QUALITY;
  return static_cast<int>(std::clamp(std::round((100 - quality) * worst / 100), 0.0, worst));
}

// libavif's speed, 0 (slowest) to 10. src/README.md has the measurements behind the presets.
int SpeedFor(const EncodeSpec& spec) {
  if (spec.effort) return AVIF_SPEED_FASTEST - std::clamp(*spec.effort, 0, 10);
  switch (spec.preset) {
    case Preset::kFast:
      return 8;
    case Preset::kSmall:
      return 4;
    default:
      return 6;
  }
}

class AvifSink final : public RowSink {
 public:
  AvifSink(ImagePtr image, EncoderPtr encoder, const EncodeSpec& spec)
      : image_(std::move(image)),
        encoder_(std::move(encoder)),
        format_(spec.format),
        width_(spec.width),
        height_(spec.height),
        stop_(spec.stop),
        stride_(pixel::RowStride(static_cast<std::size_t>(spec.width) *
                                 static_cast<std::size_t>(pixel::PixelBytes(spec.format)))) {
    band_.Resize(stride_ * kBandRows);
  }

  Expected<void> Write(pixel::ConstRowSpan rows) override;
  Expected<Bytes> Finish() override;

 private:
  Expected<void> ConvertBand();

  ImagePtr image_;
  EncoderPtr encoder_;
  const pixel::PixelFormat format_;
  const int width_;
  const int height_;
  const std::stop_token stop_;
  int taken_ = 0;    // rows, those in the band included
  int waiting_ = 0;  // rows in the band
  std::size_t stride_;
  pixel::AlignedBuffer<std::uint8_t> band_;
  std::optional<Error> error_;
};

Expected<void> AvifSink::ConvertBand() {
  const ImagePtr part(avifImageCreateEmpty());
  if (part == nullptr) return Failed(AVIF_RESULT_OUT_OF_MEMORY);
  const avifCropRect rect{0, static_cast<std::uint32_t>(taken_ - waiting_),
                          static_cast<std::uint32_t>(width_), static_cast<std::uint32_t>(waiting_)};
  avifResult result = avifImageSetViewRect(part.get(), image_.get(), &rect);
  if (result != AVIF_RESULT_OK) return Failed(result);
  avifRGBImage rgb{};
  avifRGBImageSetDefaults(&rgb, part.get());
  rgb.depth = pixel::IsWide(format_) ? 16 : 8;
  rgb.format = pixel::HasAlpha(format_) ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
  rgb.pixels = band_.data();
  rgb.rowBytes = static_cast<std::uint32_t>(stride_);
  result = avifImageRGBToYUV(part.get(), &rgb);
  // libavif 0.11 takes any image that it converts into for the owner of its planes.
  part->imageOwnsYUVPlanes = part->imageOwnsAlphaPlane = AVIF_FALSE;
  if (result != AVIF_RESULT_OK) return Failed(result);
  waiting_ = 0;
  return {};
}

Expected<void> AvifSink::Write(pixel::ConstRowSpan rows) {
  if (error_) return std::unexpected(*error_);
  if (rows.format != format_ || rows.width != width_ || rows.rows > height_ - taken_) {
    error_ = Error::Of(ErrorKind::kInternal, "rows do not fit the encoded picture");
    return std::unexpected(*error_);
  }
  for (int y = 0; y < rows.rows; ++y) {
    std::memcpy(band_.data() + static_cast<std::size_t>(waiting_) * stride_, rows.row(y),
                rows.row_bytes());
    ++waiting_;
    ++taken_;
    if (waiting_ < kBandRows && taken_ < height_) continue;
    if (auto converted = ConvertBand(); !converted) {
      error_ = converted.error();
      return converted;
    }
  }
  return {};
}

Expected<Bytes> AvifSink::Finish() {
  if (error_) return std::unexpected(*error_);
  error_ = Error::Of(ErrorKind::kInternal, "the picture was finished before");
  if (taken_ < height_) return Fail(ErrorKind::kInternal, "rows are missing");
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  Output out;
  const avifResult result = avifEncoderWrite(encoder_.get(), image_.get(), &out.data);
  if (result != AVIF_RESULT_OK) return Failed(result, encoder_->diag.error);
  return Bytes::CopyOf({out.data.data, out.data.size});
}

void DescribeColour(const EncodeSpec& spec, avifImage& image) {
  image.yuvRange = AVIF_RANGE_FULL;
  image.colorPrimaries = AVIF_COLOR_PRIMARIES_BT709;
  image.transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SRGB;
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

EncoderPtr EncoderFor(const EncodeSpec& spec) {
  EncoderPtr encoder(avifEncoderCreate());
  if (encoder == nullptr) return encoder;
  encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
  encoder->maxThreads = 1;
  encoder->speed = SpeedFor(spec);
  const int quantizer = spec.lossless ? AVIF_QUANTIZER_LOSSLESS : QuantizerFor(spec.quality);
  encoder->minQuantizer = encoder->maxQuantizer = quantizer;
  encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = quantizer;
  return encoder;
}

}  // namespace

Expected<std::unique_ptr<RowSink>> CreateAvif(const EncodeSpec& spec) {
  if (spec.width < 1 || spec.height < 1 || spec.width > kLargestAvifSide ||
      spec.height > kLargestAvifSide || pixel::IsGray(spec.format) ||
      spec.format == pixel::PixelFormat::kCmyk8) {
    return Fail(ErrorKind::kInternal, "AVIF cannot hold what EncodeSpec asks for");
  }
  const bool whole_colour = spec.lossless || spec.subsampling == Subsampling::k444;
  ImagePtr image(
      avifImageCreate(static_cast<std::uint32_t>(spec.width),
                      static_cast<std::uint32_t>(spec.height), pixel::IsWide(spec.format) ? 10 : 8,
                      whole_colour ? AVIF_PIXEL_FORMAT_YUV444 : AVIF_PIXEL_FORMAT_YUV420));
  EncoderPtr encoder = EncoderFor(spec);
  if (image == nullptr || encoder == nullptr) return Failed(AVIF_RESULT_OUT_OF_MEMORY);
  DescribeColour(spec, *image);
  AddMetadata(spec, *image);
  const avifResult result = avifImageAllocatePlanes(
      image.get(), pixel::HasAlpha(spec.format) ? AVIF_PLANES_ALL : AVIF_PLANES_YUV);
  if (result != AVIF_RESULT_OK) return Failed(result);
  return std::make_unique<AvifSink>(std::move(image), std::move(encoder), spec);
}

}  // namespace whittle::codec
