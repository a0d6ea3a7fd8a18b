#include "sandbox/svg_worker.h"

#include <chrono>
#include <optional>
#include <span>
#include <utility>

#include "codec/svg/gzip.h"
#include "codec/svg/renderer.h"
#include "sandbox/confine.h"
#include "sandbox/descriptors.h"
#include "sandbox/svg_drawing.h"
#include "sandbox/svg_library.h"
#include "sandbox/svg_loading.h"
#include "sandbox/svg_messages.h"

namespace whittle::sandbox {
namespace {

SvgResult ResultOf(const Error& error) {
  return error.kind == ErrorKind::kTooLarge ? SvgResult::kTooLarge : SvgResult::kUndecodable;
}

// One document from its first byte to its last pixel. What is here has been confined.
class SvgJob {
 public:
  SvgJob(const SvgLibrary& library, const Descriptor& server)
      : server_(server), drawing_(library) {}

  bool Load(const LoadSvg& limits, const Descriptor& document) {
    return SendMessage(server_, Loaded(limits, document));
  }
  bool Draw() {
    DrawSvg wanted;
    Descriptor file;
    if (!ReceiveMessage(server_, wanted, file)) return false;
    return SendMessage(server_, DrawnSvg{.result = Drawn(wanted, file)});
  }

 private:
  LoadedSvg Loaded(const LoadSvg& limits, const Descriptor& document) {
    file_ = Mapping::Of(document, SizeOf(document), /*writable=*/false);
    if (!file_) {
      const bool empty = SizeOf(document) == 0;
      return {.result = empty ? SvgResult::kUndecodable : SvgResult::kTooLarge};
    }
    ByteView text = file_->bytes();
    if (codec::IsGzip(text)) {
      auto inflated = codec::Inflated(text, limits.text_bytes);
      if (!inflated) return {.result = ResultOf(inflated.error())};
      text_ = *std::move(inflated);
      text = text_.view();
    }
    if (text.size() > limits.text_bytes) return {.result = SvgResult::kTooLarge};
    return drawing_.Load(text, codec::kSvgDpi);
  }

  SvgResult Drawn(const DrawSvg& wanted, const Descriptor& file) {
    const std::size_t size = SizeOf(file);
    if (!AllowMemory(size)) return SvgResult::kTooLarge;
    const auto pixels = Mapping::Of(file, size, /*writable=*/true);
    return pixels ? drawing_.Draw(wanted, pixels->bytes()) : SvgResult::kTooLarge;
  }

  const Descriptor& server_;
  std::optional<Mapping> file_;
  Bytes text_;  // where the file is compressed
  SvgDrawing drawing_;
};

bool Run(const SvgLibrary& library, const Descriptor& server, const Confinement& confinement) {
  LoadSvg limits;
  Descriptor document;
  if (!ReceiveMessage(server, limits, document)) return false;
  if (!confinement.Enter({.memory_bytes = limits.memory_bytes,
                          .later_bytes = limits.drawn_bytes,
                          .time = std::chrono::milliseconds(limits.milliseconds)})) {
    return false;
  }
  SvgJob job(library, server);
  return job.Load(limits, document) && job.Draw();
}

}  // namespace

std::optional<Work> PrepareSvg() {
  auto library = LoadSvgLibrary();
  if (!library) return std::nullopt;
  LoadForDrawing(library->handle);
  return Work{
      .major = *library->rsvg_major_version,
      .minor = *library->rsvg_minor_version,
      .micro = *library->rsvg_micro_version,
      .needs = {.files = Files::kRead, .readable = PathsForDrawing(library->handle)},
      .run = [library = *library](const Descriptor& server, const Confinement& confinement) {
        return Run(library, server, confinement);
      }};
}

}  // namespace whittle::sandbox
