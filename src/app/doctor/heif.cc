// Whether HEIC can be decoded by a process of its own, and what confines that here.
#include "app/doctor/check.h"

namespace whittle::app::doctor {
namespace {

Findings Examine(const Bench& bench) {
  switch (bench.settings.image.heif) {
    case DecodeIn::kNothing:
      return {Ok("off: HEIC is not read")};
    case DecodeIn::kThread:
      return {Ok("decoded by the server's own threads")};
    case DecodeIn::kProcess:
      break;
  }
  const auto tried = bench.machine.try_heif(bench.settings);
  if (!tried && tried.error().kind == ErrorKind::kUnsupported) return {Ok(tried.error().text)};
  if (!tried) {
    return {Failure(tried.error().text,
                    "let this container start processes and use seccomp, or set heif=off")};
  }
  if (!tried->own_namespaces) {
    return {Ok("decoded by processes that seccomp confines; this host allows no user namespaces")};
  }
  return {Ok("decoded by processes that seccomp and namespaces confine")};
}

}  // namespace

extern const Check kHeifCheck;
constexpr Check kHeifCheck = {
    .name = "heif",
    .about = "starts the process that decodes HEIC, and tells what confines it here",
    .of_server = Examine};

}  // namespace whittle::app::doctor
