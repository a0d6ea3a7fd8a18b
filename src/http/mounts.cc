#include "http/mounts.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "base/text.h"

namespace whittle::http {
namespace {

using transform::Asked;
using transform::ImageRequest;

std::string_view WithoutPort(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool is_port = colon != std::string_view::npos && host.find(']', colon) == host.npos;
  host = is_port ? host.substr(0, colon) : host;
  return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

bool IsFor(const Mount& mount, std::string_view host) {
  if (mount.host.empty()) return true;
  if (!mount.host.starts_with('.')) return EqualsIgnoreCase(host, mount.host);
  return host.size() > mount.host.size() &&
         EqualsIgnoreCase(host.substr(host.size() - mount.host.size()), mount.host);
}

// The path below the mount, nothing when it is not there: "/shopping" is not below "/shop".
std::optional<std::string_view> Below(const Mount& mount, std::string_view path) {
  if (!path.starts_with(mount.prefix)) return std::nullopt;
  path.remove_prefix(mount.prefix.size());
  return path.starts_with('/') ? std::optional(path) : std::nullopt;
}

std::string MessageOf(const Mount& mount, const Asked& asked) {
  std::string message = mount.prefix;
  message += asked.path;
  if (!asked.query.empty()) message.append("?").append(asked.query);
  return message;
}

// The signature first, then what its bytes say.
std::optional<Expected<ImageRequest>> ParseSigned(const Mount& mount, const Asked& asked) {
  Asked rest = asked;
  const std::size_t slash = asked.path.find('/', 1);
  if (slash != std::string_view::npos) {
    rest.path.remove_prefix(slash);
    const std::string_view signature = asked.path.substr(1, slash - 1);
    if (IsSignedBy(mount.keys, signature, MessageOf(mount, rest))) {
      return mount.dialect->Parse(rest);
    }
  }
  if (mount.dialect->Parse(asked)) return FailSaying(ErrorKind::kForbidden, "signature required");
  if (slash != std::string_view::npos && mount.dialect->Parse(rest)) {
    return FailSaying(ErrorKind::kForbidden, "invalid signature");
  }
  return std::nullopt;
}

}  // namespace

Mounts::Mounts(std::vector<Mount> mounts) {
  // Whole hosts, then sub-domains of long names, then of short ones, then all.
  const auto order = [](const Mount& mount) {
    const bool whole = !mount.host.empty() && !mount.host.starts_with('.');
    return std::tuple(!whole, -static_cast<std::ptrdiff_t>(mount.host.size()),
                      -static_cast<std::ptrdiff_t>(mount.prefix.size()));
  };
  for (Mount& mount : mounts) {  // equals stay in their order
    const auto place = std::ranges::upper_bound(mounts_, order(mount), {}, order);
    mounts_.insert(place, std::move(mount));
  }
}

std::optional<Mounts::Match> Mounts::Find(std::string_view host, const Asked& asked) const {
  host = WithoutPort(host);
  for (const Mount& mount : mounts_) {
    if (!IsFor(mount, host)) continue;
    const auto path = Below(mount, asked.path);
    if (!path) continue;
    const Asked below = {.path = *path, .query = asked.query, .accept = asked.accept};
    auto image = mount.keys.empty() ? mount.dialect->Parse(below) : ParseSigned(mount, below);
    if (!image) continue;
    if (*image && (**image).source.source.empty()) (**image).source.source = mount.source;
    return Match{&mount, *std::move(image)};
  }
  return std::nullopt;
}

}  // namespace whittle::http
