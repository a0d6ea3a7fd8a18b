#include "codec/png/error.h"

#include <cstdio>

namespace whittle::codec {

void Escape(PngTrap& trap, ErrorKind kind, const char* detail) {
  trap.kind = kind;
  std::snprintf(trap.detail, sizeof trap.detail, "%s", detail);
  std::longjmp(trap.jump, 1);  // NOLINT(cert-err52-cpp): see the header
}

}  // namespace whittle::codec
