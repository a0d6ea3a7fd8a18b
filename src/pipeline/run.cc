#include "pipeline/run.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "codec/codec.h"
#include "codec/registry.h"
#include "color/cmyk.h"
#include "pipeline/delivery.h"
#include "pipeline/plan.h"

namespace whittle {
namespace pipeline {
namespace {

using pixel::ConstRowSpan;
using pixel::RowSpan;

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

// Hands `rows` to the resizer and what comes ready to the delivery.
Expected<void> Resize(Workspace& workspace, ConstRowSpan rows, Delivery& delivery,
                      PhaseObserver& observer) {
  const RowSpan ready = workspace.resized.rows();
  observer.Enter(Phase::kResize);
  while (rows.rows > 0) {
    const int taken = workspace.resizer.Push(rows);
    rows = rows.Slice(taken, rows.rows - taken);
    while (const int count = workspace.resizer.Pull(ready)) {
      observer.Enter(Phase::kEncode);
      WHITTLE_CHECK(delivery.Take(ready.Slice(0, count)));
      observer.Enter(Phase::kResize);
    }
  }
  return {};
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
  WHITTLE_TRY(const auto decoder, input->open(source, limits, stop));

  std::optional<color::CmykToRgb> to_rgb;
  if (plan.decoded == pixel::PixelFormat::kCmyk8) {
    to_rgb.emplace(header.icc.view());
    header.icc = Bytes();  // it describes ink; the result is sRGB
  }
  const codec::Codec& output = *codec::ByName("jpeg");
  WHITTLE_TRY(const auto encoder, output.create({.width = static_cast<int>(plan.result.width),
                                                 .height = static_cast<int>(plan.result.height),
                                                 .format = plan.working,
                                                 .quality = transform.quality(),
                                                 .preset = transform.preset(),
                                                 .icc = header.icc.view()}));
  Delivery delivery(plan, workspace, *encoder);

  while (true) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    phases.Enter(Phase::kDecode);
    const RowSpan batch = workspace.decoded.rows();
    WHITTLE_TRY(const int count, decoder->Read(batch));
    if (count == 0) break;
    ConstRowSpan rows = batch.Slice(0, count);
    if (to_rgb) {
      const RowSpan converted = workspace.converted.rows().Slice(0, count);
      to_rgb->Convert(rows, converted);
      rows = converted;
    }
    if (plan.resizes()) {
      WHITTLE_CHECK(Resize(workspace, rows, delivery, phases));
    } else {
      phases.Enter(Phase::kEncode);
      WHITTLE_CHECK(delivery.Take(rows));
    }
  }
  phases.Enter(Phase::kEncode);
  WHITTLE_TRY(Bytes bytes, delivery.Finish());
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
