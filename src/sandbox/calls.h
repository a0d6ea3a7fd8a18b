// The kernel's calls that a confined process keeps: an allow-list, made by libseccomp.
//
// What is not on the list fails with EPERM, which a library that only probes takes for "not here";
// killing would make an update of librsvg or glib that asks for one thing more the end of every
// picture. Calls of another architecture or ABI (i386, x32) end the process.
#pragma once

#include <linux/filter.h>

#include <optional>
#include <vector>

namespace whittle::sandbox {

enum class Files : bool { kNone, kRead };  ///< whether a process may open any

class CallFilter {
 public:
  /// Compiles it, some 100 us; nothing where libseccomp has no memory. In the process that forks.
  static std::optional<CallFilter> Make(Files files);
  /// For the calling thread and all it starts from now on, for ever. Wants no_new_privs.
  bool Install() const;

 private:
  std::vector<sock_filter> program_;
};

}  // namespace whittle::sandbox
