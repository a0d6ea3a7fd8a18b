#include "app/doctor/machine.h"

#include <ifaddrs.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <limits>
#include <memory>
#include <string_view>

#include "app/commands.h"
#include "app/cpus.h"
#include "app/memory_limit.h"
#include "app/svg.h"
#include "codec/registry.h"
#include "sandbox/picture_processes.h"
#include "sandbox/workers.h"
#include "whittle/whittle.h"

namespace whittle::app::doctor {
namespace {

std::uint64_t Descriptors() {
  rlimit limit{};
  // The server raises its limit to the hard one.
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max
                                               : std::numeric_limits<std::uint64_t>::max();
}

std::vector<source::Address> Addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  std::vector<source::Address> addresses;
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    if (const auto address = source::Address::Of(*each->ifa_addr)) addresses.push_back(*address);
  }
  return addresses;
}

// Ourselves and the codecs' libraries, which may be others at run time than we were built with.
std::vector<std::string> Libraries() {
  std::vector<std::string> libraries = {Version()};
  for (const codec::Codec* codec : codec::All()) {
    const std::string_view version = codec->library_version();
    if (version.ends_with(" off")) continue;  // not loaded
    libraries.emplace_back(version.substr(0, version.find(" (")));
  }
  return libraries;
}

// No picture but a head that says it is HEIC: whoever says so has been started, confined, and
// asked.
constexpr std::array<std::uint8_t, 24> kNoPicture = {0,   0,   0,   24,  'f', 't', 'y', 'p',
                                                     'h', 'e', 'i', 'c', 0,   0,   0,   0,
                                                     'm', 'i', 'f', '1', 'h', 'e', 'i', 'c'};

Expected<Fences> TryHeif(const Settings& settings) {
  const codec::Codec* const heif = codec::ByName("heif");
  if (heif == nullptr) return FailSaying(ErrorKind::kUnsupported, "this build has no HEIF");
  constexpr const char* kThisProgram = "/proc/self/exe";
  const sandbox::Workers workers({.program = kThisProgram, .work = sandbox::kPictureWork});
  const auto started = workers.StartFirst();
  if (!started) return FailSaying(ErrorKind::kInternal, "the process that forks does not start");
  const sandbox::PictureProcesses processes(
      {.program = kThisProgram, .time = settings.service.decode_deadline});
  const auto opened = processes.Open(*heif, kNoPicture, {}, {});
  const ErrorKind kind = opened ? ErrorKind::kUndecodable : opened.error().kind;
  if (kind == ErrorKind::kInternal || kind == ErrorKind::kOverloaded ||
      kind == ErrorKind::kTooSlow) {
    return FailSaying(
        kind, "a process starts, but does not confine itself (" + opened.error().detail + ")");
  }
  return Fences{.own_namespaces = started->own_namespaces != 0};
}

Expected<Fences> TrySvg(const Settings& settings) {
  const SvgInput svg(settings);
  if (!svg.ok()) return FailSaying(ErrorKind::kBadRequest, svg.problem());
  return Fences{.warning = svg.warning()};
}

}  // namespace

Machine ThisMachine() {
  return {.memory = MemoryLimit(),
          .affinity = AffinityCpus(),
          .quota = QuotaCpus(),
          .descriptors = Descriptors(),
          .user = geteuid(),
          .addresses = Addresses(),
          .libraries = Libraries(),
          .writable = DefaultsOf({}).writable,
          .may_write = [](const std::string& path) { return eaccess(path.c_str(), W_OK) == 0; },
          .try_heif = &TryHeif,
          .try_svg = &TrySvg};
}

}  // namespace whittle::app::doctor
