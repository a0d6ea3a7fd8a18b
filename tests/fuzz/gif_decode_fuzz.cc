// Bytes from a stranger as a GIF: header, first frame, and all frames.
#include "tests/fuzz/decode_any.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  whittle::test::DecodeAny("gif", {data, size});
  return 0;
}
