#include "codec/jpeg/lossless.h"

#include <cstddef>

namespace whittle::codec {
namespace {

constexpr std::uint8_t kLosslessFrame = 0xC3;
constexpr std::uint8_t kScan = 0xDA;

// B.2.3: Ss is the predictor, Se is 0, Ah is 0 and Al is the point transform.
bool IsSoundScan(ByteView scan, int precision) {
  const std::size_t at = scan.empty() ? 0 : 1 + 2 * std::size_t{scan[0]};
  if (scan.empty() || scan.size() < at + 3) return false;
  const int predictor = scan[at];
  const int point_transform = scan[at + 2] & 15;
  return predictor >= 1 && predictor <= 7 && scan[at + 1] == 0 && scan[at + 2] >> 4 == 0 &&
         point_transform < precision;
}

}  // namespace

bool LosslessScanIsSound(ByteView file) {
  int precision = 0;  // of the lossless frame, once seen
  std::size_t at = 2;
  while (at + 4 <= file.size() && file[at] == 0xFF) {
    const std::uint8_t marker = file[at + 1];
    const std::size_t length = std::size_t{file[at + 2]} << 8 | file[at + 3];
    if (length < 2 || file.size() - at - 2 < length) break;
    const ByteView content = file.subspan(at + 4, length - 2);
    if (marker == kLosslessFrame && !content.empty()) precision = content[0];
    if (marker == kScan) return precision == 0 || IsSoundScan(content, precision);
    at += 2 + length;
  }
  return true;
}

}  // namespace whittle::codec
