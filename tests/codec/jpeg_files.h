// For the JPEG tests: files cut and spliced by marker, which no encoder would write.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/pictures.h"

namespace whittle::codec {

/// Where marker FF `code` first stands, found by walking the segments up to the first scan.
inline std::size_t FindMarker(std::string_view jpeg, int code) {
  std::size_t at = 2;
  while (at + 4 <= jpeg.size()) {
    const int marker = static_cast<unsigned char>(jpeg[at + 1]);
    if (marker == code) return at;
    if (marker == 0xDA) break;
    at += 2 + static_cast<std::size_t>(static_cast<unsigned char>(jpeg[at + 2]) * 256 +
                                       static_cast<unsigned char>(jpeg[at + 3]));
  }
  throw std::runtime_error("no such marker");
}

/// `jpeg` without its segment FF `code`.
inline std::string WithoutSegment(std::string_view jpeg, int code) {
  const std::size_t at = FindMarker(jpeg, code);
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(jpeg[at + 2]) * 256 +
                                               static_cast<unsigned char>(jpeg[at + 3]));
  return std::string(jpeg.substr(0, at)) + std::string(jpeg.substr(at + 2 + length));
}

/// A progressive file whose first scan stands there `times` times. Each costs a walk over the whole
/// frame, a few bytes and one warning.
inline std::string RepeatFirstScan(const test::Picture& picture, int times) {
  const Bytes file = test::EncodeJpeg(picture, {.progressive = true});
  const std::string_view jpeg = AsText(file.view());
  const std::size_t scan = FindMarker(jpeg, 0xDA);
  std::size_t end = scan + 2;  // the next FF that is not stuffing
  while (jpeg[end] != '\xFF' || jpeg[end + 1] == '\0') ++end;
  std::string bomb(jpeg.substr(0, scan));
  for (int i = 0; i < times; ++i) bomb += jpeg.substr(scan, end - scan);
  return bomb + std::string(jpeg.substr(end));
}

}  // namespace whittle::codec
