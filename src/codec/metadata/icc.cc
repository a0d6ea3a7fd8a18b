#include "codec/metadata/icc.h"

#include <string_view>

namespace whittle::codec {
namespace {

constexpr std::string_view kChunkName{"ICC_PROFILE\0", 12};
constexpr std::size_t kChunkHead = kChunkName.size() + 2;  // number of this one, number of all

// Offsets and smallest size from ICC.1:2022, 7.2 and 7.3.
constexpr std::size_t kSpaceAt = 16;
constexpr std::size_t kSignatureAt = 36;
constexpr std::size_t kHeaderAndTagCount = 132;

std::uint32_t BigEndian32(ByteView bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

std::string_view SpaceOf(int channels) {
  return channels == 1 ? "GRAY" : channels == 3 ? "RGB " : "CMYK";
}

}  // namespace

bool IccSuits(ByteView profile, int channels) {
  if (profile.size() < kHeaderAndTagCount) return false;
  // Some writers pad a profile; none may promise more than is there.
  return BigEndian32(profile) <= profile.size() &&
         AsText(profile.subspan(kSignatureAt, 4)) == "acsp" &&
         AsText(profile.subspan(kSpaceAt, 4)) == SpaceOf(channels);
}

void IccChunks::Add(ByteView segment) {
  if (segment.size() < kChunkHead || !AsText(segment).starts_with(kChunkName)) return;
  const std::uint8_t number = segment[kChunkName.size()];
  const std::uint8_t count = segment[kChunkName.size() + 1];
  if (count_ == 0) count_ = count;
  if (number == 0 || number > count || count != count_) {
    broken_ = true;
  } else if (chunks_[number].data() == nullptr) {
    chunks_[number] = segment.subspan(kChunkHead);
  }
}

Bytes IccChunks::Assemble(std::uint32_t max_bytes) const {
  if (broken_) return {};
  std::size_t size = 0;
  for (int i = 1; i <= count_; ++i) {
    const ByteView chunk = chunks_[static_cast<std::size_t>(i)];
    if (chunk.data() == nullptr) return {};
    size += chunk.size();
  }
  if (size > max_bytes) return {};
  Bytes profile;
  profile.Reserve(size);
  for (int i = 1; i <= count_; ++i) profile.Append(chunks_[static_cast<std::size_t>(i)]);
  return profile;
}

}  // namespace whittle::codec
