#include "sandbox/confine.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string_view>
#include <vector>

namespace whittle::sandbox {
namespace {

constexpr bool kSanitized = std::string_view(WHITTLE_SANITIZE) != "";
constexpr rlim_t kDescriptors = 64;

bool Limit(__rlimit_resource what, rlim_t now, rlim_t most) {
  const rlimit limit = {now, most};
  return setrlimit(what, &limit) == 0;
}

// Bytes of address space in use; 0 where the kernel does not tell.
std::uint64_t AddressSpace() {
  unsigned long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return std::uint64_t{pages} * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kOtherNumbers = 0x40000000;  // x32's calls have this bit
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kOtherNumbers = 0;
#else
#error "name this architecture's AUDIT_ARCH_ here"
#endif

// System calls that fail with EPERM.
constexpr std::uint32_t kRefused[] = {
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kill,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_io_uring_setup,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_mount,
    SYS_umount2,
    SYS_unshare,
    SYS_setns,
    SYS_chroot,
    SYS_unlinkat,
    SYS_renameat2,
    SYS_mkdirat,
    SYS_linkat,
    SYS_symlinkat,
    SYS_mknodat,
    SYS_fchmodat,
    SYS_fchmod,
    SYS_fchownat,
    SYS_fchown,
    SYS_truncate,
    SYS_utimensat,
    SYS_setxattr,
    SYS_open_by_handle_at,
    SYS_setitimer,
    SYS_setpriority,
#if defined(__x86_64__)
    SYS_fork,
    SYS_vfork,
    SYS_unlink,
    SYS_rename,
    SYS_renameat,
    SYS_mkdir,
    SYS_rmdir,
    SYS_link,
    SYS_symlink,
    SYS_mknod,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
    SYS_creat,
    SYS_utimes,
    SYS_alarm,
#endif
};

constexpr std::uint32_t Load(std::size_t offset) { return static_cast<std::uint32_t>(offset); }
constexpr std::uint32_t kNumber = Load(offsetof(seccomp_data, nr));
constexpr std::uint32_t Argument(std::size_t which) {  // its lower half; both CPUs store that first
  return Load(offsetof(seccomp_data, args) + 8 * which);
}

constexpr std::uint32_t Errno(int error) {
  return SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(error) & SECCOMP_RET_DATA);
}

// A filter for the calls of this thread and all it starts, in the kernel's classic BPF.
class Filter {
 public:
  Filter() {
    Get(Load(offsetof(seccomp_data, arch)));
    When(BPF_JEQ, kArchitecture, 1, 0);
    Return(SECCOMP_RET_KILL_PROCESS);
    Get(kNumber);
    if (kOtherNumbers != 0) {
      When(BPF_JSET, kOtherNumbers, 0, 1);
      Return(SECCOMP_RET_KILL_PROCESS);
    }
  }
  void Refuse(std::uint32_t number, int error) {
    When(BPF_JEQ, number, 0, 1);
    Return(Errno(error));
  }
  /// Refuses `number` where its argument has any of `bits`, or, if `unless`, none of them.
  void RefuseBits(std::uint32_t number, std::size_t argument, std::uint32_t bits, bool unless) {
    When(BPF_JEQ, number, 0, 4);
    Get(Argument(argument));
    When(BPF_JSET, bits, unless ? 1 : 0, unless ? 0 : 1);
    Return(Errno(EPERM));
    Return(SECCOMP_RET_ALLOW);
  }
  bool Install() {
    Return(SECCOMP_RET_ALLOW);
    const sock_fprog program = {static_cast<unsigned short>(steps_.size()), steps_.data()};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  }

 private:
  void Get(std::uint32_t offset) { steps_.push_back({BPF_LD | BPF_W | BPF_ABS, 0, 0, offset}); }
  void Return(std::uint32_t what) { steps_.push_back({BPF_RET | BPF_K, 0, 0, what}); }
  void When(int test, std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
    steps_.push_back({static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), yes, no, value});
  }

  std::vector<sock_filter> steps_;
};

bool FilterCalls() {
  Filter filter;
  for (const std::uint32_t number : kRefused) filter.Refuse(number, EPERM);
  // glibc then takes clone, whose flags a filter can see; and openat.
  filter.Refuse(SYS_clone3, ENOSYS);
  filter.Refuse(SYS_openat2, ENOSYS);
  filter.RefuseBits(SYS_clone, 0, CLONE_THREAD, /*unless=*/true);
  constexpr std::uint32_t kWrites = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
  filter.RefuseBits(SYS_openat, 2, kWrites, /*unless=*/false);
#if defined(__x86_64__)
  filter.RefuseBits(SYS_open, 1, kWrites, /*unless=*/false);
#endif
  return filter.Install();
}

bool LimitTime(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time);
  const auto rest = time - std::chrono::floor<std::chrono::seconds>(time);
  itimerval timer{};
  timer.it_value.tv_sec = std::chrono::floor<std::chrono::seconds>(time).count();
  timer.it_value.tv_usec = std::chrono::microseconds(rest).count();
  const auto cpu = static_cast<rlim_t>(seconds.count());
  return setitimer(ITIMER_REAL, &timer, nullptr) == 0 && Limit(RLIMIT_CPU, cpu, cpu + 1);
}

}  // namespace

bool Confine(const Confinement& confinement) {
  if (!LimitTime(confinement.time) || !Limit(RLIMIT_CORE, 0, 0)) return false;
  if (kSanitized) return true;
  const std::uint64_t used = AddressSpace();
  const rlim_t now = used + confinement.memory_bytes;
  return used > 0 && Limit(RLIMIT_AS, now, now + confinement.later_bytes) &&
         Limit(RLIMIT_NOFILE, kDescriptors, kDescriptors) && prctl(PR_SET_DUMPABLE, 0) == 0 &&
         prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && FilterCalls();
}

bool AllowMemory(std::uint64_t bytes) {
  if (kSanitized) return true;
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || bytes > limit.rlim_max - limit.rlim_cur) return false;
  return Limit(RLIMIT_AS, limit.rlim_cur + bytes, limit.rlim_max);
}

}  // namespace whittle::sandbox
