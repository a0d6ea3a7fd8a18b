// Rows into JPEG XL by libjxl, which wants the whole picture before it begins and has no hook
// inside, so Finish, which does the work, cannot be stopped; its CPU is bounded by the choice of
// the effort (encode_cost.h). Single thread. Memory: 14 bytes a sample of all pixels and channels,
// 21 where nothing is lost.
//
// Lossy pictures are kept in libjxl's own colours (XYB); it reads the profile to get there. A
// profile that it cannot read is left out, and the colours are taken for sRGB.
#include "codec/jxl_sink.h"

#include <jxl/encode.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "codec/encode_cost.h"
#include "codec/exif_body.h"
#include "codec/jxl_decoder.h"

namespace whittle::codec {
namespace {

struct DestroyEncoder {
  void operator()(JxlEncoder* encoder) const { JxlEncoderDestroy(encoder); }
};
using EncoderPtr = std::unique_ptr<JxlEncoder, DestroyEncoder>;

// libjxl's distance (1 is just noticeable) for a quality as libjpeg counts: the formula of cjxl,
// which later versions of libjxl offer as JxlEncoderDistanceFromQuality. But 100 is the least lossy
// there is, since XYB is never lossless.
float DistanceFor(double quality) {
  const double distance = quality >= 100 ? 0
                          : quality >= 30
                              ? 0.1 + (100 - quality) * 0.09
                              : 53.0 / 3000 * quality * quality - 23.0 / 20 * quality + 25;
  return static_cast<float>(std::clamp(distance, 0.01, 25.0));
}

// libjxl's efforts, as measured on photos (src/README.md). Lossy ones below 4 save nothing.
constexpr EncodeCost kLossy[] = {{9, 2.4},  {8, 1.5},  {7, 0.36}, {6, 0.2}, {5, 0.16},
                                 {4, 0.06}, {3, 0.06}, {2, 0.06}, {1, 0.06}};
constexpr EncodeCost kLossless[] = {{9, 20},   {8, 5.5}, {7, 1.7}, {6, 1.1}, {5, 1},
                                    {4, 0.75}, {3, 0.2}, {2, 0.1}, {1, 0.1}};

int AskedEffort(const EncodeSpec& spec) {
  if (spec.effort) return 1 + (std::clamp(*spec.effort, 0, 10) * 8 + 5) / 10;
  switch (spec.preset) {
    case Preset::kFast:
      return 4;
    case Preset::kSmall:
      return 7;
    default:
      return 5;
  }
}

// What is needed of EncodeSpec at the end, when its views still stand.
class JxlSink final : public RowSink {
 public:
  explicit JxlSink(const EncodeSpec& spec)
      : spec_(spec),
        row_bytes_(static_cast<std::size_t>(spec.width) *
                   static_cast<std::size_t>(pixel::PixelBytes(spec.format))) {
    samples_.Reserve(row_bytes_ * static_cast<std::size_t>(spec.height));
  }

  Expected<void> Write(pixel::ConstRowSpan rows) override;
  Expected<Bytes> Finish() override;

 private:
  bool Describe(JxlEncoder* encoder) const;
  bool AddBoxes(JxlEncoder* encoder) const;
  bool AddFrame(JxlEncoder* encoder) const;

