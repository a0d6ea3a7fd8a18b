#include "sandbox/calls.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <memory>

#include "sandbox/descriptors.h"

namespace whittle::sandbox {
namespace {

// Whatever the arguments. None of them reaches another process or a file that is not open, but
// for what the mapping of shared pages and the one socket are there for.
constexpr const char* kAlways[] = {
    // memory
    "munmap",
    "mremap",
    "madvise",
    "brk",
    // threads; getrandom is mimalloc's and std's
    "futex",
    "sched_yield",
    "sched_getaffinity",
    "set_robust_list",
    "rseq",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "gettid",
    "getpid",
    "getrandom",
    "sysinfo",  // glibc's qsort
    "exit",
    "exit_group",
    // clocks, where the vDSO has none
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "clock_nanosleep",
    // descriptors that are open
    "read",
    "write",
    "pread64",
    "lseek",
    "close",
    "fstat",
    "sendmsg",
    "recvmsg",
};

// To find and read files; which ones is Landlock's part.
constexpr const char* kReading[] = {"access", "faccessat", "getdents64", "fstatfs"};

// glibc takes an older call where these say ENOSYS: one whose arguments a filter can see.
constexpr const char* kMissing[] = {"clone3", "openat2", "faccessat2", "statx"};

// A thread shares all that a thread has to share; without one of these it is a process.
constexpr scmp_datum_t kThread =
    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
constexpr scmp_datum_t kNamespaces = CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS |
                                     CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWUTS;
constexpr scmp_datum_t kWrites = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

struct Release {
  void operator()(void* rules) const { seccomp_release(rules); }
};

class Rules {
 public:
  Rules() : rules_(seccomp_init(SCMP_ACT_ERRNO(EPERM))) {}
  bool Complete(Files files) {
    if (rules_ == nullptr) return false;
    Set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    Set(SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a binary search
    for (const char* name : kAlways) Allow(name, {});
    for (const char* name : kMissing) Add(SCMP_ACT_ERRNO(ENOSYS), name, {});
    // No new code, nor from a file.
    Allow("mmap", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
    Allow("mprotect", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
    Allow("clone", {SCMP_A0(SCMP_CMP_MASKED_EQ, kThread | kNamespaces, kThread)});
    // AllowMemory, of itself: 0, or what glibc and the kernel take for it.
    Allow("prlimit64", {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A1(SCMP_CMP_EQ, RLIMIT_AS)});
    Allow("prctl", {SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)});
    for (const int command : {F_GETFD, F_SETFD, F_GETFL}) {
      Allow("fcntl", {SCMP_A1(SCMP_CMP_EQ, static_cast<scmp_datum_t>(command))});
    }
    if (files == Files::kRead) {
      for (const char* name : kReading) Allow(name, {});
      Allow("newfstatat", {});
      Allow("openat", {SCMP_A2(SCMP_CMP_MASKED_EQ, kWrites, 0)});
    } else {
      Allow("newfstatat", {SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH)});  // glibc's fstat
    }
    return ok_;
  }
  std::vector<sock_filter> Compiled() const {
    const Descriptor file(memfd_create("filter", MFD_CLOEXEC));
    if (!file || seccomp_export_bpf(rules_.get(), file.get()) != 0) return {};
    std::vector<sock_filter> program(SizeOf(file) / sizeof(sock_filter));
    const std::size_t bytes = program.size() * sizeof(sock_filter);
    if (pread(file.get(), program.data(), bytes, 0) != static_cast<ssize_t>(bytes)) return {};
    return program;
  }

 private:
  void Set(scmp_filter_attr attribute, std::uint32_t value) {
    ok_ = ok_ && seccomp_attr_set(rules_.get(), attribute, value) == 0;
  }
  void Allow(const char* name, std::initializer_list<scmp_arg_cmp> arguments) {
    Add(SCMP_ACT_ALLOW, name, arguments);
  }
  // One that this architecture does not have is refused in any case.
  void Add(std::uint32_t action, const char* name, std::initializer_list<scmp_arg_cmp> arguments) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number < 0) return;
    ok_ = ok_ &&
          seccomp_rule_add_array(rules_.get(), action, number,
                                 static_cast<unsigned>(arguments.size()), arguments.begin()) == 0;
  }

  std::unique_ptr<void, Release> rules_;
  bool ok_ = true;
};

}  // namespace

std::optional<CallFilter> CallFilter::Make(Files files) {
  Rules rules;
  if (!rules.Complete(files)) return std::nullopt;
  CallFilter filter;
  filter.program_ = rules.Compiled();
  if (filter.program_.empty()) return std::nullopt;
  return filter;
}

bool CallFilter::Install() const {
  const sock_fprog program = {static_cast<unsigned short>(program_.size()),
                              const_cast<sock_filter*>(program_.data())};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

}  // namespace whittle::sandbox
