#include "pipeline/plan.h"

#include <fmt/format.h>

#include "base/checked.h"
#include "pipeline/workspace.h"

namespace whittle::pipeline {
namespace {

using pixel::PixelFormat;

PixelFormat DecodedFormat(int channels) {
  if (channels == 1) return PixelFormat::kGray8;
  return channels == 4 ? PixelFormat::kCmyk8 : PixelFormat::kRgb8;
}

std::uint64_t FrameBytes(Size size, PixelFormat format) {
  return size.pixels() * static_cast<std::uint64_t>(pixel::PixelBytes(format));
}

// An encoder that optimises its entropy code keeps every coefficient, 2.25 bytes for each sample of
// whole MCUs, and all of them keep a band.
std::uint64_t EncoderBytes(const Plan& plan, const Transform& transform) {
  const auto whole = [](std::uint32_t side) { return (side + 15) / 16 * 16; };
  const Size padded = {whole(plan.result.width), whole(plan.result.height)};
  const std::uint64_t bands = std::uint64_t{padded.width} * 64;
  if (transform.preset() == Preset::kFast) return bands;
  return bands + FrameBytes(padded, plan.working) * 9 / 4;
}

}  // namespace

Expected<Plan> MakePlan(const codec::Header& header, const Transform& transform,
                        const Limits& limits) {
  const ImageInfo& info = header.info;
  Plan plan;
  plan.orientation = info.orientation;
  plan.stored = {info.width, info.height};
  plan.result = FitInside({info.displayed_width(), info.displayed_height()}, transform);
  plan.resized = info.orientation >= 5 ? plan.result.Transposed() : plan.result;
  plan.decoded = DecodedFormat(info.channels);
  plan.working = plan.decoded == PixelFormat::kGray8 ? PixelFormat::kGray8 : PixelFormat::kRgb8;
  plan.subsampling = codec::SubsamplingFor(transform.quality());
  // Who asks for colour at full resolution gets it averaged as light as well, which takes RGB.
  const bool grey = plan.working == PixelFormat::kGray8;
  if (grey || plan.subsampling == codec::Subsampling::k420) plan.planes = header.planes;

  for (const std::uint64_t part :
       {header.decode_bytes, Workspace::BytesNeeded(plan), EncoderBytes(plan, transform),
        std::uint64_t{header.icc.size()}}) {
    plan.working_bytes = SaturatingAdd(plan.working_bytes, part);
  }
  if (plan.working_bytes > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, fmt::format("the job needs {} bytes of working memory, {} "
                                                  "are allowed",
                                                  plan.working_bytes, limits.max_working_bytes));
  }
  return plan;
}

codec::EncodeSpec ResultOf(const Plan& plan, const Transform& transform) {
  return {.width = static_cast<int>(plan.result.width),
          .height = static_cast<int>(plan.result.height),
          .format = plan.working,
          .quality = transform.quality(),
          .subsampling = plan.subsampling,
          .preset = transform.preset()};
}

}  // namespace whittle::pipeline
