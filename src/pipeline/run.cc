#include "pipeline/run.h"

#include <string>
#include <utility>

#include "codec/codec.h"
#include "codec/registry.h"
#include "pipeline/job.h"
#include "pipeline/plan.h"

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

}  // namespace

Expected<Encoded> Run(Workspace& workspace, ByteView source, const Transform& transform,
                      const Limits& limits, const std::stop_token& stop, PhaseObserver* observer) {
  SilentObserver silent;
  PhaseObserver& phases = observer != nullptr ? *observer : silent;

  WHITTLE_TRY(const codec::Codec* input, SniffOrRefuse(source, limits));
  phases.Enter(Phase::kDecode);
  WHITTLE_TRY(codec::Header header, input->probe(source, limits));
  WHITTLE_TRY(const Plan plan, MakePlan(header, transform, limits));
  WHITTLE_CHECK(workspace.Prepare(plan));

  const codec::Codec& output = *codec::ByName("jpeg");
  const Job job = {.input = *input,
                   .output = output,
                   .source = source,
                   .header = header,
                   .plan = plan,
                   .limits = limits,
                   .result = ResultOf(plan, transform),
                   .stop = stop,
                   .phases = phases,
                   .workspace = workspace};
  WHITTLE_TRY(Bytes bytes, plan.planes ? StreamPlanes(job) : StreamRows(job));
  return Encoded{.bytes = std::move(bytes),
                 .mime = std::string(output.mime),
                 .width = plan.result.width,
                 .height = plan.result.height,
                 .source = std::move(header.info)};
}

std::string_view Revision() {
  static const std::string revision = [] {
    std::string text = Version();
    for (const codec::Codec* codec : codec::All()) {
      text += ", ";
      text += codec->library_version();
    }
    return text;
  }();
  return revision;
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
