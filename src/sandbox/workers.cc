#include "sandbox/workers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <utility>
#include <vector>

namespace whittle::sandbox {
namespace {

using Clock = Worker::Clock;

// To load libraries and fonts, which may be on a slow disk.
constexpr auto kLoading = std::chrono::seconds(10);

// What the dynamic loader and fontconfig look at; nothing else of the environment is handed on.
constexpr const char* kHandedOn[] = {"LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH",
                                     "HOME", "XDG_CACHE_HOME"};

std::vector<std::string> Environment() {
  std::vector<std::string> variables = {"LC_ALL=C.UTF-8", "RAYON_NUM_THREADS=1"};
  for (const char* name : kHandedOn) {
    if (const char* value = std::getenv(name)) {
      variables.push_back(fmt::format("{}={}", name, value));
    }
  }
  return variables;
}

}  // namespace

Workers::~Workers() { End(); }

// It holds nothing that would be lost, and may be one that does not listen.
void Workers::End() const {
  control_.Close();
  if (fork_server_ <= 0) return;
  kill(fork_server_, SIGKILL);
  waitpid(fork_server_, nullptr, 0);
  fork_server_ = 0;
}

bool Workers::Spawn() const {
  End();
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
  environment.reserve(texts.size() + 1);
  for (std::string& text : texts) environment.push_back(text.data());
  environment.push_back(nullptr);
  std::string name = "whittle", command = kForkServerCommand, work = options_.work;
  char* arguments[] = {name.data(), command.data(), work.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, options_.program.c_str(), &files, &attributes, arguments,
                                environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) return false;
  control_ = std::move(sockets->ours);
  fork_server_ = child;
  ready_by_ = Clock::now() + kLoading;
  return true;
}

bool Workers::Send(const Descriptor& worker) const {
  return control_ && SendMessage(control_, Job{}, worker);
}

Expected<Workers::Asked> Workers::Ask() const {
  WHITTLE_TRY(SocketPair sockets, ConnectedSockets());
  const std::lock_guard lock(mutex_);
  if (!Send(sockets.theirs) && (!Spawn() || !Send(sockets.theirs))) {
    return Fail(ErrorKind::kInternal, "cannot start the process for it");
  }
  return Asked{.socket = std::move(sockets.ours),
               .answer_by = std::max(Clock::now() + kGreeting, ready_by_),
               .fork_server = fork_server_};
}

Expected<std::unique_ptr<Worker>> Workers::Start(Clock::time_point deadline) const {
  WHITTLE_TRY(Asked asked, Ask());
  auto worker = std::make_unique<Worker>(std::move(asked.socket), deadline);
  const bool started = worker->Greet(asked.answer_by).has_value();
  const std::lock_guard lock(mutex_);
  if (started) {
    ready_by_ = {};
    return worker;
  }
  // Unless another caller was first.
  if (fork_server_ == asked.fork_server) End();
  return Fail(ErrorKind::kOverloaded, "the fork server does not answer");
}

Expected<Started> Workers::StartFirst() const {
  WHITTLE_TRY(Asked asked, Ask());
  Worker worker(std::move(asked.socket), asked.answer_by);
  const auto started = worker.Greet(asked.answer_by);
  if (!started) return Fail(ErrorKind::kInternal, "nothing started");
  return *started;
}

}  // namespace whittle::sandbox