  const EncodeSpec spec_;
  const std::size_t row_bytes_;
  int taken_ = 0;
  Bytes samples_;
  std::optional<Error> error_;
};

Expected<void> JxlSink::Write(pixel::ConstRowSpan rows) {
  if (error_) return std::unexpected(*error_);
  if (rows.format != spec_.format || rows.width != spec_.width ||
      rows.rows > spec_.height - taken_) {
    error_ = Error::Of(ErrorKind::kInternal, "rows do not fit the encoded picture");
    return std::unexpected(*error_);
  }
  for (int y = 0; y < rows.rows; ++y) samples_.Append({rows.row(y), row_bytes_});
  taken_ += rows.rows;
  return {};
}

bool JxlSink::Describe(JxlEncoder* encoder) const {
  const bool grey = pixel::IsGray(spec_.format), alpha = pixel::HasAlpha(spec_.format);
  JxlBasicInfo info;
  JxlEncoderInitBasicInfo(&info);
  info.xsize = static_cast<std::uint32_t>(spec_.width);
  info.ysize = static_cast<std::uint32_t>(spec_.height);
  info.bits_per_sample = pixel::IsWide(spec_.format) ? 16 : 8;
  info.num_color_channels = grey ? 1 : 3;
  info.num_extra_channels = alpha ? 1 : 0;
  info.alpha_bits = alpha ? info.bits_per_sample : 0;
  info.uses_original_profile = spec_.lossless ? JXL_TRUE : JXL_FALSE;
  if (JxlEncoderSetBasicInfo(encoder, &info) != JXL_ENC_SUCCESS) return false;
  if (!spec_.icc.empty() &&
      JxlEncoderSetICCProfile(encoder, spec_.icc.data(), spec_.icc.size()) == JXL_ENC_SUCCESS) {
    return true;
  }
  JxlColorEncoding srgb{};
  JxlColorEncodingSetToSRGB(&srgb, grey ? JXL_TRUE : JXL_FALSE);
  return JxlEncoderSetColorEncoding(encoder, &srgb) == JXL_ENC_SUCCESS;
}

bool JxlSink::AddBoxes(JxlEncoder* encoder) const {
  const ByteView exif = TiffPart(spec_.exif);
  if (exif.empty() && spec_.xmp.empty()) return true;
  if (JxlEncoderUseBoxes(encoder) != JXL_ENC_SUCCESS) return false;
  if (!exif.empty()) {
    Bytes item(4);
    std::memset(item.data(), 0, item.size());  // nothing lies before the TIFF structure
    item.Append(exif);
    if (JxlEncoderAddBox(encoder, "Exif", item.data(), item.size(), JXL_FALSE) != JXL_ENC_SUCCESS) {
      return false;
    }
  }
  return spec_.xmp.empty() || JxlEncoderAddBox(encoder, "xml ", spec_.xmp.data(), spec_.xmp.size(),
                                               JXL_FALSE) == JXL_ENC_SUCCESS;
}

bool JxlSink::AddFrame(JxlEncoder* encoder) const {
  JxlEncoderFrameSettings* frame = JxlEncoderFrameSettingsCreate(encoder, nullptr);
  if (frame == nullptr || JxlEncoderFrameSettingsSetOption(frame, JXL_ENC_FRAME_SETTING_EFFORT,
                                                           JxlEffort(spec_)) != JXL_ENC_SUCCESS) {
    return false;
  }
  const JxlEncoderStatus loss = spec_.lossless
                                    ? JxlEncoderSetFrameLossless(frame, JXL_TRUE)
                                    : JxlEncoderSetFrameDistance(frame, DistanceFor(spec_.quality));
  if (loss != JXL_ENC_SUCCESS) return false;
  const JxlPixelFormat format = JxlFormatOf(spec_.format);
  return JxlEncoderAddImageFrame(frame, &format, samples_.data(), samples_.size()) ==
         JXL_ENC_SUCCESS;
}

Expected<Bytes> Drain(JxlEncoder* encoder) {
  constexpr std::size_t kPiece = 64 << 10;
  Bytes file;
  std::size_t filled = 0;
  while (true) {
    file.Reserve(std::max(filled + kPiece, filled * 3 / 2));
    file.Resize(file.capacity());
    std::uint8_t* next = file.data() + filled;
    std::size_t room = file.size() - filled;
    const JxlEncoderStatus status = JxlEncoderProcessOutput(encoder, &next, &room);
    filled = file.size() - room;
    if (status == JXL_ENC_SUCCESS) break;
    if (status != JXL_ENC_NEED_MORE_OUTPUT) return Fail(ErrorKind::kInternal, "libjxl failed");
  }
  file.Resize(filled);
  return file;
}

Expected<Bytes> JxlSink::Finish() {
  if (error_) return std::unexpected(*error_);
  error_ = Error::Of(ErrorKind::kInternal, "the picture was finished before");
  if (taken_ < spec_.height) return Fail(ErrorKind::kInternal, "rows are missing");
  const EncoderPtr encoder(JxlEncoderCreate(nullptr));
  if (encoder == nullptr || !Describe(encoder.get()) || !AddBoxes(encoder.get()) ||
      !AddFrame(encoder.get())) {
    return Fail(ErrorKind::kInternal, "libjxl refuses the picture");
  }
  samples_ = Bytes();  // libjxl has its own copy
  JxlEncoderCloseInput(encoder.get());
  return Drain(encoder.get());
}

}  // namespace

int JxlEffort(const EncodeSpec& spec) {
  return LevelWithin(spec.lossless ? std::span<const EncodeCost>(kLossless) : kLossy,
                     AskedEffort(spec), 1e-6 * spec.width * spec.height);
}

Expected<std::unique_ptr<RowSink>> CreateJxl(const EncodeSpec& spec) {
  if (spec.width < 1 || spec.height < 1 || spec.width > kLargestJxlSide ||
      spec.height > kLargestJxlSide || spec.format == pixel::PixelFormat::kCmyk8) {
    return Fail(ErrorKind::kInternal, "JPEG XL cannot hold what EncodeSpec asks for");
  }
  return std::make_unique<JxlSink>(spec);
}

}  // namespace whittle::codec
