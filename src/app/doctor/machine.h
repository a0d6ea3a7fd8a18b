// What checks know of the machine and of what runs on it; tests bring their own.
//
// A value; its functions may be called from any thread, and block.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/settings.h"
#include "source/address.h"
#include "transform/dialect.h"
#include "whittle/expected.h"

namespace whittle::app::doctor {

/// How the processes run that decode strangers' pictures.
struct Fences {
  bool own_namespaces = true;
  std::string warning;  ///< what this host keeps them from having
};

struct Machine {
  std::uint64_t memory = 0;                ///< bytes that this process may have (memory_limit.h)
  int affinity = 1;                        ///< CPUs of its mask
  int quota = 0;                           ///< CPUs that its cgroups allow; 0: as many as there are
  std::uint64_t descriptors = 0;           ///< that it may have, at most
  unsigned user = 0;                       ///< effective, as a number
  std::vector<source::Address> addresses;  ///< of its interfaces
  std::vector<std::string> libraries;      ///< "libheif 1.15.1"; ourselves first
  transform::FormatSet writable;           ///< by this build

  /// Whether this process may write there.
  std::function<bool(const std::string& path)> may_write;
  /// Decodes HEIF in a process as the settings want it. Errors: with a text for the operator.
  std::function<Expected<Fences>(const Settings& settings)> try_heif;
  /// The same for SVG.
  std::function<Expected<Fences>(const Settings& settings)> try_svg;
};

Machine ThisMachine();

}  // namespace whittle::app::doctor
