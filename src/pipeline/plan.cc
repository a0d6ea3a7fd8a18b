#include "pipeline/plan.h"

#include <fmt/format.h>

#include "base/checked.h"
#include "pipeline/frame_effects.h"
#include "pipeline/turns.h"
#include "pipeline/workspace.h"
#include "pixel/orient.h"

namespace whittle::pipeline {
namespace {

using codec::Subsampling;
using pixel::PixelFormat;
using Params = Transform::Params;

std::uint64_t FrameBytes(Size size, PixelFormat format) {
  return size.pixels() * static_cast<std::uint64_t>(pixel::PixelBytes(format));
}

// An encoder that optimises its entropy code keeps every coefficient, 2.25 bytes for each sample of
// whole MCUs, and all of them keep a band. Formats that predict keep the picture and its
// reconstruction, some in 16 bits. libaom and libjxl keep far more, as measured with 2 to 24
// million pixels: 18 bytes a pixel in 4:2:0 and 29 in 4:4:4, and 14 or, lossless, 21 a sample in
// whatever depth.
std::uint64_t EncoderBytes(const Plan& plan, const Transform& transform) {
  const auto whole = [](std::uint32_t side) { return (side + 15) / 16 * 16; };
  const Size padded = {whole(plan.layout.canvas.width), whole(plan.layout.canvas.height)};
  const std::uint64_t bands = std::uint64_t{padded.width} * 64;
  const std::uint64_t frame = FrameBytes(padded, plan.written);
  const std::string_view name = plan.output.codec->name;
  if (name == WordOf(Format::kAvif)) return bands + 10 * frame;
  if (name == WordOf(Format::kJxl)) {
    const auto samples = padded.pixels() * static_cast<std::uint64_t>(Channels(plan.written));
    return frame + samples * (transform.params().lossless ? 21 : 14);
  }
  if (name != WordOf(Format::kJpeg)) return bands + 4 * frame;
  return transform.preset() == Preset::kFast ? bands : bands + frame * 9 / 4;
}

double QualityFor(const codec::Codec& output, const Params& params) {
  if (output.name == WordOf(Format::kWebp)) return params.webp_quality.value_or(params.quality);
  if (output.name == WordOf(Format::kAvif)) return params.avif_quality.value_or(params.quality);
  return params.quality;
}

Subsampling SubsamplingOf(const codec::Codec& output, const Params& params) {
  if (!output.full_chroma) return Subsampling::k420;
  switch (params.subsampling) {
    case ChromaSubsampling::k420:
      return Subsampling::k420;
    case ChromaSubsampling::k444:
      return Subsampling::k444;
    case ChromaSubsampling::kAuto:
      break;
  }
  return params.preset == Preset::kQuality ? Subsampling::k444
                                           : codec::SubsamplingFor(QualityFor(output, params));
}

bool IsGrey(Colour colour) { return colour.red == colour.green && colour.green == colour.blue; }

// What the rows become on their way: the decoder's format, without ink and palette.
PixelFormat Working(PixelFormat decoded) {
  return decoded == PixelFormat::kCmyk8 ? PixelFormat::kRgb8 : decoded;
}

PixelFormat Written(const Plan& plan, const Params& params) {
  const bool pads = plan.pads();
  // Padding is transparent where nobody says otherwise and the format can.
  const bool transparent_padding = pads && (!params.background || params.background->alpha < 255);
  const bool flattened = params.background && params.background->alpha == 255;
  const bool alpha = (HasAlpha(plan.working) && !flattened) || transparent_padding;
  const bool coloured = params.tint || (params.background && !IsGrey(*params.background) &&
                                        (pads || HasAlpha(plan.working)));
  const bool gray = params.greyscale ? !params.tint : IsGray(plan.working) && !coloured;
  return WrittenFormat(*plan.output.codec, pixel::FormatWith(gray, alpha, IsWide(plan.working)));
}

// Ink is converted in any case, by way of its own.
bool ConvertsProfile(const Plan& plan, const codec::Header& header, const Params& params) {
  if (header.icc.empty() || plan.decoded == PixelFormat::kCmyk8) return false;
  if (params.profile == Profile::kSrgb || !plan.output.codec->carries_icc) return true;
  // A profile of grey says nothing about colour, and the other way round.
  return IsGray(plan.working) != IsGray(plan.written);
}

bool FitsPlanes(const Plan& plan, const codec::Header& header, const Params& params) {
  const codec::Codec& output = *plan.output.codec;
  if (!header.planes || output.create_planes == nullptr || plan.output.animated) return false;
  if (plan.pads() || plan.layout.window || plan.has_effects() || plan.keeps_canvas) return false;
  if (plan.to_srgb || !plan.adjustment.is_identity() || params.lossless || params.colours)
    return false;
  if (plan.kernel != Kernel::kLanczos3) return false;
  // Who asks for colour at full resolution gets it averaged as light as well, which takes RGB.
  return plan.written == PixelFormat::kGray8 || plan.subsampling == Subsampling::k420;
}

Expected<void> CountMemory(Plan& plan, const codec::Header& header, const Transform& transform,
                           const Limits& limits) {
  for (const std::uint64_t part :
       {header.decode_bytes, Workspace::BytesNeeded(plan), EncoderBytes(plan, transform),
        EffectBytes(plan), effect::Adjuster::kBytes, std::uint64_t{header.icc.size()}}) {
    plan.working_bytes = SaturatingAdd(plan.working_bytes, part);
  }
  if (plan.working_bytes <= limits.max_working_bytes) return {};
  return Fail(ErrorKind::kTooLarge, fmt::format("the job needs {} bytes of working memory, {} are "
                                                "allowed",
                                                plan.working_bytes, limits.max_working_bytes));
}

}  // namespace

pixel::Geometry Plan::geometry() const {
  return {.src_width = static_cast<int>(stored.width),
          .src_height = static_cast<int>(stored.height),
          .dst_width = static_cast<int>(resized.width),
          .dst_height = static_cast<int>(resized.height),
          .left = shown.left,
          .top = shown.top,
          .right = shown.right,
          .bottom = shown.bottom};
}

Area WholeOf(const codec::Header& header, const Transform& transform) {
  const Size stored = {header.info.width, header.info.height};
  const int orientation = Composed(header.info.orientation, AskedTurn(transform.params()));
  return Area::Of(pixel::Transposes(orientation) ? stored.Transposed() : stored);
}

Expected<Plan> MakePlan(const codec::Codec& input, const codec::Header& header, const Area& part,
                        const Transform& transform, const Limits& limits) {
  const ImageInfo& info = header.info;
  const Params& params = transform.params();
  Plan plan;
  WHITTLE_TRY(plan.output, ChooseOutput(input, header, transform, limits));
  const codec::Codec& output = *plan.output.codec;
  WHITTLE_TRY(plan.layout, LayOut(part, transform, static_cast<std::uint32_t>(output.max_side)));
  plan.orientation = Composed(info.orientation, AskedTurn(params));
  plan.stored = {info.width, info.height};
  plan.shown = AsStored(plan.layout.shown, plan.orientation, plan.stored);
  plan.result = plan.layout.picture;
  plan.resized = pixel::Transposes(plan.orientation) ? plan.result.Transposed() : plan.result;
  plan.kernel = params.kernel;
  plan.decoded = plan.output.animated ? PixelFormat::kRgba8 : header.format;
  plan.working = Working(plan.decoded);
  plan.effects = {.attention = params.position == Position::kAttention,
                  .box_blur = params.box_blur,
                  .blur = params.blur,
                  .sharpen = params.sharpen};
  plan.adjustment = {.brightness = params.brightness,
                     .saturation = params.saturation,
                     .hue = params.hue,
                     .greyscale = params.greyscale,
                     .tint = params.tint,
                     .contrast = params.contrast,
                     .gamma = params.gamma};
  plan.keeps_canvas = !plan.output.animated && params.max_bytes > 0;
  plan.background = params.background.value_or(params.flatten);
  plan.written = Written(plan, params);
  if (!params.background && HasAlpha(plan.written)) plan.background.alpha = 0;
  plan.to_srgb = ConvertsProfile(plan, header, params);
  plan.subsampling = SubsamplingOf(output, params);
  if (FitsPlanes(plan, header, params)) plan.planes = header.planes;
  WHITTLE_CHECK(CountMemory(plan, header, transform, limits));
  return plan;
}

codec::EncodeSpec ResultOf(const Plan& plan, const Transform& transform) {
  const Params& params = transform.params();
  return {.width = static_cast<int>(plan.layout.canvas.width),
          .height = static_cast<int>(plan.layout.canvas.height),
          .format = plan.planes && plan.planes->count == 1 ? PixelFormat::kGray8 : plan.written,
          .quality = QualityFor(*plan.output.codec, params),
          .subsampling = plan.subsampling,
          .preset = params.preset,
          .effort = params.effort,
          .lossless = params.lossless,
          .progressive = params.progressive,
          .colours = params.colours};
}

}  // namespace whittle::pipeline
