// Bytes from a stranger through every way of decoding WebP.
#include "tests/fuzz/decode_any.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  whittle::test::DecodeAny("webp", {data, size});
  return 0;
}
