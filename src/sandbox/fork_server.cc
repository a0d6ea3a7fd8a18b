#include "sandbox/fork_server.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <vector>

#ifdef WHITTLE_MIMALLOC
#include <mimalloc.h>
#endif

#include "sandbox/messages.h"
#include "sandbox/namespaces.h"

namespace whittle::sandbox {
namespace {

// A library that finds no memory aborts or goes on without a part of the picture; the server is to
// know why.
void EndWhereMemoryEnds() {
#ifdef WHITTLE_MIMALLOC
  mi_register_error(
      [](int error, void*) {
        if (error == ENOMEM || error == EOVERFLOW) _exit(kOutOfMemory);
      },
      nullptr);
#endif
}

class ForkServer {
 public:
  ForkServer(const Work& work, const Confinement& confinement, bool own_namespaces)
      : work_(work),
        confinement_(confinement),
        started_{.major = work.major,
                 .minor = work.minor,
                 .micro = work.micro,
                 .own_namespaces = own_namespaces,
                 .reads_files = confinement.reads_files()} {}

  /// Until nobody asks any more.
  void Run() {
    const Descriptor control(kControlDescriptor);
    while (true) {
      std::vector<pollfd> wanted = {{control.get(), POLLIN, 0}};
      for (const Worker& worker : workers_) wanted.push_back({worker.process.get(), POLLIN, 0});
      if (poll(wanted.data(), wanted.size(), -1) < 0 && errno != EINTR) return;
      std::erase_if(workers_, HasEnded);
      if (wanted[0].revents == 0) continue;
      Job job;
      Descriptor server;
      if (!ReceiveMessage(control, job, server)) return;
      if (server) Fork(std::move(server));
    }
  }

 private:
  struct Worker {
    pid_t number = 0;
    Descriptor process;  // its pidfd
    Descriptor server;   // the end of its socket that it has itself
  };

  static bool HasEnded(const Worker& worker) {
    int status = 0;
    if (waitpid(worker.number, &status, WNOHANG) == 0) return false;
    SendMessage(worker.server, Ended{.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                                     .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0});
    return true;
  }

  void Fork(Descriptor server) {
    const pid_t self = getpid();
    const pid_t child = fork();
    if (child == 0) Become(server, self);
    if (child < 0) return;  // the server sees its socket close
    Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
    SendMessage(server, started_, process);
    workers_.push_back({child, std::move(process), std::move(server)});
  }

  [[noreturn]] void Become(const Descriptor& server, pid_t parent) const {
    // Its socket is all it has of what is open: not the others', nor the control.
    if (!EndWith(parent) || dup2(server.get(), kControlDescriptor) < 0 ||
        close_range(kControlDescriptor + 1, ~0U, 0) != 0) {
      _exit(1);
    }
    EndWhereMemoryEnds();
    const Descriptor own(kControlDescriptor);
    _exit(work_.run(own, confinement_) ? 0 : 1);
  }

  const Work& work_;
  const Confinement& confinement_;
  const Started started_;
  std::vector<Worker> workers_;
};

}  // namespace

int RunForkServer(std::optional<Work> (*prepare)()) {
  const bool own_namespaces = EnterNamespaces();
  const auto work = prepare();
  if (!work) return 1;
  const auto confinement = Confinement::Prepare(work->needs);
  if (!confinement) return 1;
  ForkServer(*work, *confinement, own_namespaces).Run();
  return 0;
}

}  // namespace whittle::sandbox
