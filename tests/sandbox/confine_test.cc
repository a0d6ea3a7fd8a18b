// What a confined process cannot do any more, tried out in one.
#include "sandbox/confine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/namespaces.h"
#include "tests/support/corpus.h"

namespace whittle::sandbox {
namespace {

// Under a sanitizer nothing but time is limited.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

constexpr Allowance kRoomy = {
    .memory_bytes = 64ULL << 20, .later_bytes = 16ULL << 20, .time = std::chrono::seconds(60)};

// Prepares, and goes in. What is said on failure is the exit code.
void Enter(const Needs& needs, const Allowance& allowance = kRoomy) {
  const auto confinement = Confinement::Prepare(needs);
  if (!confinement) _exit(254);
  if (!confinement->Enter(allowance)) _exit(255);
}

// How a process of its own ended that did this.
int StatusOf(const std::function<int()>& act) {
  const pid_t child = fork();
  if (child == 0) _exit(act());
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

// What `act` returns in a confined process: an errno, or 0.
int Confined(const std::function<int()>& act, const Needs& needs = {.files = Files::kRead}) {
  const int status = StatusOf([&] {
    Enter(needs);
    return act();
  });
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  return WEXITSTATUS(status);
}

int Failed(long result) { return result < 0 ? errno : 0; }

bool HasLandlock() {
  return StatusOf([] {
           const auto confinement = Confinement::Prepare({.files = Files::kRead});
           return confinement && confinement->reads_files() ? 0 : 1;
         }) == 0;
}

// A process that waits to be harmed.
class Victim {
 public:
  Victim() : process_(fork()) {
    if (process_ != 0) return;
    while (true) pause();
  }
  ~Victim() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  pid_t process() const { return process_; }
  bool lives() const { return waitpid(process_, nullptr, WNOHANG) == 0; }

 private:
  pid_t process_;
};

// Who wants one more allowed says so here as well. Those of the second list have conditions, each
// of which has a test below.
const std::set<std::string> kAllowed = {"munmap",
                                        "mremap",
                                        "madvise",
                                        "brk",
                                        "futex",
                                        "sched_yield",
                                        "sched_getaffinity",
                                        "set_robust_list",
                                        "rseq",
                                        "sigaltstack",
                                        "rt_sigprocmask",
                                        "rt_sigreturn",
                                        "gettid",
                                        "getpid",
                                        "restart_syscall",
                                        "getrandom",
                                        "exit",
                                        "exit_group",
                                        "clock_gettime",
                                        "clock_getres",
                                        "gettimeofday",
                                        "read",
                                        "clock_nanosleep",
                                        "write",
                                        "pread64",
                                        "lseek",
                                        "close",
                                        "fstat",
                                        "sendmsg",
                                        "recvmsg",
                                        "sysinfo"};
const std::set<std::string> kAllowedToRead = {"access",  "faccessat",  "getdents64",
                                              "fstatfs", "newfstatat", "openat"};
const std::set<std::string> kConditional = {"mmap",  "mprotect", "clone",     "prlimit64",
                                            "prctl", "fcntl",    "newfstatat"};
const std::set<std::string> kSaidToBeMissing = {"clone3", "openat2", "faccessat2", "statx"};

// uretprobe and uprobe: newer kernels let them past every filter, and answer with SIGILL where
// nobody has put a probe.
bool IsOfProbes([[maybe_unused]] int number) {
#if defined(__x86_64__)
  return number == 335 || number == 336;
#else
  return false;
#endif
}

// Every number that the kernel may know, by whatever name, also those that have none yet.
int FirstThatIsNotRefused(Files files) {
  std::set<std::string> left_out = kAllowed;
  left_out.insert(kConditional.begin(), kConditional.end());
  if (files == Files::kRead) left_out.insert(kAllowedToRead.begin(), kAllowedToRead.end());
  std::vector<std::pair<int, int>> wanted;  // number, errno
  for (int number = 0; number < 1024; ++number) {
    char* const found = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
    const std::string name = found != nullptr ? found : "";
    std::free(found);
    if (left_out.contains(name) || IsOfProbes(number)) continue;
    wanted.emplace_back(number, kSaidToBeMissing.contains(name) ? ENOSYS : EPERM);
  }
  EXPECT_GT(wanted.size(), 900U);
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const int status = StatusOf([&] {
    Enter({.files = files});
    for (const auto& [number, error] : wanted) {
      errno = 0;
      if (syscall(number, -1L, 0L, 0L, 0L, 0L, 0L) == -1 && errno == error) continue;
      static_cast<void>(write(ends[1], &number, sizeof number));
      return 1;
    }
    return 0;
  });
  close(ends[1]);
  int found = -1;
  EXPECT_EQ(status == 0, read(ends[0], &found, sizeof found) == 0) << "status " << status;
  close(ends[0]);
  return found;
}

TEST(Confine, RefusesEveryCallThatIsNotOnTheList) {
  EXPECT_EQ(FirstThatIsNotRefused(Files::kNone), -1);
  if (HasLandlock()) EXPECT_EQ(FirstThatIsNotRefused(Files::kRead), -1);
}

TEST(Confine, RefusesToHarmOthers) {
  const Victim victim;
  const pid_t other = victim.process();
  siginfo_t info{};
  rlimit none = {0, 0};
  char byte = 0;
  int ends[2] = {};
  iovec here = {&byte, 1};
  for (const auto& [what, act] : std::vector<std::pair<const char*, std::function<long()>>>{
           {"kill", [&] { return kill(other, SIGKILL); }},
           {"tgkill", [&] { return syscall(SYS_tgkill, other, other, SIGKILL); }},
           {"tkill", [&] { return syscall(SYS_tkill, other, SIGKILL); }},
           {"rt_sigqueueinfo", [&] { return syscall(SYS_rt_sigqueueinfo, other, SIGKILL, &info); }},
           {"prlimit64", [&] { return syscall(SYS_prlimit64, other, RLIMIT_AS, &none, nullptr); }},
           {"pidfd_open", [&] { return syscall(SYS_pidfd_open, other, 0); }},
           {"ptrace", [&] { return ptrace(PTRACE_ATTACH, other, nullptr, nullptr); }},
           {"process_vm_readv", [&] { return process_vm_readv(other, &here, 1, &here, 1, 0); }},
           {"sched_setaffinity", [&] { return syscall(SYS_sched_setaffinity, other, 8, &info); }},
           {"ioprio_set", [&] { return syscall(SYS_ioprio_set, 1, other, 0); }},
           {"setpriority", [&] { return setpriority(PRIO_PROCESS, unsigned(other), 19); }},
           {"socket", [&] { return socket(AF_INET, SOCK_STREAM, 0); }},
           {"socketpair", [&] { return socketpair(AF_UNIX, SOCK_STREAM, 0, ends); }},
           {"execve", [&] { return execl("/bin/true", "true", static_cast<char*>(nullptr)); }},
           {"fork", [&] { return fork(); }},
           {"vfork", [&] { return syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0); }},
           {"clone with a namespace",
            [&] {
              return syscall(SYS_clone,
                             CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                 CLONE_SYSVSEM | CLONE_NEWNET,
                             0);
            }},
           {"shmget", [&] { return syscall(SYS_shmget, 1, 4096, 0600 | 01000); }},
           {"msgget", [&] { return syscall(SYS_msgget, 1, 0600 | 01000); }},
           {"io_uring_setup", [&] { return syscall(SYS_io_uring_setup, 1, &info); }},
           {"setxattrat", [&] { return syscall(463, AT_FDCWD, "/tmp", 0, "user.a", &info, 8); }},
           {"fchmodat2", [&] { return syscall(452, AT_FDCWD, "/tmp", 0777, 0); }},
           {"ioctl", [&] { return ioctl(0, TIOCSTI, "x"); }},
           {"own limits", [&] { return setrlimit(RLIMIT_NOFILE, &none); }},
           {"prctl", [&] { return prctl(PR_SET_DUMPABLE, 1); }},
           {"sigaction", [&] { return std::signal(SIGALRM, SIG_IGN) == SIG_ERR ? -1 : 0; }},
           {"setitimer", [&] { return syscall(SYS_setitimer, 0, &info, nullptr); }},
           {"F_SETOWN", [&] { return fcntl(0, F_SETOWN, other); }},
       }) {
    EXPECT_EQ(Confined([&] { return Failed(act()); }), EPERM) << what;
  }
  EXPECT_TRUE(victim.lives());
}

TEST(Confine, KillsWhoCallsByAnotherArchitecturesNumbers) {
#if defined(__x86_64__)
  const int x32 = StatusOf([] {
    Enter({});
    syscall(0x40000000 + SYS_getpid);
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(x32) && WTERMSIG(x32) == SIGSYS) << x32;
  const int i386 = StatusOf([] {
    Enter({});
    long number = 20;  // getpid there
    asm volatile("int $0x80" : "+a"(number) : : "memory", "r8", "r9", "r10", "r11");
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(i386) && (WTERMSIG(i386) == SIGSYS || WTERMSIG(i386) == SIGSEGV));
#endif
}

TEST(Confine, RefusesNewCode) {
  EXPECT_EQ(Confined([] {
              void* const page =
                  mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              if (page == MAP_FAILED) return 1;
              if (Failed(mprotect(page, 4096, PROT_READ | PROT_EXEC)) != EPERM) return 2;
              errno = 0;
              return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                          0) == MAP_FAILED
                         ? errno
                         : 3;
            }),
            EPERM);
}

TEST(Confine, ReadsWhatIsNamedAndNothingElse) {
  if (!HasLandlock()) GTEST_SKIP() << "LEFT OUT: this kernel has no Landlock";
  const test::TempDir dir;
  const std::string font = dir.path() / "fonts" / "font";
  const std::string config = dir.path() / "config";
  const std::string secret = dir.path() / "secret";
  std::filesystem::create_directory(dir.path() / "fonts");
  for (const std::string& file : {font, config, secret}) test::WriteFile(file, AsBytes("x"));
  std::filesystem::create_symlink(secret, dir.path() / "fonts" / "link");
  const Needs needs = {.files = Files::kRead,
                       .readable = {dir.path() / "fonts", config, dir.path() / "missing"}};
  const auto outcome = [&](const std::string& path, int flags) {
    return Confined([&] { return Failed(open(path.c_str(), flags, 0600)); }, needs);
  };
  EXPECT_EQ(outcome(font, O_RDONLY), 0);
  EXPECT_EQ(outcome(config, O_RDONLY), 0);
  EXPECT_EQ(outcome(dir.path() / "fonts", O_RDONLY | O_DIRECTORY), 0);
  for (const std::filesystem::path& path :
       {std::filesystem::path(secret), dir.path() / "fonts" / "link",
        dir.path() / "fonts" / ".." / "secret", std::filesystem::path("/etc/passwd"),
        std::filesystem::path("/proc/self/environ"), std::filesystem::path("/proc/self/maps"),
        std::filesystem::path("/proc/1/status"), std::filesystem::path("/"), dir.path()}) {
    EXPECT_EQ(outcome(path, O_RDONLY), EACCES) << path;
  }
  for (const int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC, O_RDONLY | O_CREAT,
                          O_WRONLY | O_APPEND, O_TMPFILE | O_RDWR}) {
    EXPECT_EQ(outcome(font, flags), EPERM) << flags;
    EXPECT_EQ(outcome(font + "2", flags), EPERM) << flags;
  }
  // And who is to have no files has none.
  EXPECT_EQ(Confined([&] { return Failed(open(font.c_str(), O_RDONLY)); },
                     {.files = Files::kNone, .readable = {dir.path()}}),
            EPERM);
}

TEST(Confine, LeavesThreadsAndMemory) {
  EXPECT_EQ(Confined([] {
              int done = 0;
              std::thread([&] { done = 1; }).join();
              return done == 1 && std::vector<char>(1 << 20).size() > 0 ? 0 : 1;
            }),
            0);
}

TEST(Confine, LimitsMemoryUntilMoreIsAllowed) {
  EXPECT_EQ(Confined([] {
              const auto map = [](std::size_t bytes) {
                return mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              };
              if (map(48U << 20) == MAP_FAILED) return 1;  // of 64
              if (map(24U << 20) != MAP_FAILED) return 2;
              if (AllowMemory((16U << 20) + 1)) return 3;  // more than was foreseen
              if (!AllowMemory(16U << 20)) return 4;
              if (AllowMemory(1)) return 5;
              return map(24U << 20) == MAP_FAILED ? 6 : 0;
            }),
            0);
}

// Seen from outside, since a confined process cannot ask.
TEST(Confine, LimitsDescriptorsFilesAndCoresAndCannotBeTraced) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    // To tell the owner that the kernel gives the files of who cannot be traced: root.
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(1);
    if (prctl(PR_SET_DUMPABLE, 1) != 0) _exit(1);
    Enter({});
    static_cast<void>(write(ready[1], "x", 1));
    while (true) sched_yield();
  }
  close(ready[1]);
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  const std::string proc = "/proc/" + std::to_string(child) + "/";
  const Bytes limits = test::ReadFile(proc + "limits");
  const std::string text(limits.view().begin(), limits.view().end());
  for (const char* limit : {"Max open files            64                   64 ",
                            "Max file size             0                    0 ",
                            "Max core file size        0                    0 ",
                            "Max cpu time              60                   61 "}) {
    EXPECT_TRUE(text.contains(limit)) << limit << "\n" << text;
  }
  struct stat about{};
  EXPECT_EQ(stat((proc + "maps").c_str(), &about), 0);
  EXPECT_EQ(about.st_uid, 0U);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST(Confine, HasNeitherCapabilitiesNorNewPrivileges) {
  EXPECT_EQ(StatusOf([] {
              if (!Confinement::Prepare({})) return 1;
              __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
              __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3] = {};
              if (syscall(SYS_capget, &head, has) != 0) return 2;
              for (const auto& part : has) {
                if (part.effective != 0 || part.permitted != 0) return 3;
              }
              return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 4;
            }),
            0);
}

