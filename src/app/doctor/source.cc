// Whether a source answers: resolve, connect, TLS, first byte, and what it says of a key.
#include <fmt/format.h>

#include <chrono>

#include "app/doctor/check.h"
#include "base/text.h"

namespace whittle::app::doctor {
namespace {

constexpr std::string_view kGiveAKey = "a key that is there says more: --key KEY";

// "in 38 ms (tls 12 ms, first byte 20 ms)": phases below a millisecond are left out.
std::string Times(const Hop& hop) {
  using std::chrono::duration_cast, std::chrono::milliseconds;
  std::chrono::microseconds sum{};
  std::string parts;
  for (std::size_t i = 0; i < source::kHttpPhases; ++i) {
    const auto spent = hop.times.spent[i];
    sum += spent;
    if (spent < milliseconds(1)) continue;
    parts += fmt::format("{}{} {} ms", parts.empty() ? "" : ", ",
                         source::Name(static_cast<source::HttpPhase>(i)),
                         duration_cast<milliseconds>(spent).count());
  }
  return fmt::format("in {} ms{}", duration_cast<milliseconds>(sum).count(),
                     parts.empty() ? "" : " (" + parts + ")");
}

std::string_view AdviceFor(source::HttpPhase phase) {
  switch (phase) {
    case source::HttpPhase::kResolve:
      return "check the host's name, and that this machine's DNS knows it";
    case source::HttpPhase::kConnect:
      return "check that it is up, its port, and what firewalls let through";
    case source::HttpPhase::kTls:
      return "check the certificate's name, date and authority (fetch_ca_file), and that the port "
             "speaks TLS";
    case source::HttpPhase::kFirstByte:
      return "it takes connections and does not answer: look at its own log, or raise "
             "fetch_first_byte_timeout";
    case source::HttpPhase::kBody:
      return "it breaks off or is too slow: look at its own log, or raise fetch_timeout";
  }
  return {};
}

// What the log would say of it, but for the source's name, which the line has already.
std::string WhatWentWrong(const Probe& probe) {
  const Error& error = *probe.error;
  std::string text = error.detail.empty() ? error.text : error.detail;
  const std::string name = (probe.name.empty() ? "source" : probe.name) + ": ";
  if (text.starts_with(name)) text.erase(0, name.size());
  if (!text.contains(probe.location)) text.insert(0, probe.location + ": ");
  return Printable(text);
}

Finding Wrong(const Probe& probe) {
  const Error& error = *probe.error;
  const std::string found = WhatWentWrong(probe);
  if (error.kind == ErrorKind::kForbidden) {
    return Failure(found, "it sends us to an address that is not public: name that one instead");
  }
  if (!probe.hops.empty() && probe.hops.back().failed_in) {
    return Failure(found, std::string(AdviceFor(*probe.hops.back().failed_in)));
  }
  if (probe.lacks_credentials()) {
    return Failure(found, "nothing was asked: see its credentials");
  }
  switch (error.kind) {
    case ErrorKind::kNotFound:
      return Failure(found, "check the key, and the prefix of the source");
    case ErrorKind::kTooLarge:
      return Failure(found, "raise max_source_bytes if it is to be served");
    case ErrorKind::kOverloaded:
      return Failure(found, "it asks for less: try later, or lower fetch_slots");
    case ErrorKind::kUpstreamTimeout:
      return Failure(found, "it did not answer in time");
    case ErrorKind::kUnreadable:
      return Failure(found, "let these credentials read it, or set others");
    default:
      return Failure(found, "look at the origin's own log");
  }
}

// A key that is there.
Finding OfKey(const Probe& probe) {
  if (probe.error) return Wrong(probe);
  const std::string what = probe.location + ": " + Printable(probe.key);
  if (probe.format.empty()) {
    return Failure(
        fmt::format("{} has {} bytes and is no picture that this build knows", what, probe.bytes),
        "check that the origin answers with the picture, and whittle --version");
  }
  return Ok(fmt::format("{}: {}, {} bytes{}", what, probe.format, probe.bytes,
                        probe.hops.empty() ? "" : ", " + Times(probe.hops.back())));
}

Finding OfDirectory(const Probe& probe) {
  if (probe.error) {
    return Failure(WhatWentWrong(probe), "let the server's user read and enter it");
  }
  if (probe.entries == 0) {
    return Warning(probe.location + ": nothing is in it", "check the path, and that it is mounted");
  }
  return Ok(fmt::format("{}: {}{} entries", probe.location,
                        probe.entries == kMostEntries ? "at least " : "", probe.entries));
}

// Any answer to the prefix is one: few servers list folders.
Finding OfWebServer(const Probe& probe) {
  if (probe.hops.empty() || probe.hops.back().status == 0) return Wrong(probe);
  const Hop& last = probe.hops.back();
  const std::string found = fmt::format("{}: {} says {} to the prefix, {}", probe.location,
                                        last.origin, last.status, Times(last));
  if (last.status == 401) {
    return Warning(found,
                   "it wants credentials: set the source's headers; " + std::string(kGiveAKey));
  }
  if (last.status == 429 || last.status >= 500) {
    return Warning(found, "look at its own log; " + std::string(kGiveAKey));
  }
  return Ok(found);
}

// S3 and GCS say AccessDenied of what is not there to whoever may not list, and a signature that
// is wrong has other names.
bool MayBeAbsent(const Probe& probe) {
  return probe.error->kind == ErrorKind::kUnreadable && !probe.hops.empty() &&
         probe.hops.back().status == 403 && probe.error->detail.contains(" AccessDenied");
}

// A key that certainly is not there: 404 shows that all the rest is well.
Finding OfStore(const Probe& probe) {
  if (!probe.error) {
    return Warning(probe.location + ": has whatever it is asked for", std::string(kGiveAKey));
  }
  if (MayBeAbsent(probe)) {
    return Warning(WhatWentWrong(probe),
                   "let these credentials list the bucket, too, or have one that is there read: "
                   "--key KEY");
  }
  if (probe.error->kind != ErrorKind::kNotFound || probe.hops.empty()) return Wrong(probe);
  return Ok(fmt::format("{}: {} for a key that is not there, as it should, {}", probe.location,
                        probe.hops.back().status, Times(probe.hops.back())));
}

Findings Examine(const Bench&, const Probe& probe) {
  if (!probe.is_open) {
    return {Failure(probe.error->text, "check the location, and that it can be read from here")};
  }
  if (!probe.key.empty()) return {OfKey(probe)};
  switch (probe.kind) {
    case Probe::Kind::kDirectory:
      return {OfDirectory(probe)};
    case Probe::Kind::kWeb:
      return {OfWebServer(probe)};
    case Probe::Kind::kStore:
      return {OfStore(probe)};
  }
  return {};
}

}  // namespace

extern const Check kSourceCheck;
constexpr Check kSourceCheck = {
    .name = "source",
    .about =
        "opens and lists a directory, asks a web server for its prefix (any answer will do) and "
        "a bucket for a key that is not there; or any of them for `--key`",
    .of_source = Examine};

}  // namespace whittle::app::doctor
