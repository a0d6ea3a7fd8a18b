#include "pipeline/run.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "codec/codec.h"
#include "codec/metadata/exif_keep.h"
#include "codec/metadata/xmp_keep.h"
#include "codec/registry.h"
#include "color/icc_transform.h"
#include "pipeline/colours.h"
#include "pipeline/encode_kept.h"
#include "pipeline/job.h"
#include "pipeline/kept_canvas.h"
#include "pipeline/metadata.h"
#include "pipeline/plan.h"
#include "pipeline/trim.h"
#include "pipeline/turns.h"

namespace whittle {
namespace pipeline {
namespace {

class SilentObserver final : public PhaseObserver {
 public:
  void Enter(Phase) override {}
};

Expected<const codec::Codec*> SniffOrRefuse(ByteView source, const Limits& limits) {
  if (source.size() > limits.max_source_bytes) {
    return Fail(ErrorKind::kTooLarge, "too many source bytes");
  }
  if (const codec::Codec* found = codec::Sniff(source)) return found;
  return Fail(ErrorKind::kUnsupported, "no codec knows these first bytes");
}

Expected<Bytes> Encode(const Job& job, const Transform& transform) {
  if (job.plan.planes) return StreamPlanes(job);
  if (job.plan.output.animated) return StreamFrames(job);
  if (job.plan.keeps_canvas) {
    KeptCanvas kept(job.workspace.kept, job.result);
    WHITTLE_CHECK(StreamRows(job, kept));
    return EncodeKept(job, kept.rows(), transform.params().max_bytes);
  }
  WHITTLE_TRY(const auto sink, job.output().create(job.result));
  WHITTLE_CHECK(StreamRows(job, *sink));
  return sink->Finish();
}

// What counts of the source, as displayed.
Expected<Area> PartOf(const codec::Codec& input, ByteView source, const codec::Header& header,
                      const Transform& transform, const Limits& limits, const std::stop_token& stop,
                      Workspace& workspace) {
  const Transform::Params& params = transform.params();
  if (!params.trim) return WholeOf(header, transform);
  WHITTLE_TRY(const Area inside, FindInside(input, source, *params.trim, limits, stop, workspace));
  return AsDisplayed(inside, Composed(header.info.orientation, AskedTurn(params)),
                     {header.info.width, header.info.height});
}

}  // namespace

Expected<void> JudgeTruncated(const Job& job, bool truncated) {
  if (!truncated) return {};
  if (!job.shows_truncated) return Fail(ErrorKind::kUndecodable, "the file ends too early");
  job.truncated = true;
  return {};
}

Expected<Encoded> Run(Workspace& workspace, ByteView source, const Transform& transform,
                      const Limits& limits, const std::stop_token& stop, PhaseObserver* observer) {
  SilentObserver silent;
  PhaseObserver& phases = observer != nullptr ? *observer : silent;

  WHITTLE_TRY(const codec::Codec* input, SniffOrRefuse(source, limits));
  phases.Enter(Phase::kDecode);
  WHITTLE_TRY(codec::Header header, input->probe(source, limits));
  SettleColours(header);
  WHITTLE_TRY(const Area part, PartOf(*input, source, header, transform, limits, stop, workspace));
  WHITTLE_TRY(const Plan plan, MakePlan(*input, header, part, transform, limits));
  WHITTLE_CHECK(workspace.Prepare(plan));

  const codec::Metadata metadata =
      KeptMetadata(*input, source, transform.params().keep, plan.layout.canvas, limits);
  codec::EncodeSpec result = ResultOf(plan, transform);
  DescribeColours(plan, header, result);
  result.exif = metadata.exif.view();
  result.xmp = metadata.xmp.view();
  result.loops = header.loops;
  result.stop = stop;
  bool truncated = false;
  const Job job = {.input = *input,
                   .source = source,
                   .header = header,
                   .plan = plan,
                   .limits = limits,
                   .result = result,
                   .stop = stop,
                   .phases = phases,
                   .workspace = workspace,
                   .shows_truncated = transform.params().shows_truncated,
                   .truncated = truncated};
  WHITTLE_TRY(Bytes bytes, Encode(job, transform));
  if (!truncated) {
    auto instead =
        SourceInstead(*input, source, header, plan, transform, limits, bytes.size(), stop);
    if (instead) bytes = *std::move(instead);
  }
  return Encoded{.bytes = std::move(bytes),
                 .mime = std::string(plan.output.codec->mime),
                 .width = plan.layout.canvas.width,
                 .height = plan.layout.canvas.height,
                 .source = std::move(header.info),
                 .truncated = truncated};
}

std::string_view Revision() {
  static const std::string revision = [] {
    std::string text = Version();
    const auto add = [&text](std::string_view version) { text.append(", ").append(version); };
    for (const codec::Codec* codec : codec::All()) add(codec->library_version());
    add(color::LibraryVersion());
    add(codec::ExifLibraryVersion());
    add(codec::XmpLibraryVersion());
    return text;
  }();
  return revision;
}

std::string ChoosingLimits(ByteView source, const Limits& limits) {
  std::string text = fmt::format("frames {}, animation {}, profile {}", limits.max_frames,
                                 limits.max_animation_pixels, limits.max_icc_bytes);
  // A picture within an SVG that finds no memory is left out.
  const codec::Codec* input = codec::Sniff(source);
  if (input != nullptr && input->name == "svg") {
    text += fmt::format(", memory {}", limits.max_working_bytes);
  }
  return text;
}

}  // namespace pipeline

Expected<ImageInfo> Probe(ByteView source, const Limits& limits) {
  WHITTLE_TRY(const codec::Codec* input, pipeline::SniffOrRefuse(source, limits));
  WHITTLE_TRY(codec::Header header, input->probe(source, limits));
  return std::move(header.info);
}

Expected<Encoded> Process(ByteView source, const Transform& transform, const Limits& limits,
                          std::stop_token stop, PhaseObserver* observer) {
  pipeline::Workspace workspace;
  return pipeline::Run(workspace, source, transform, limits, stop, observer);
}

std::string Version() { return "whittle " WHITTLE_VERSION; }

}  // namespace whittle