// Who opens no files looks for none either.
TEST(Confine, TellsNothingAboutFilesToWhoHasNone) {
  struct stat about{};
  EXPECT_EQ(Confined([&] { return Failed(stat("/etc/passwd", &about)); }, {.files = Files::kNone}),
            EPERM);
  EXPECT_EQ(Confined([&] { return Failed(fstat(0, &about)); }, {.files = Files::kNone}), 0);
}

TEST(Namespaces, ShowNoOtherProcess) {
  const Victim victim;
  const int status = StatusOf([&] {
    if (!EnterNamespaces()) return 77;
    if (getpid() != 1) return 1;
    if (kill(victim.process(), 0) == 0 || errno != ESRCH) return 2;
    return 0;
  });
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    GTEST_SKIP() << "LEFT OUT: this host allows no user namespaces";
  }
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(victim.lives());
}

TEST(Confine, EndsByItsCpuLimitWhoBlocksTheAlarm) {
  const int status = StatusOf([] {
    Enter({}, {.memory_bytes = 64ULL << 20, .time = std::chrono::milliseconds(300)});
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGXCPU);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    for (volatile unsigned turns = 0;; turns = turns + 1) {
    }
    return 0;
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGXCPU);
}

// The server may have done either before it forked.
TEST(Confine, EndsByTheAlarmWhoWasBornDeafToIt) {
  const int status = StatusOf([] {
    std::signal(SIGALRM, SIG_IGN);
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    sigprocmask(SIG_BLOCK, &alarm, nullptr);
    Enter({}, {.memory_bytes = 64ULL << 20, .time = std::chrono::milliseconds(1)});
    while (true) sched_yield();
    return 0;
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGALRM);
}
#endif

TEST(Confine, EndsAProcessWhoseTimeIsUp) {
  const pid_t child = fork();
  if (child == 0) {
    const auto confinement = Confinement::Prepare({});
    if (!confinement ||
        !confinement->Enter({.memory_bytes = 64ULL << 20, .time = std::chrono::milliseconds(1)})) {
      _exit(255);
    }
    while (true) pause();
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGALRM);
}

}  // namespace
}  // namespace whittle::sandbox
