#include "pipeline/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/checked.h"
#include "codec/encoder_memory.h"
#include "codec/metadata/exif_keep.h"
#include "codec/metadata/xmp_keep.h"
#include "codec/quality_scale.h"
#include "color/space_transform.h"
#include "pipeline/colours.h"
#include "pipeline/compared.h"
#include "pipeline/fine_chroma.h"
#include "pipeline/operations.h"
#include "pipeline/result_planes.h"
#include "pipeline/shared_planes.h"
#include "pipeline/turns.h"
#include "pipeline/workspace.h"
#include "pixel/convert.h"
#include "pixel/orient.h"
#include "transform/own_quality.h"

namespace whittle::pipeline {
namespace {

using codec::Subsampling;
using pixel::PixelFormat;
using Params = Transform::Params;

std::uint64_t FrameBytes(Size size, PixelFormat format) {
  return size.pixels() * static_cast<std::uint64_t>(pixel::PixelBytes(format));
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
  return params.preset == Preset::kQuality
             ? Subsampling::k444
             : codec::SubsamplingFor(transform::QualityFor(output.name, params));
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
  const PixelFormat made = FormatAfterOperations(plan);
  const bool alpha = (HasAlpha(made) && !flattened) || transparent_padding;
  const bool coloured =
      params.background && !IsGrey(*params.background) && (pads || HasAlpha(made));
  const bool grey = IsGrey(made) && !coloured;
  return WrittenFormat(*plan.output.codec, pixel::FormatWith(grey, alpha, IsWide(plan.working)));
}

// A transparent background has something behind it, too, where the format has no alpha.
Colour BackgroundOf(const Params& params, PixelFormat written) {
  Colour background = params.background.value_or(params.flatten);
  if (HasAlpha(written)) {
    if (!params.background) background.alpha = 0;
    return background;
  }
  std::array<std::uint8_t, 4> rgba = {background.red, background.green, background.blue,
                                      background.alpha};
  std::array<std::uint8_t, 3> rgb = {};
  pixel::ConvertRows({rgba.data(), rgba.size(), 1, 1, PixelFormat::kRgba8},
                     {rgb.data(), rgb.size(), 1, 1, PixelFormat::kRgb8}, params.flatten);
  return {rgb[0], rgb[1], rgb[2], 255};
}

bool FitsPlanes(const Plan& plan, const codec::Header& header, const Params& params) {
  const codec::Codec& output = *plan.output.codec;
  if (!header.planes || output.create_planes == nullptr || plan.output.animated) return false;
  if (plan.pads() || !plan.operations.empty() || plan.keeps_canvas) return false;
  if (plan.to_srgb || params.lossless || params.colours) return false;
  if (plan.kernel != Kernel::kLanczos3) return false;
  // Who asks for colour at full resolution gets it averaged as light as well, which takes RGB.
  return plan.written == PixelFormat::kGrey8 || plan.subsampling == Subsampling::k420;
}

// Larger results have the quality of the settings: several encodes would take too long, and their
// pixels are too many to be looked at.
constexpr std::uint64_t kMostAutoPixels = 16'000'000;

// HDR is not looked at either: likeness is judged in sRGB.
std::optional<double> AutoTarget(const Plan& plan, const codec::Header& header,
                                 const Params& params) {
  if (!params.auto_quality || plan.output.animated || params.lossless) return std::nullopt;
  if (KeepsHdr(plan, header)) return std::nullopt;
  if (plan.output.codec->quality_scale == nullptr) return std::nullopt;
  if (plan.layout.canvas.pixels() > kMostAutoPixels) return std::nullopt;
  return params.auto_target;
}

// The original and the copy that are compared, the file between them and its decoder.
std::uint64_t ComparisonBytes(const Plan& plan) {
  if (!plan.auto_target) return 0;
  const Size canvas = plan.layout.canvas;
  return 3 * Compared::BytesNeeded(canvas.width, canvas.height) +
         effect::Likeness::BytesNeeded(canvas.width, canvas.height) +
         (plan.planes && WeighsChroma(plan) ? FineChroma::BytesNeeded(plan) : 0) +
         2 * FrameBytes(canvas, plan.written);
}

// Objects, blocks' headers and tables of libraries, which nobody counts one by one.
constexpr std::uint64_t kSmallThings = 128 << 10;

// The most that a decoder of `decoder` bytes and the encoder hold together. Rows end with their
// decoder before the encoder is told to finish; frames do not, nor do planes, by this estimate.
std::uint64_t CodecBytes(const Plan& plan, std::uint64_t decoder, const Transform& transform) {
  codec::EncodeSpec result = ResultOf(plan, transform);
  // A search may go up to there.
  if (plan.auto_target) result.quality = plan.output.codec->quality_scale->most();
  const codec::EncoderMemory encoder = plan.output.codec->encoder_memory(result);
  if (plan.output.animated || plan.planes) return SaturatingAdd(decoder, encoder.most);
  // A canvas that is kept is the workspace's.
  return std::max(plan.keeps_canvas ? decoder : SaturatingAdd(decoder, encoder.taking),
                  encoder.most);
}

std::uint64_t DecoderBytes(const Plan& plan, const codec::Header& header) {
  if (plan.output.animated) return std::max(header.decode_bytes, header.frames_bytes);
  const std::uint64_t drawn = plan.drawing ? FrameBytes(plan.stored, plan.decoded) : 0;
  return SaturatingAdd(header.decode_bytes, drawn);
}

// Of the decoder's rows, where several results have them and one might change them.
std::uint64_t CopyBytes(const Plan& plan) {
  return RowBuffer::BytesNeeded(plan.stored.width, Workspace::kBatchRows, plan.decoded);
}

// Of EXIF and XMP that are looked through, both of them whatever is kept: their size is not in the
// header.
std::uint64_t MetadataBytes(const codec::Codec& input, const Params& params, const Limits& limits) {
  if (params.keep == Keep::kNone || input.metadata == nullptr) return 0;
  const std::uint64_t most = limits.max_icc_bytes;
  const std::uint64_t xmp = params.keep == Keep::kAll ? codec::XmpBytesNeeded(most) : most;
  return most + codec::kExifBytes + xmp;
}

Expected<void> CountMemory(Plan& plan, const codec::Codec& input, const codec::Header& header,
                           const Transform& transform, const Limits& limits) {
  const bool converts_space = plan.to_srgb && !header.colour.empty();
  const std::uint64_t decoder = DecoderBytes(plan, header);
  std::uint64_t besides = 0;
  for (const std::uint64_t part :
       {Workspace::BytesNeeded(plan), OperationBytes(plan), ComparisonBytes(plan), kSmallThings,
        MetadataBytes(input, plan.params, limits), std::uint64_t{header.icc.size()},
        converts_space ? color::SpaceToSrgb::kBytes : 0}) {
    besides = SaturatingAdd(besides, part);
  }
  plan.working_bytes = SaturatingAdd(besides, CodecBytes(plan, decoder, transform));
  plan.shared_bytes =
      SaturatingAdd(decoder, plan.planes ? SharedPlanes::BytesNeeded(plan) : CopyBytes(plan));
  plan.own_bytes = SaturatingAdd(besides, CodecBytes(plan, 0, transform));
  if (plan.working_bytes <= limits.max_working_bytes) return {};
  return Fail(ErrorKind::kTooLarge, fmt::format("the job needs {} bytes of working memory, {} are "
                                                "allowed",
                                                plan.working_bytes, limits.max_working_bytes));
}

// A vector picture is drawn as large as it will be shown, and only what is shown of it.
Expected<void> PlanDrawing(Plan& plan, const Limits& limits) {
  const Size size = plan.resized;
  if (size.pixels() > limits.max_source_pixels) {
    return Fail(ErrorKind::kTooLarge, "too many pixels to draw");
  }
  plan.drawing = {.left = plan.shown.left,
                  .top = plan.shown.top,
                  .right = plan.shown.right,
                  .bottom = plan.shown.bottom,
                  .width = static_cast<int>(size.width),
                  .height = static_cast<int>(size.height)};
  plan.stored = size;
  plan.shown = Area::Of(size);
  return {};
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
  plan.params = params;
  WHITTLE_TRY(plan.output, ChooseOutput(input, header, transform, limits));
  const codec::Codec& output = *plan.output.codec;
  const bool vector = header.vector != nullptr;
  WHITTLE_TRY(plan.layout,
              LayOut(part, transform, static_cast<std::uint32_t>(output.max_side), vector));
  plan.orientation = Composed(info.orientation, AskedTurn(params));
  plan.stored = {info.width, info.height};
  plan.shown = AsStored(plan.layout.shown, plan.orientation, plan.stored);
  plan.result = plan.layout.picture;
  plan.resized = pixel::Transposes(plan.orientation) ? plan.result.Transposed() : plan.result;
  if (vector) WHITTLE_CHECK(PlanDrawing(plan, limits));
  plan.kernel = params.kernel;
  plan.decoded = plan.output.animated ? PixelFormat::kRgba8 : header.format;
  plan.working = Working(plan.decoded);
  plan.operations = ActiveOperations(plan);
  plan.written = Written(plan, params);
  plan.background = BackgroundOf(params, plan.written);
  plan.to_srgb = ConvertsColours(plan, header, params);
  plan.subsampling = SubsamplingOf(output, params);
  plan.indexed = info.colours > 0 && !params.lossless && !plan.output.animated;
  plan.auto_target = AutoTarget(plan, header, params);
  plan.keeps_canvas = !plan.output.animated && params.max_bytes > 0;
  if (FitsPlanes(plan, header, params)) {
    plan.planes = header.planes;
  } else if (plan.auto_target) {
    plan.keeps_canvas = true;
  }
  WHITTLE_CHECK(CountMemory(plan, input, header, transform, limits));
  return plan;
}

codec::EncodeSpec ResultOf(const Plan& plan, const Transform& transform) {
  const Params& params = transform.params();
  return {.width = static_cast<int>(plan.layout.canvas.width),
          .height = static_cast<int>(plan.layout.canvas.height),
          .format = plan.planes && plan.planes->count == 1 ? PixelFormat::kGrey8 : plan.written,
          .quality = transform::QualityFor(plan.output.codec->name, params),
          .subsampling = plan.subsampling,
          .preset = params.preset,
          .effort = params.effort,
          .lossless = params.lossless,
          .progressive = params.progressive,
          .colours = params.colours,
          .indexed = plan.indexed};
}

}  // namespace whittle::pipeline
