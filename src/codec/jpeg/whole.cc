#include "codec/jpeg/whole.h"

#include <algorithm>
#include <cstddef>
#include <span>

namespace whittle::codec {
namespace {

std::size_t CountOf(const jpeg_decompress_struct& c) {
  return static_cast<std::size_t>(c.num_components);
}

}  // namespace

bool AllScansAreThere(const jpeg_decompress_struct& c) {
  if (c.progressive_mode == TRUE) {
    // By component and coefficient how many low bits are missing; -1 for all.
    return c.coef_bits != nullptr &&
           std::ranges::all_of(std::span(c.coef_bits, CountOf(c)), [](const auto& bits) {
             return std::ranges::all_of(bits, [](int missing) { return missing == 0; });
           });
  }
  // libjpeg keeps a component's quantisation table when its scan begins.
  return std::ranges::all_of(std::span(c.comp_info, CountOf(c)),
                             [](const auto& part) { return part.quant_table != nullptr; });
}

void StartDecompress(Decoder& decoder) {
  while (jpeg_start_decompress(&decoder.c) == FALSE) {  // the file ends amid a segment
    decoder.c.unread_marker = JPEG_EOI;
  }
}

bool IsTruncated(const Decoder& decoder) {
  return decoder.mcus.missing() || (decoder.ran_out && !AllScansAreThere(decoder.c));
}

Expected<void> CheckSomethingIsThere(const Decoder& decoder) {
  if (!decoder.ran_out || !decoder.mcus.missing() || decoder.mcus.anything()) return {};
  return Fail(ErrorKind::kUndecodable, "the file ends before its first MCU");
}

}  // namespace whittle::codec
