#include "codec/webp/mend.h"

#include <algorithm>
#include <string_view>

#include "base/checked.h"

namespace whittle::codec {
namespace {

constexpr std::uint64_t kEven = 2;  // chunks have even sizes, by a byte behind them

void Put32(Bytes& bytes, std::size_t at, std::size_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes.data()[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

}  // namespace

std::uint64_t LittleEndian(ByteView bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

MendedWebp MendWebp(ByteView file) {
  MendedWebp mended;
  if (file.size() < kRiffHead) return mended;
  std::size_t at = kRiffHead;  // of the first chunk that is not whole
  std::uint64_t size = 0;
  std::size_t there = 0;  // of it, behind its head
  while (file.size() - at >= kChunkHead) {
    size = LittleEndian(file, at + 4, 4);
    there = file.size() - at - kChunkHead;
    if (RoundUp(size, kEven) > there) break;
    at += kChunkHead + RoundUp(static_cast<std::size_t>(size), std::size_t{kEven});
  }
  const ByteView rest = file.subspan(at);
  const std::string_view name = AsText(rest.first(rest.size() < kChunkHead ? 0 : 4));
  if (name == "VP8 " || name == "VP8L") {
    const bool lacks_only_padding = size == there;
    mended.cut = !lacks_only_padding;
    mended.picture_at = mended.cut ? at : 0;
    const std::size_t kept = lacks_only_padding ? there + 1 : there - there % kEven;
    mended.file.Reserve(at + kChunkHead + kept);
    mended.file.Append(file.first(at + kChunkHead + std::min(kept, there)));
    if (lacks_only_padding) mended.file.Append(AsBytes(std::string_view("\0", 1)));
    if (mended.cut) Put32(mended.file, at + 4, kept);
  } else {
    mended.file = Bytes::CopyOf(file.first(at));
    // Of a chunk without a whole head nobody knows that it is no frame.
    mended.cut = name == "ANMF" || (name.empty() && !rest.empty());
  }
  Put32(mended.file, 4, mended.file.size() - kChunkHead);
  return mended;
}

void ExpectMore(Bytes& mended, std::size_t at) {
  if (at > 0) Put32(mended, at + 4, mended.size() - at - kChunkHead + kEven);
}

}  // namespace whittle::codec
