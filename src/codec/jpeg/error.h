// The error island: how libjpeg's errors become values.
//
// libjpeg reports an error through a callback that must not return. Ours jumps back into Guarded(),
// the only function of this room that calls setjmp. A jump skips destructors, so what runs inside
// Guarded() creates no object that has one; everything with a destructor lives outside, in the
// Decoder that owns the trap. No exception enters or leaves libjpeg.
//
// For the jpeg_*.cc files only. One trap belongs to one job. Cost: one setjmp per batch of rows.
#pragma once

#include <cstddef>
#include <cstdio>
// jpeglib.h needs these two first
#include <jpeglib.h>

#include <csetjmp>
#include <type_traits>

#include "whittle/error.h"

namespace whittle::codec {

struct ErrorTrap {
  jpeg_error_mgr manager{};  ///< first: libjpeg hands its address back to us
  std::jmp_buf jump{};
  ErrorKind kind = ErrorKind::kUndecodable;
  const char* text = nullptr;  ///< for the client, where the kind's own text says too little
  char detail[JMSG_LENGTH_MAX] = {};
  int warnings = 0;  ///< of the header
  /// A scan may end before it should, by a marker or with the file. When not, that ends the step,
  /// and `gap` says that it was this.
  bool allows_gaps = false;
  bool gap = false;
};

/// Connects the trap; what it returns belongs into the `err` field of the libjpeg struct. Errors of
/// libjpeg that have no better kind get `kind`.
jpeg_error_mgr* Arm(ErrorTrap& trap, ErrorKind kind);

/// The trap behind a libjpeg struct.
inline ErrorTrap& TrapOf(j_common_ptr c) { return *reinterpret_cast<ErrorTrap*>(c->err); }

/// Ends the guarded step with an error of ours. `text` must be a literal or null.
[[noreturn]] void Escape(ErrorTrap& trap, ErrorKind kind, const char* text, const char* detail);

/// A scan needs what is not in the file; returns where the trap allows gaps.
void NoteGap(ErrorTrap& trap);

/// The error that ended the last guarded step.
Error ErrorOf(const ErrorTrap& trap);

/// Runs `step`, which may call libjpeg; false when it was left through the trap. Not inlined,
/// because the locals of a function that calls setjmp are indeterminate after the jump.
template <class Step>
[[gnu::noinline]] bool Guarded(ErrorTrap& trap, const Step& step) {
  static_assert(std::is_trivially_destructible_v<Step>);
  if (setjmp(trap.jump) != 0) return false;  // NOLINT(cert-err52-cpp): see above
  step();
  return true;
}

}  // namespace whittle::codec
