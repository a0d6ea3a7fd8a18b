// Any bytes as a PNG: header, metadata, rows, frames.
#include "tests/fuzz/decode_any.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  whittle::test::DecodeAny("png", {data, size});
  return 0;
}
