#include "codec/jpeg_whole.h"

namespace whittle::codec {

bool IsWhole(Decoder& decoder) {
  jpeg_decompress_struct& c = decoder.c;
  if (Guarded(decoder.trap, [&c] { jpeg_finish_decompress(&c); })) return true;
  const bool marker_follows = c.unread_marker != 0;
  return marker_follows && !decoder.trap.scan_ended_early;
}

}  // namespace whittle::codec
