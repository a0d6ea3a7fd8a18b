#include "sandbox/namespaces.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "sandbox/descriptors.h"

namespace whittle::sandbox {
namespace {

void WriteTo(const char* path, const std::string& text) {
  const Descriptor file(open(path, O_WRONLY | O_CLOEXEC));
  if (file && write(file.get(), text.data(), text.size()) < 0) return;
}

// Who we were outside we are inside, so that fontconfig can write its cache at start; where that
// fails it is without.
void KeepIdentity(uid_t user, gid_t group) {
  WriteTo("/proc/self/setgroups", "deny");
  WriteTo("/proc/self/uid_map", fmt::format("{0} {0} 1", user));
  WriteTo("/proc/self/gid_map", fmt::format("{0} {0} 1", group));
}

[[noreturn]] void WaitFor(pid_t child) {
  close_range(0, ~0U, 0);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

}  // namespace

bool EnterNamespaces() {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC) != 0) return false;
  KeepIdentity(user, group);
  const pid_t child = fork();
  if (child < 0) _exit(1);  // there is no way back
  if (child > 0) WaitFor(child);
  return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;  // the parent has no number here
}

bool DropCapabilities() {
  __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  return syscall(SYS_capset, &head, none) == 0;
}

bool EndWith(int parent) { return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent; }

}  // namespace whittle::sandbox
