#include "pipeline/one_result.h"

#include <string>
#include <utility>

#include "pipeline/colours.h"
#include "pipeline/metadata.h"

namespace whittle::pipeline {

Expected<void> OneResult::Begin(const SharedPlanes* shared) {
  const Plan& plan = prepared_.plan;
  const Transform& transform = *prepared_.transform;
  const codec::Header& header = prepared_.header;
  WHITTLE_CHECK(workspace_.Prepare(plan, shared));
  metadata_ = KeptMetadata(*prepared_.input, prepared_.source, header, transform.params().keep,
                           plan.layout.canvas, *prepared_.limits, stop_);
  codec::EncodeSpec result = ResultOf(plan, transform);
  DescribeColours(plan, header, result);
  result.exif = metadata_.exif.view();
  result.xmp = metadata_.xmp.view();
  result.loops = header.loops;
  result.stop = stop_;
  job_.emplace(Job{.input = *prepared_.input,
                   .source = prepared_.source,
                   .header = header,
                   .plan = plan,
                   .limits = *prepared_.limits,
                   .result = result,
                   .stop = stop_,
                   .phases = phases_,
                   .workspace = workspace_,
                   .shows_truncated = transform.params().shows_truncated,
                   .truncated = truncated_});
  return {};
}

Encoded OneResult::End(Bytes bytes) {
  const Plan& plan = prepared_.plan;
  if (!truncated_) {
    auto instead = SourceInstead(*prepared_.input, prepared_.source, prepared_.header, plan,
                                 *prepared_.transform, *prepared_.limits, bytes.size(), stop_);
    if (instead) bytes = *std::move(instead);
  }
  return Encoded{.bytes = std::move(bytes),
                 .mime = std::string(plan.output.codec->mime),
                 .width = plan.layout.canvas.width,
                 .height = plan.layout.canvas.height,
                 .source = prepared_.header.info,
                 .truncated = truncated_};
}

}  // namespace whittle::pipeline
