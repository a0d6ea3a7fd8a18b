// The error island: how libpng's errors become values.
//
// libpng reports an error through a callback that must not return. Ours jumps back into
// GuardedPng(), the only function of the PNG codec that calls setjmp. A jump skips destructors, so
// what runs inside GuardedPng() creates no object that has one. No exception enters or leaves
// libpng.
//
// For the png_*.cc files only. One trap belongs to one job. Cost: one setjmp per guarded step.
#pragma once

#include <csetjmp>
#include <type_traits>

#include "whittle/error.h"

namespace whittle::codec {

struct PngTrap {
  std::jmp_buf jump{};
  ErrorKind kind = ErrorKind::kUndecodable;
  char detail[128] = {};
};

/// Ends the guarded step.
[[noreturn]] void Escape(PngTrap& trap, ErrorKind kind, const char* detail);

/// The error that ended the last guarded step.
inline Error ErrorOf(const PngTrap& trap) { return Error::Of(trap.kind, trap.detail); }

/// Runs `step`, which may call libpng; false when it was left through the trap. Not inlined,
/// because the locals of a function that calls setjmp are indeterminate after the jump.
template <class Step>
[[gnu::noinline]] bool GuardedPng(PngTrap& trap, const Step& step) {
  static_assert(std::is_trivially_destructible_v<Step>);
  if (setjmp(trap.jump) != 0) return false;  // NOLINT(cert-err52-cpp): see above
  step();
  return true;
}

}  // namespace whittle::codec
