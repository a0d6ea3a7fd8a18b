#include "codec/jpeg/error.h"

#include <jerror.h>

extern "C" {
#include <jpegint.h>
}

#include <cstring>

namespace whittle::codec {
namespace {

// Of the header, where a damaged file gives a few: what floods us with them is made to keep us
// busy. In scans there are no more of them than MCUs and bytes, and a photo with damage in
// thousands of places may look sound.
constexpr int kMaxWarnings = 1000;

void OnError(j_common_ptr c) {
  ErrorTrap& trap = TrapOf(c);
  char detail[JMSG_LENGTH_MAX];
  trap.manager.format_message(c, detail);
  switch (trap.manager.msg_code) {
    case JERR_BAD_PRECISION: {
      const int bits = trap.manager.msg_parm.i[0];
      if (bits > 8 && bits <= 16) {
        Escape(trap, ErrorKind::kUnsupported, "JPEG of more than 8 bits is not supported", detail);
      }
      break;
    }
    case JERR_SOF_UNSUPPORTED:
      Escape(trap, ErrorKind::kUnsupported, "lossless and hierarchical JPEG are not supported",
             detail);
    case JERR_NO_BACKING_STORE:  // more than max_memory_to_use
      Escape(trap, ErrorKind::kTooLarge, nullptr, detail);
    case JERR_OUT_OF_MEMORY:
      Escape(trap, ErrorKind::kOverloaded, nullptr, detail);
    default:
      break;
  }
  Escape(trap, trap.kind, nullptr, detail);
}

// Level -1 is a warning, 0 and up are traces.
void OnMessage(j_common_ptr c, int level) {
  if (level >= 0) return;
  ErrorTrap& trap = TrapOf(c);
  if (trap.manager.msg_code == JWRN_HIT_MARKER) NoteGap(trap);
  if (c->global_state == DSTATE_INHEADER && ++trap.warnings > kMaxWarnings) {
    Escape(trap, ErrorKind::kUndecodable, nullptr, "a header damaged in more than 1000 places");
  }
}

}  // namespace

jpeg_error_mgr* Arm(ErrorTrap& trap, ErrorKind kind) {
  jpeg_error_mgr* manager = jpeg_std_error(&trap.manager);
  manager->error_exit = OnError;
  manager->emit_message = OnMessage;
  manager->output_message = [](j_common_ptr) {};  // libjpeg would print
  trap.kind = kind;
  return manager;
}

void Escape(ErrorTrap& trap, ErrorKind kind, const char* text, const char* detail) {
  trap.kind = kind;
  trap.text = text;
  std::snprintf(trap.detail, sizeof trap.detail, "%s", detail);
  std::longjmp(trap.jump, 1);  // NOLINT(cert-err52-cpp): see the header
}

void NoteGap(ErrorTrap& trap) {
  if (trap.allows_gaps) return;
  trap.gap = true;
  Escape(trap, ErrorKind::kUndecodable, nullptr, "the file ends too early");
}

Error ErrorOf(const ErrorTrap& trap) {
  if (trap.text == nullptr) return Error::Of(trap.kind, trap.detail);
  return Error::Saying(trap.kind, trap.text, trap.detail);
}

}  // namespace whittle::codec
