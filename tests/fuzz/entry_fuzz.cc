// Bytes from a stranger as a result that a tier has kept, as they are and with hashes that are
// right. What is taken for one says again what was read.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string>

#include "base/hash.h"
#include "cache/entry.h"

namespace whittle {
namespace {

void Expect(bool condition) {
  if (!condition) std::abort();
}

// Hashes are no secret: who changes an entry can make them fit.
Bytes WithRightHashes(ByteView data) {
  constexpr std::size_t kTexts = 88;
  Bytes mended = Bytes::CopyOf(data);
  std::array<std::uint32_t, 4> lengths{};
  if (data.size() < kTexts) return mended;
  std::memcpy(lengths.data(), data.data() + 8, sizeof lengths);
  const std::size_t hashed = std::accumulate(lengths.begin(), lengths.end(), kTexts);
  if (hashed + 16 > data.size()) return mended;
  const auto put = [&mended](std::size_t at, const Hash128& hash) {
    std::memcpy(mended.data() + at, &hash.low, 8);
    std::memcpy(mended.data() + at + 8, &hash.high, 8);
  };
  const std::uint64_t bytes = data.size() - hashed - 16;
  std::memcpy(mended.data() + 24, &bytes, 8);
  put(72, HashOf(data.subspan(hashed + 16)));
  put(hashed, HashOf(mended.view().first(hashed)));
  return mended;
}

void Check(ByteView data, std::string_view key) {
  const auto entry = cache::Parse(data, key);
  if (!entry) {
    Expect(!entry.error().detail.empty());
    return;
  }
  Expect(entry->key == key && entry->bytes->size() <= data.size());
  Expect(entry->etag.find_first_of("\r\n") == std::string::npos);
  Expect(entry->type.find_first_of("\r\n") == std::string::npos);
  const auto serial = cache::Serialize(*entry);
  Expect(serial.has_value());
  const auto again = cache::Parse(serial->view(), key);
  Expect(again && again->etag == entry->etag && again->validator == entry->validator &&
         again->caching == entry->caching && again->modified == entry->modified &&
         again->fresh_until == entry->fresh_until &&
         AsText(again->bytes->view()) == AsText(entry->bytes->view()));
}

}  // namespace
}  // namespace whittle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;
  const Bytes mended = WithRightHashes({data, size});
  for (const std::string_view key : {"k", ""}) {
    Check({data, size}, key);
    Check(mended.view(), key);
  }
  return 0;
}
