#include "sandbox/confine.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string_view>

#include "sandbox/namespaces.h"
#include "sandbox/paths.h"

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

// The alarm is one fence, and CPU time another for who blocks it: SIGXCPU, a second later SIGKILL.
bool LimitTime(std::chrono::milliseconds time) {
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  if (std::signal(SIGALRM, SIG_DFL) == SIG_ERR || sigprocmask(SIG_UNBLOCK, &alarm, nullptr) != 0) {
    return false;
  }
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time);
  const auto rest = time - std::chrono::floor<std::chrono::seconds>(time);
  itimerval timer{};
  timer.it_value.tv_sec = std::chrono::floor<std::chrono::seconds>(time).count();
  timer.it_value.tv_usec = std::chrono::microseconds(rest).count();
  const auto cpu = static_cast<rlim_t>(seconds.count());
  return setitimer(ITIMER_REAL, &timer, nullptr) == 0 && Limit(RLIMIT_CPU, cpu, cpu + 1);
}

}  // namespace

std::optional<Confinement> Confinement::Prepare(const Needs& needs) {
  Confinement confinement;
  if (kSanitized) return confinement;
  confinement.address_space_ = AddressSpace();
  if (confinement.address_space_ == 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      !DropCapabilities()) {
    return std::nullopt;
  }
  const bool restricted = RestrictFiles(needs.readable);
  confinement.reads_files_ = restricted && needs.files == Files::kRead;
  confinement.calls_ = CallFilter::Make(confinement.reads_files_ ? Files::kRead : Files::kNone);
  if (!confinement.calls_) return std::nullopt;
  return confinement;
}

bool Confinement::Enter(const Allowance& allowance) const {
  if (!LimitTime(allowance.time) || !Limit(RLIMIT_CORE, 0, 0)) return false;
  if (kSanitized) return true;
  const rlim_t now = address_space_ + allowance.memory_bytes;
  return Limit(RLIMIT_AS, now, now + allowance.later_bytes) &&
         Limit(RLIMIT_NOFILE, kDescriptors, kDescriptors) && Limit(RLIMIT_FSIZE, 0, 0) &&
         prctl(PR_SET_DUMPABLE, 0) == 0 && calls_->Install();
}

bool AllowMemory(std::uint64_t bytes) {
  if (kSanitized) return true;
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || bytes > limit.rlim_max - limit.rlim_cur) return false;
  return Limit(RLIMIT_AS, limit.rlim_cur + bytes, limit.rlim_max);
}

}  // namespace whittle::sandbox
