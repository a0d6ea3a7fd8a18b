// Bytes from a stranger to planes by both JPEG decoders, which must agree: the same bands, or the
// same kind of error.
#include <cstdint>
#include <cstdlib>

#include "tests/codec/planes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;
  constexpr Limits kLimits{.max_source_bytes = 1 << 20,
                           .max_source_pixels = 1 << 20,
                           .max_scans = 20,
                           .max_scan_pixels = 4 << 20,
                           .max_working_bytes = 32 << 20};
  const ByteView file(data, size);
  if (!codec::ByName("jpeg")->sniff(file)) return 0;
  if (!codec::DecodersAgree(codec::ReadPlanes(file, codec::JpegDecoder::kAuto, kLimits),
                            codec::ReadPlanes(file, codec::JpegDecoder::kTurbo, kLimits))) {
    std::abort();
  }
  return 0;
}
