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
#include "pipeline/one_result.h"
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

Expected<void> MakePlanFor(Prepared& prepared, const Area& part) {
  const Transform& transform = *prepared.transform;
  WHITTLE_TRY(prepared.plan,
              MakePlan(*prepared.input, prepared.header, part, transform, *prepared.limits));
  prepared.guess = GuessCost(*prepared.input, prepared.header, prepared.plan,
                             ResultOf(prepared.plan, transform));
  return {};
}

// Which part of the source counts is known once all of it has been seen.
Expected<void> Settle(Workspace& workspace, Prepared& prepared, const std::stop_token& stop,
                      const MayHold& may_hold) {
  const Transform::Params& params = prepared.transform->params();
  const codec::Header& header = prepared.header;
  WHITTLE_TRY(const Area inside, FindInside(*prepared.input, prepared.source, *params.trim,
                                            *prepared.limits, stop, workspace));
  const std::uint64_t before = prepared.working_bytes();
  WHITTLE_CHECK(MakePlanFor(
      prepared, AsDisplayed(inside, Composed(header.info.orientation, AskedTurn(params)),
                            {header.info.width, header.info.height})));
  prepared.is_settled = true;
  if (prepared.working_bytes() > before && may_hold && !may_hold(prepared.working_bytes())) {
    return Fail(ErrorKind::kOverloaded, "no memory for what trim left");
  }
  return {};
}

}  // namespace

Expected<void> JudgeTruncated(const Job& job, bool truncated) {
  if (!truncated) return {};
  if (!job.shows_truncated) return Fail(ErrorKind::kUndecodable, "the file ends too early");
  job.truncated = true;
  return {};
}

Expected<Prepared> Prepare(ByteView source, const Transform& transform, const Limits& limits,
                           const std::stop_token& stop) {
  Prepared prepared{.source = source, .transform = &transform, .limits = &limits};
  WHITTLE_TRY(prepared.input, SniffOrRefuse(source, limits));
  const codec::Codec& input = *prepared.input;
  WHITTLE_TRY(prepared.header, input.probe_until != nullptr
                                   ? input.probe_until(source, limits, stop)
                                   : input.probe(source, limits));
  SettleColours(prepared.header);
  WHITTLE_CHECK(MakePlanFor(prepared, WholeOf(prepared.header, transform)));
  prepared.is_settled = !transform.params().trim.has_value();
  return prepared;
}

Expected<Encoded> Run(Workspace& workspace, Prepared& prepared, const std::stop_token& stop,
                      PhaseObserver* observer, const MayHold& may_hold) {
  SilentObserver silent;
  PhaseObserver& phases = observer != nullptr ? *observer : silent;
  phases.Enter(Phase::kDecode);
  if (!prepared.is_settled) WHITTLE_CHECK(Settle(workspace, prepared, stop, may_hold));
  OneResult result(workspace, prepared, stop, phases);
  WHITTLE_CHECK(result.Begin());
  WHITTLE_TRY(Bytes bytes, Encode(result.job(), *prepared.transform));
  return result.End(std::move(bytes));
}

Expected<Encoded> Run(Workspace& workspace, ByteView source, const Transform& transform,
                      const Limits& limits, const std::stop_token& stop, PhaseObserver* observer) {
  WHITTLE_TRY(Prepared prepared, Prepare(source, transform, limits, stop));
  return Run(workspace, prepared, stop, observer);
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
  const codec::Codec* input = codec::Sniff(source);
  if (input != nullptr && input->memory_chooses) {
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
                          const std::stop_token& stop, PhaseObserver* observer) {
  pipeline::Workspace workspace;
  return pipeline::Run(workspace, source, transform, limits, stop, observer);
}

std::string Version() { return "whittle " WHITTLE_VERSION; }

}  // namespace whittle
