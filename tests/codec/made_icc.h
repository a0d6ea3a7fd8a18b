// For the codec tests: bytes that pass for an ICC profile.
#pragma once

#include <string>
#include <string_view>

namespace whittle::codec {

/// A profile of `size` bytes (at least 132) that says it is for `space` ("RGB ", "GRAY", "CMYK").
inline std::string MadeIcc(std::size_t size, std::string_view space) {
  std::string icc(size, '\0');
  for (std::size_t i = 132; i < size; ++i) icc[i] = static_cast<char>(i * 31 + i / 256);
  for (std::size_t i = 0; i < 4; ++i) icc[i] = static_cast<char>(size >> (24 - 8 * i));
  icc.replace(16, 4, space);
  icc.replace(36, 4, "acsp");
  return icc;
}

}  // namespace whittle::codec
