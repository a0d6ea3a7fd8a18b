// Mounts: which grammar, keys, defaults, limits and source a request has, by its host and path.
//
// A mount is a table of the configuration; without any there is one for the resize grammar at the
// root. What goes for the pictures of one source below a mount is a Tenant: most mounts have one,
// others let a path name it. Filled at start, then immutable: any thread. Cost: some comparisons
// for each mount, a look-up where paths name sources, and signatures where there are keys.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/reply.h"
#include "http/signature.h"
#include "service/request.h"
#include "transform/dialect.h"

namespace whittle::http {

/// A source as requests get at it through a mount.
struct Tenant {
  std::string source;                           ///< the name of one; empty: the unnamed one
  std::shared_ptr<const service::Scope> scope;  ///< limits of its own; null: the service's
  std::vector<SigningKey> keys;  ///< with some, every URL has to be signed by one of them
  bool only_signed = false;      ///< and without any, nobody gets at it
  CachingRules caching;

  bool wants_signature() const { return only_signed || !keys.empty(); }
};

struct Mount {
  /// What paths begin with, as "/shop"; empty for all.
  std::string prefix;
  /// Without its port, in any case; ".example.org" for its sub-domains, empty for all.
  std::string host;
  std::shared_ptr<const transform::Dialect> dialect;
  Tenant own;
  /// For URLs that stand in place of a path; null: as `own`.
  std::shared_ptr<const Tenant> urls = nullptr;
  /// Sources that a path may name by its first part, or by that of the picture's path: of a "shop"
  /// "/shop/resize/1/2/a.jpg" and "/resize/1/2/shop/a.jpg".
  std::map<std::string, Tenant, std::less<>> named = {};
};

class Mounts {
 public:
  /// In any order: those for a host come before those for all, and longer prefixes before shorter.
  explicit Mounts(std::vector<Mount> mounts);

  struct Match {
    const Tenant* tenant = nullptr;
    Expected<transform::ImageRequest> image;
  };
  /// What the first mount makes of the request whose grammar knows its path; nothing when none
  /// does. `asked.path` is that of the request. Errors: those of the grammar, kForbidden.
  std::optional<Match> Find(std::string_view host, const transform::Asked& asked) const;

 private:
  std::vector<Mount> mounts_;
};

}  // namespace whittle::http
