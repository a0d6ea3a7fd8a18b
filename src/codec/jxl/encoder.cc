#include "codec/jxl/encoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

#include "codec/encode_cost.h"
#include "codec/jxl/colour.h"
#include "codec/jxl/decoder.h"
#include "codec/metadata/exif_body.h"

namespace whittle::codec {
namespace {

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

// libjxl's efforts, as measured on photos (docs/decisions/encode-cost.md). Lower ones save nothing.
constexpr EncodeCost kLossy[] = {{9, 2.4}, {8, 1.5}, {7, 0.36}, {6, 0.2}, {5, 0.16}, {4, 0.06}};
constexpr EncodeCost kLossless[] = {{9, 20}, {8, 5.5},  {7, 1.7}, {6, 1.1},
                                    {5, 1},  {4, 0.75}, {3, 0.2}, {2, 0.1}};

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

bool Describe(JxlEncoder* encoder, const EncodeSpec& spec, JxlKind kind) {
  const bool grey = pixel::IsGrey(spec.format), alpha = pixel::HasAlpha(spec.format);
  JxlBasicInfo info;
  JxlEncoderInitBasicInfo(&info);
  info.xsize = static_cast<std::uint32_t>(spec.width);
  info.ysize = static_cast<std::uint32_t>(spec.height);
  info.bits_per_sample = pixel::IsWide(spec.format) ? 16 : 8;
  info.num_color_channels = grey ? 1 : 3;
  info.num_extra_channels = alpha ? 1 : 0;
  info.alpha_bits = alpha ? info.bits_per_sample : 0;
  info.uses_original_profile = spec.lossless ? JXL_TRUE : JXL_FALSE;
  if (spec.cicp && spec.cicp->transfer == 16) info.intensity_target = 10000;  // cd/m2 of code 1
  if (spec.cicp && spec.cicp->transfer == 18) info.intensity_target = 1000;
  if (kind == JxlKind::kAnimation) {
    info.have_animation = JXL_TRUE;
    info.animation.tps_numerator = 1000;  // a tick is a millisecond
    info.animation.tps_denominator = 1;
    info.animation.num_loops = static_cast<std::uint32_t>(std::max(spec.loops, 0));
    info.animation.have_timecodes = JXL_FALSE;
  }
  if (JxlEncoderSetBasicInfo(encoder, &info) != JXL_ENC_SUCCESS) return false;
  if (!spec.icc.empty() &&
      JxlEncoderSetICCProfile(encoder, spec.icc.data(), spec.icc.size()) == JXL_ENC_SUCCESS) {
    return true;
  }
  const JxlColorEncoding colour = JxlColourOf(spec.cicp.value_or(pixel::Cicp{}), grey);
  return JxlEncoderSetColorEncoding(encoder, &colour) == JXL_ENC_SUCCESS;
}

bool AddBoxes(JxlEncoder* encoder, const EncodeSpec& spec) {
  const ByteView exif = TiffPart(spec.exif);
  if (exif.empty() && spec.xmp.empty()) return true;
  if (JxlEncoderUseBoxes(encoder) != JXL_ENC_SUCCESS) return false;
  if (!exif.empty()) {
    Bytes item(4);
    std::memset(item.data(), 0, item.size());  // nothing lies before the TIFF structure
    item.Append(exif);
    if (JxlEncoderAddBox(encoder, "Exif", item.data(), item.size(), JXL_FALSE) != JXL_ENC_SUCCESS) {
      return false;
    }
  }
  return spec.xmp.empty() || JxlEncoderAddBox(encoder, "xml ", spec.xmp.data(), spec.xmp.size(),
                                              JXL_FALSE) == JXL_ENC_SUCCESS;
}

}  // namespace

int JxlEffort(const EncodeSpec& spec) {
  const auto costs = spec.lossless ? std::span<const EncodeCost>(kLossless) : kLossy;
  const int asked = AskedEffort(spec);
  if (asked <= costs.back().level) return asked;
  return LevelWithin(costs, asked, 1e-6 * spec.width * spec.height);
}

Expected<JxlEncoderPtr> BeginJxl(const EncodeSpec& spec, JxlKind kind) {
  if (spec.width < 1 || spec.height < 1 || spec.width > kLargestJxlSide ||
      spec.height > kLargestJxlSide || spec.format == pixel::PixelFormat::kCmyk8) {
    return Fail(ErrorKind::kInternal, "JPEG XL cannot hold what EncodeSpec asks for");
  }
  JxlEncoderPtr encoder(JxlEncoderCreate(nullptr));
  if (encoder == nullptr || !Describe(encoder.get(), spec, kind) ||
      !AddBoxes(encoder.get(), spec)) {
    return Fail(ErrorKind::kInternal, "libjxl refuses the picture");
  }
  return encoder;
}

Expected<void> AddJxlFrame(JxlEncoder* encoder, const EncodeSpec& spec, ByteView samples,
                           std::optional<std::uint32_t> ticks) {
  JxlEncoderFrameSettings* frame = JxlEncoderFrameSettingsCreate(encoder, nullptr);
  const auto added = [&] {
    if (frame == nullptr || JxlEncoderFrameSettingsSetOption(frame, JXL_ENC_FRAME_SETTING_EFFORT,
                                                             JxlEffort(spec)) != JXL_ENC_SUCCESS) {
      return false;
    }
    const JxlEncoderStatus loss =
        spec.lossless ? JxlEncoderSetFrameLossless(frame, JXL_TRUE)
                      : JxlEncoderSetFrameDistance(frame, DistanceFor(spec.quality));
    if (loss != JXL_ENC_SUCCESS) return false;
    // Else libjxl puts colours of its own under transparency, which cost more than ours do.
    if (JxlEncoderFrameSettingsSetOption(frame, JXL_ENC_FRAME_SETTING_KEEP_INVISIBLE, 1) !=
        JXL_ENC_SUCCESS) {
      return false;
    }
    if (ticks) {
      JxlFrameHeader header;
      JxlEncoderInitFrameHeader(&header);
      header.duration = *ticks;
      if (JxlEncoderSetFrameHeader(frame, &header) != JXL_ENC_SUCCESS) return false;
    }
    const JxlPixelFormat format = JxlFormatOf(spec.format);
    return JxlEncoderAddImageFrame(frame, &format, samples.data(), samples.size()) ==
           JXL_ENC_SUCCESS;
  };
  if (!added()) return Fail(ErrorKind::kInternal, "libjxl refuses the picture");
  return {};
}

Expected<void> DrainJxl(JxlEncoder* encoder, Bytes& file) {
  constexpr std::size_t kPiece = 64 << 10;
  std::size_t filled = file.size();
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
  return {};
}

}  // namespace whittle::codec
