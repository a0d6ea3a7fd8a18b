#include "http/mounts.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "transform/url_source.h"

namespace whittle::http {
namespace {

using transform::Asked;

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

// The path below a prefix, nothing when it is not there: "/shopping" is not below "/shop".
std::optional<std::string_view> Below(std::string_view prefix, std::string_view path) {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  return path.starts_with('/') ? std::optional(path) : std::nullopt;
}

// Takes the first part of a path off it, without its slash: "shop" of "shop/a.jpg".
std::optional<std::string_view> TakePart(std::string_view& path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view part = path.substr(0, slash);
  path.remove_prefix(slash);
  return part;
}

// A mount as one request has come to it: with the tenant that its path has named, if it did.
class Entrance {
 public:
  Entrance(const Mount& mount, const Tenant* named, std::string_view prefix)
      : mount_(mount), named_(named), prefix_(prefix) {}

  std::optional<Mounts::Match> Match(const Asked& asked) const {
    if (WantsSignatures()) {
      Asked rest = asked;
      rest.path.remove_prefix(1);
      if (const auto signature = TakePart(rest.path)) {
        if (auto match = MatchSigned(*signature, rest, asked)) return match;
      }
    }
    auto match = Parse(asked);
    if (match && match->tenant->wants_signature()) return Refused(*match, "signature required");
    return match;
  }

 private:
  // Also of what is wrong, for which no tenant can be told.
  bool WantsSignatures() const {
    if (Own().wants_signature() || Urls().wants_signature()) return true;
    return named_ == nullptr && std::ranges::any_of(mount_.named, [](const auto& each) {
             return each.second.wants_signature();
           });
  }

  // `rest`: what stands behind the signature. Nothing when it is none of the grammar's, or not
  // signed and not for being so.
  std::optional<Mounts::Match> MatchSigned(std::string_view signature, const Asked& rest,
                                           const Asked& whole) const {
    auto match = Parse(rest);
    if (!match) return std::nullopt;
    const std::string message = MessageOf(rest);
    const auto signs = [&](const Tenant& tenant) {
      return IsSignedBy(tenant.keys, signature, message);
    };
    if (match->image ? signs(*match->tenant) : AnyTenant(signs)) return match;
    if (Parse(whole) || !match->tenant->wants_signature()) return std::nullopt;
    return Refused(*match, "invalid signature");
  }

  std::optional<Mounts::Match> Parse(const Asked& asked) const {
    auto image = mount_.dialect->Parse(asked);
    if (!image) return std::nullopt;
    Mounts::Match match{&Own(), *std::move(image)};
    if (match.image) match.tenant = &Settle(match.image->source);
    return match;
  }

  // Whose picture it is, which its path may name.
  const Tenant& Settle(SourceRef& ref) const {
    if (ref.source == transform::kUrlSource) return Urls();
    const Tenant* tenant = &Own();
    if (ref.source.empty() && named_ == nullptr && !mount_.named.empty()) {
      std::string_view path = ref.path;
      const auto part = TakePart(path);
      const auto found = part ? mount_.named.find(*part) : mount_.named.end();
      if (found != mount_.named.end()) {
        tenant = &found->second;
        ref.path = std::string(path.substr(1));
      }
    }
    if (ref.source.empty()) ref.source = tenant->source;
    return *tenant;
  }

  template <class Is>
  bool AnyTenant(const Is& is) const {
    if (is(Own()) || is(Urls())) return true;
    return named_ == nullptr &&
           std::ranges::any_of(mount_.named, [&](const auto& each) { return is(each.second); });
  }

  const Tenant& Own() const { return named_ != nullptr ? *named_ : mount_.own; }
  const Tenant& Urls() const { return mount_.urls ? *mount_.urls : Own(); }

  std::string MessageOf(const Asked& asked) const {
    std::string message(prefix_);
    message += asked.path;
    if (!asked.query.empty()) message.append("?").append(asked.query);
    return message;
  }

  static Mounts::Match Refused(const Mounts::Match& match, const char* why) {
    return {match.tenant, FailSaying(ErrorKind::kForbidden, why)};
  }

  const Mount& mount_;
  const Tenant* const named_;
  const std::string_view prefix_;  // of all that is behind, as it was sent
};

// Through the name that the path begins with, if it is a tenant's and the grammar knows the rest.
std::optional<Mounts::Match> MatchNamed(const Mount& mount, const Asked& asked,
                                        std::string_view whole) {
  Asked rest = asked;
  rest.path.remove_prefix(1);
  const auto name = TakePart(rest.path);
  const auto tenant = name ? mount.named.find(*name) : mount.named.end();
  if (tenant == mount.named.end()) return std::nullopt;
  const std::string_view prefix = whole.substr(0, whole.size() - rest.path.size());
  return Entrance(mount, &tenant->second, prefix).Match(rest);
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
    const auto path = Below(mount.prefix, asked.path);
    if (!path) continue;
    const Asked below = {.path = *path, .query = asked.query, .accept = asked.accept};
    if (!mount.named.empty()) {
      if (auto match = MatchNamed(mount, below, asked.path)) return match;
    }
    if (auto match = Entrance(mount, nullptr, mount.prefix).Match(below)) return match;
  }
  return std::nullopt;
}

}  // namespace whittle::http
