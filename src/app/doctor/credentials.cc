// Which credentials of the chain a bucket is asked with, and whether it takes them.
#include "app/doctor/check.h"
#include "base/text.h"

namespace whittle::app::doctor {
namespace {

// S3 says 400 of sessions that have ended.
bool IsRefused(const Probe& probe) {
  if (probe.hops.empty() || !probe.error || probe.error->kind == ErrorKind::kNotFound) return false;
  const int status = probe.hops.back().status;
  return status == 401 || status == 403 || (status == 400 && probe.error->detail.contains("Token"));
}

// The signature was right, so these are known; what they may do is the source's line.
bool IsKnown(const Probe& probe) { return probe.error->detail.contains(" AccessDenied"); }

Findings Examine(const Bench&, const Probe& probe) {
  if (!probe.is_open) return {};
  if (probe.kind == Probe::Kind::kWeb) {
    if (probe.own_fields == 0) return {};
    const std::string found = std::to_string(probe.own_fields) + " header lines of the settings";
    if (IsRefused(probe) && !probe.key.empty()) {
      return {Failure(found + ", and the origin refuses them", "check the source's headers")};
    }
    return {Ok(found)};
  }
  if (probe.kind != Probe::Kind::kStore) return {};
  if (probe.hops.empty()) {  // nothing was asked
    if (!probe.lacks_credentials()) return {};
    return {
        Failure(Printable(probe.error->detail.empty() ? probe.error->text : probe.error->detail),
                "set credentials up, or anonymous = true for a bucket that is public")};
  }
  if (IsRefused(probe) && !IsKnown(probe)) {
    return {Failure(probe.credentials + ": the store refuses it", "check or renew it")};
  }
  return {Ok(probe.credentials)};
}

}  // namespace

extern const Check kCredentialsCheck;
constexpr Check kCredentialsCheck = {
    .name = "credentials",
    .about = "which credentials of the chain a bucket is asked with, and whether it takes them",
    .of_source = Examine};

}  // namespace whittle::app::doctor
