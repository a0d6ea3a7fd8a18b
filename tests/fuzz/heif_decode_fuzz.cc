// Bytes from a stranger through sniff, probe, metadata and a full decode of HEIF.
#include "tests/fuzz/decode_any.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  whittle::test::DecodeAny("heif", {data, size});
  return 0;
}
