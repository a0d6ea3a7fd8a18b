#include "sandbox/svg_processes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "sandbox/svg_messages.h"

namespace whittle::sandbox {
namespace {

using Clock = std::chrono::steady_clock;

// The worker's own clock is the second fence, for when nobody is there to kill it.
constexpr auto kGrace = std::chrono::milliseconds(500);

// What the dynamic loader and fontconfig look at; nothing else of the environment is handed on.
constexpr const char* kHandedOn[] = {"LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH",
                                     "HOME", "XDG_CACHE_HOME"};

std::vector<std::string> Environment() {
  std::vector<std::string> variables = {"LC_ALL=C.UTF-8", "RAYON_NUM_THREADS=1"};
  for (const char* name : kHandedOn) {
    if (const char* value = std::getenv(name))
      variables.push_back(fmt::format("{}={}", name, value));
  }
  return variables;
}

Error ErrorOf(SvgResult result) {
  if (result == SvgResult::kTooLarge)
    return Error::Of(ErrorKind::kTooLarge, "takes too much memory");
  return Error::Of(ErrorKind::kUndecodable, "librsvg refuses it");
}

// A worker that has said hello, which dies with this.
class WorkerProcess {
 public:
  WorkerProcess(Descriptor socket, Clock::time_point deadline)
      : socket_(std::move(socket)), deadline_(deadline) {}
  ~WorkerProcess() { Kill(); }
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  Expected<Hello> Greet() { return Answer<Hello>(&process_); }
  template <class Reply, class Question>
  Expected<Reply> Ask(const Question& question, const Descriptor& file) {
    if (!SendMessage(socket_, question, file)) return Died();
    return Answer<Reply>(nullptr);
  }
  /// Any thread. A question that is being asked fails.
  void Kill() const {
    if (process_.valid()) syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
  }

 private:
  static std::unexpected<Error> Died() {
    return Fail(ErrorKind::kUndecodable, "the process that draws it has died");
  }
  template <class Reply>
  Expected<Reply> Answer(Descriptor* file) {
    pollfd wanted = {socket_.get(), POLLIN, 0};
    int ready = 0;
    do {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
      ready = poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) return Fail(ErrorKind::kTooSlow, "the time for drawing is up");
    Reply reply;
    Descriptor came;
    if (!ReceiveMessage(socket_, reply, came)) return Died();
    if (file != nullptr) *file = std::move(came);
    return reply;
  }

  Descriptor socket_;
  Descriptor process_;
  const Clock::time_point deadline_;
};

class DrawnRows final : public codec::RowSource {
 public:
  DrawnRows(Mapping pixels, int width, int height, std::stop_token stop)
      : pixels_(std::move(pixels)), width_(width), height_(height), stop_(std::move(stop)) {}

  int width() const override { return width_; }
  int height() const override { return height_; }
  pixel::PixelFormat format() const override { return pixel::PixelFormat::kRgba8; }
  Expected<int> Read(pixel::RowSpan batch) override {
    assert(batch.width == width_ && batch.format == format());
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    const int count = std::max(std::min(batch.rows, height_ - next_row_), 0);
    for (int i = 0; i < count; ++i) {
      const std::size_t bytes = batch.row_bytes();
      const auto row = static_cast<std::size_t>(next_row_ + i);
      std::memcpy(batch.row(i), pixels_.bytes().data() + row * bytes, bytes);
    }
    next_row_ += count;
    return count;
  }

 private:
  Mapping pixels_;
  const int width_, height_;
  std::stop_token stop_;
  int next_row_ = 0;
};

class LoadedDocument final : public codec::VectorPicture {
 public:
  LoadedDocument(std::unique_ptr<WorkerProcess> worker, const LoadedSvg& about)
      : worker_(std::move(worker)),
        width_(std::max(std::round(about.width), 1.0)),
        height_(std::max(std::round(about.height), 1.0)) {}

  Expected<std::unique_ptr<codec::RowSource>> Draw(const codec::Drawing& drawing,
                                                   std::stop_token stop) override {
    const auto worker = std::exchange(worker_, nullptr);
    if (worker == nullptr) return Fail(ErrorKind::kInternal, "drawn twice");
    if (drawing.width < 1 || drawing.height < 1 || drawing.width > codec::kSvgMaxSide ||
        drawing.height > codec::kSvgMaxSide) {
      return Fail(ErrorKind::kTooLarge, "a side is too long to draw");
    }
    const std::size_t size = std::size_t{4} * static_cast<unsigned>(drawing.width) *
                             static_cast<unsigned>(drawing.height);
    WHITTLE_TRY(const Descriptor file, FileOfSize(size));
    const auto drawn = [&] {
      const std::stop_callback kill(stop, [&worker] { worker->Kill(); });
      return worker->Ask<DrawnSvg>(DrawSvg{.left = drawing.left / width_,
                                           .top = drawing.top / height_,
                                           .right = drawing.right / width_,
                                           .bottom = drawing.bottom / height_,
                                           .width = drawing.width,
                                           .height = drawing.height},
                                   file);
    }();
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    if (!drawn) return std::unexpected(drawn.error());
    if (drawn->result != SvgResult::kOk) return std::unexpected(ErrorOf(drawn->result));
    auto pixels = Mapping::Of(file, size, /*writable=*/false);
    if (!pixels) return Fail(ErrorKind::kInternal, "no address space for a picture");
    return std::make_unique<DrawnRows>(*std::move(pixels), drawing.width, drawing.height,
                                       std::move(stop));
  }

