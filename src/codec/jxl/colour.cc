#include "codec/jxl/colour.h"

#include <jxl/encode.h>  // JxlColorEncodingSetToSRGB

#include <cstdint>

namespace whittle::codec {
namespace {

struct Primaries {
  std::uint8_t code;
  JxlPrimaries name;
};
constexpr Primaries kPrimaries[] = {
    {1, JXL_PRIMARIES_SRGB}, {9, JXL_PRIMARIES_2100}, {12, JXL_PRIMARIES_P3}};

struct Transfer {
  std::uint8_t code;
  JxlTransferFunction name;
};
constexpr Transfer kTransfers[] = {{8, JXL_TRANSFER_FUNCTION_LINEAR},
                                   {13, JXL_TRANSFER_FUNCTION_SRGB},
                                   {16, JXL_TRANSFER_FUNCTION_PQ},
                                   {18, JXL_TRANSFER_FUNCTION_HLG}};

}  // namespace

std::optional<pixel::Cicp> CicpOf(const JxlColorEncoding& colour) {
  const bool grey = colour.color_space == JXL_COLOR_SPACE_GRAY;
  if (!grey && colour.color_space != JXL_COLOR_SPACE_RGB) return std::nullopt;
  if (colour.white_point != JXL_WHITE_POINT_D65) return std::nullopt;
  for (const Primaries& primaries : kPrimaries) {
    for (const Transfer& transfer : kTransfers) {
      if ((grey || primaries.name == colour.primaries) &&
          transfer.name == colour.transfer_function) {
        return pixel::Cicp{primaries.code, transfer.code};
      }
    }
  }
  return std::nullopt;
}

JxlColorEncoding JxlColourOf(const pixel::Cicp& cicp, bool grey) {
  JxlColorEncoding colour{};
  JxlColorEncodingSetToSRGB(&colour, grey ? JXL_TRUE : JXL_FALSE);
  for (const Primaries& primaries : kPrimaries) {
    if (primaries.code == cicp.primaries) colour.primaries = primaries.name;
  }
  for (const Transfer& transfer : kTransfers) {
    if (transfer.code == cicp.transfer) colour.transfer_function = transfer.name;
  }
  return colour;
}

}  // namespace whittle::codec
