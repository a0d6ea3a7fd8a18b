// The segments of a JPEG file before its first scan, one after the other.
//
// For the jpeg_*.cc files. Views into the file, which must outlive them. Any thread; a step costs
// nothing but the look at four bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "whittle/bytes.h"

namespace whittle::codec {

inline constexpr std::uint8_t kApp1 = 0xE1;
inline constexpr std::uint8_t kApp2 = 0xE2;

struct JpegSegment {
  std::uint8_t marker = 0;
  ByteView body;
};

/// Ends before the first scan, at what is no segment, and at one that the file's end cuts.
class JpegSegments {
 public:
  explicit JpegSegments(ByteView file) : file_(file) {}

  std::optional<JpegSegment> Next() {
    constexpr std::uint8_t kScan = 0xDA;
    while (at_ + 1 < file_.size() && file_[at_] == 0xFF && file_[at_ + 1] == 0xFF) ++at_;  // fill
    if (at_ + 4 > file_.size() || file_[at_] != 0xFF || file_[at_ + 1] == kScan) {
      return std::nullopt;
    }
    const std::size_t length = std::size_t{file_[at_ + 2]} << 8 | file_[at_ + 3];
    if (length < 2 || file_.size() - at_ - 2 < length) return std::nullopt;
    const JpegSegment segment{file_[at_ + 1], file_.subspan(at_ + 4, length - 2)};
    at_ += 2 + length;
    return segment;
  }

 private:
  ByteView file_;
  std::size_t at_ = 2;  // behind the start of image
};

}  // namespace whittle::codec