 private:
  std::unique_ptr<WorkerProcess> worker_;
  const double width_, height_;  // in the pixels that the header tells
};

}  // namespace

Expected<std::unique_ptr<SvgProcesses>> SvgProcesses::Start(Options options) {
  constexpr std::string_view kFirst =
      "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>";
  constexpr codec::SvgLimits kEnough = {1 << 10, 192 << 20, 4 << 20};
  std::unique_ptr<SvgProcesses> processes(new SvgProcesses(std::move(options)));
  WHITTLE_TRY(Descriptor socket, processes->NewWorker());
  // The first time libraries may have to be read from a disk.
  WorkerProcess worker(std::move(socket), Clock::now() + std::chrono::seconds(10));
  const auto hello = worker.Greet();
  const auto first = processes->Load(AsBytes(kFirst), kEnough);
  if (!hello || !first) {
    return FailSaying(ErrorKind::kBadRequest,
                      "svg is on, but nothing can be drawn: is librsvg 2.52 "
                      "or later installed (Debian: librsvg2-2)?");
  }
  processes->version_ = fmt::format("librsvg {}.{}.{}", hello->major, hello->minor, hello->micro);
  return processes;
}

SvgProcesses::~SvgProcesses() {
  control_.Close();  // which tells it to end
  if (fork_server_ > 0) waitpid(fork_server_, nullptr, 0);
}

bool SvgProcesses::Spawn() const {
  auto sockets = ConnectedSockets();
  if (!sockets) return false;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  for (int fd = 0; fd < kControlDescriptor; ++fd) {
    posix_spawn_file_actions_addopen(&files, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
  }
  posix_spawn_file_actions_adddup2(&files, sockets->theirs.get(), kControlDescriptor);
  posix_spawn_file_actions_addclosefrom_np(&files, kControlDescriptor + 1);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  std::vector<std::string> texts = Environment();
  std::vector<char*> environment;
  for (std::string& text : texts) environment.push_back(text.data());
  environment.push_back(nullptr);
  std::string name = "whittle", command = kForkServerCommand;
  char* arguments[] = {name.data(), command.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, options_.program.c_str(), &files, &attributes, arguments,
                                environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) return false;
  control_ = std::move(sockets->ours);
  if (fork_server_ > 0) waitpid(fork_server_, nullptr, 0);  // it has died
  fork_server_ = child;
  return true;
}

bool SvgProcesses::Ask(const Descriptor& worker) const {
  return control_.valid() && SendMessage(control_, Job{}, worker);
}

Expected<Descriptor> SvgProcesses::NewWorker() const {
  WHITTLE_TRY(SocketPair sockets, ConnectedSockets());
  const std::lock_guard lock(mutex_);
  if (!Ask(sockets.theirs) && (!Spawn() || !Ask(sockets.theirs))) {
    return Fail(ErrorKind::kInternal, "cannot start the process that draws SVG");
  }
  return std::move(sockets.ours);
}

Expected<codec::SvgDocument> SvgProcesses::Load(ByteView file,
                                                const codec::SvgLimits& limits) const {
  const auto deadline = Clock::now() + options_.time;
  WHITTLE_TRY(const Descriptor document, FileOf(file));
  WHITTLE_TRY(Descriptor socket, NewWorker());
  auto worker = std::make_unique<WorkerProcess>(std::move(socket), deadline);
  WHITTLE_CHECK(worker->Greet());
  const LoadSvg question = {.text_bytes = limits.text_bytes,
                            .memory_bytes = limits.memory_bytes,
                            .drawn_bytes = limits.drawn_bytes,
                            .milliseconds = (options_.time + kGrace).count()};
  WHITTLE_TRY(const LoadedSvg loaded, worker->Ask<LoadedSvg>(question, document));
  if (loaded.result != SvgResult::kOk) return std::unexpected(ErrorOf(loaded.result));
  return codec::SvgDocument{.width = loaded.width,
                            .height = loaded.height,
                            .picture = std::make_unique<LoadedDocument>(std::move(worker), loaded)};
}

}  // namespace whittle::sandbox
