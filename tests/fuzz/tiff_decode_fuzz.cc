// Bytes from a stranger as a TIFF: header, metadata and rows.
#include "tests/fuzz/decode_any.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  whittle::test::DecodeAny("tiff", {data, size});
  return 0;
}
