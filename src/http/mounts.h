// Mounts: which grammar, keys, defaults, limits and source a request has, by its host and path.
//
// A mount is a table of the configuration; without any there is one for the resize grammar at the
// root. Filled at start, then immutable: any thread. Cost: some comparisons for each mount, and
// those of its signature where it has keys.
#pragma once

#include <cstdint>
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

struct Mount {
  /// What paths begin with, as "/shop"; empty for all.
  std::string prefix;
  /// Without its port, in any case; ".example.org" for its sub-domains, empty for all.
  std::string host;
  std::shared_ptr<const transform::Dialect> dialect;
  std::string source;                           ///< the name of one; empty: the unnamed one
  std::shared_ptr<const service::Scope> scope;  ///< limits of its own; null: the service's
  std::vector<SigningKey> keys;                 ///< with some, every URL has to be signed
  CachingRules caching;
};

class Mounts {
 public:
  /// In any order: those for a host come before those for all, and longer prefixes before shorter.
  explicit Mounts(std::vector<Mount> mounts);

  struct Match {
    const Mount* mount = nullptr;
    Expected<transform::ImageRequest> image;
  };
  /// What the first mount makes of the request whose grammar knows its path; nothing when none
  /// does. `asked.path` is that of the request. Errors: those of the grammar, kForbidden.
  std::optional<Match> Find(std::string_view host, const transform::Asked& asked) const;

 private:
  std::vector<Mount> mounts_;
};

}  // namespace whittle::http
