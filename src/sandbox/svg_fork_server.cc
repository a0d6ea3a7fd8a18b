#include "sandbox/svg_fork_server.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "codec/svg/gzip.h"
#include "codec/svg/renderer.h"
#include "sandbox/confine.h"
#include "sandbox/descriptors.h"
#include "sandbox/svg_drawing.h"
#include "sandbox/svg_library.h"
#include "sandbox/svg_messages.h"

namespace whittle::sandbox {
namespace {

SvgResult ResultOf(const Error& error) {
  return error.kind == ErrorKind::kTooLarge ? SvgResult::kTooLarge : SvgResult::kUndecodable;
}

// One document from its first byte to its last pixel. What is here has been confined.
class Worker {
 public:
  Worker(const SvgLibrary& library, const Descriptor& server)
      : server_(server), drawing_(library) {}

  bool Load(const LoadSvg& limits, const Descriptor& document) {
    return SendMessage(server_, Loaded(limits, document));
  }
  bool Draw() {
    DrawSvg wanted;
    Descriptor file;
    if (!ReceiveMessage(server_, wanted, file)) return false;
    return SendMessage(server_, DrawnSvg{Drawn(wanted, file)});
  }

 private:
  LoadedSvg Loaded(const LoadSvg& limits, const Descriptor& document) {
    file_ = Mapping::Of(document, SizeOf(document), /*writable=*/false);
    if (!file_) return {.result = SvgResult::kUndecodable};
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

bool Work(const SvgLibrary& library, const Descriptor& server) {
  const Hello hello = {*library.rsvg_major_version, *library.rsvg_minor_version,
                       *library.rsvg_micro_version};
  if (!SendMessage(server, hello,
                   Descriptor(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)))))
    return false;
  LoadSvg limits;
  Descriptor document;
  if (!ReceiveMessage(server, limits, document)) return false;
  if (!Confine({.memory_bytes = limits.memory_bytes,
                .later_bytes = limits.drawn_bytes,
                .time = std::chrono::milliseconds(limits.milliseconds)})) {
    return false;
  }
  Worker worker(library, server);
  return worker.Load(limits, document) && worker.Draw();
}

}  // namespace

int RunSvgForkServer() {
  const Descriptor control(kControlDescriptor);
  const auto library = LoadSvgLibrary();
  if (!library) return 1;
  std::signal(SIGCHLD, SIG_IGN);  // nobody waits for workers
  while (true) {
    Job job;
    Descriptor server;
    if (!ReceiveMessage(control, job, server)) return 0;
    const pid_t child = fork();
    if (child != 0) continue;
    close(kControlDescriptor);
    const bool done = Work(*library, server);
    _exit(done ? 0 : 1);
  }
}

}  // namespace whittle::sandbox
