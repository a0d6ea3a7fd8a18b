#include "cache/entry.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/hash.h"

namespace whittle::cache {
namespace {

static_assert(std::endian::native == std::endian::little, "fields are copied as they are");

constexpr std::array<char, 4> kMagic = {'W', 'H', 'T', 'E'};
constexpr std::uint32_t kTruncated = 1;
constexpr std::uint32_t kHasModified = 2;

struct SerialHash {
  std::uint64_t low;
  std::uint64_t high;
  friend bool operator==(const SerialHash&, const SerialHash&) = default;
};

SerialHash HashIn(ByteView bytes) {
  const Hash128 hash = HashOf(bytes);
  return {hash.low, hash.high};
}

// The head's fixed part, byte for byte.
struct Fixed {
  std::array<char, 4> magic;
  std::uint32_t version;
  std::uint32_t key, etag, type, validator;  // lengths
  std::uint64_t bytes;
  std::uint32_t width, height;
  std::uint32_t flags;
  std::uint32_t caching;  // length
  std::int64_t modified;
  std::int64_t made, fresh_until;
  SerialHash hash;  // of the bytes
};
static_assert(sizeof(Fixed) == 88 && std::has_unique_object_representations_v<Fixed>);
static_assert(sizeof(Fixed) + sizeof(SerialHash) + Entry::kMaxKey + Entry::kMaxEtag +
                  Entry::kMaxType + Entry::kMaxValidator + Entry::kMaxCaching ==
              Entry::kMaxHead);

template <class T>
ByteView BytesOf(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

std::unexpected<Error> Poisoned(std::string why) {
  return Fail(ErrorKind::kUndecodable, std::move(why));
}

bool IsVisible(char c) { return c > 0x20 && c < 0x7F; }

// What is sent in the head of an answer, to which nothing must be added.
bool IsEtag(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  const std::string_view within = text.substr(1, text.size() - 2);
  return std::ranges::all_of(within, [](char c) { return IsVisible(c) && c != '"'; });
}
bool IsType(std::string_view text) { return !text.empty() && std::ranges::all_of(text, IsVisible); }

// Far enough from what a number can be that sums of times are safe.
bool AreTimes(const Fixed& fixed) {
  constexpr std::int64_t kYear10000 = 253'402'300'800;  // seconds since 1970
  const auto within = [](std::int64_t time, std::int64_t limit) {
    return -limit < time && time < limit;
  };
  return within(fixed.modified, kYear10000) && within(fixed.made, 1000 * kYear10000) &&
         within(fixed.fresh_until, 1000 * kYear10000);
}

bool Fits(const Fixed& fixed) {
  return fixed.key <= Entry::kMaxKey && fixed.etag <= Entry::kMaxEtag &&
         fixed.type <= Entry::kMaxType && fixed.validator <= Entry::kMaxValidator &&
         fixed.caching <= Entry::kMaxCaching;
}

std::size_t TextBytes(const Fixed& fixed) {
  return std::size_t{fixed.key} + fixed.etag + fixed.type + fixed.validator + fixed.caching;
}

// The fixed part, once it, the texts behind it and their hash are known to be there.
Expected<Fixed> ReadFixed(ByteView serial) {
  Fixed fixed{};
  if (serial.size() < 8) return Poisoned("truncated");
  std::memcpy(&fixed, serial.data(), std::min(serial.size(), sizeof fixed));
  if (fixed.magic != kMagic) return Poisoned("not an entry");
  if (fixed.version != Entry::kVersion) {
    return Fail(ErrorKind::kUnsupported,
                fixed.version > Entry::kVersion ? "a newer version" : "an older version");
  }
  if (serial.size() < sizeof fixed) return Poisoned("truncated");
  if (!Fits(fixed)) return Poisoned("a text is too long");
  const std::size_t hashed = sizeof fixed + TextBytes(fixed);
  if (serial.size() < hashed + sizeof(SerialHash)) return Poisoned("truncated");
  SerialHash hash{};
  std::memcpy(&hash, serial.data() + hashed, sizeof hash);
  if (hash != HashIn(serial.first(hashed))) return Poisoned("the head was changed");
  return fixed;
}

}  // namespace

Expected<Bytes> Serialize(const Entry& entry) {
  if (entry.key.size() > Entry::kMaxKey || entry.etag.size() > Entry::kMaxEtag ||
      entry.type.size() > Entry::kMaxType || entry.validator.size() > Entry::kMaxValidator ||
      entry.caching.size() > Entry::kMaxCaching) {
    return Fail(ErrorKind::kTooLarge, "a text of an entry is too long");
  }
  const Fixed fixed = {
      .magic = kMagic,
      .version = Entry::kVersion,
      .key = static_cast<std::uint32_t>(entry.key.size()),
      .etag = static_cast<std::uint32_t>(entry.etag.size()),
      .type = static_cast<std::uint32_t>(entry.type.size()),
      .validator = static_cast<std::uint32_t>(entry.validator.size()),
      .bytes = entry.bytes->size(),
      .width = entry.width,
      .height = entry.height,
      .flags = (entry.truncated ? kTruncated : 0U) | (entry.modified ? kHasModified : 0U),
      .caching = static_cast<std::uint32_t>(entry.caching.size()),
      .modified = entry.modified.value_or(0),
      .made = entry.made.time_since_epoch().count(),
      .fresh_until = entry.fresh_until.time_since_epoch().count(),
      .hash = HashIn(entry.bytes->view()),
  };
  if (!AreTimes(fixed)) return Fail(ErrorKind::kTooLarge, "a time that no clock shows");
  Bytes serial;
  serial.Reserve(sizeof fixed + TextBytes(fixed) + sizeof(SerialHash) + entry.bytes->size());
  serial.Append(BytesOf(fixed));
  for (const std::string* text :
       {&entry.key, &entry.etag, &entry.type, &entry.validator, &entry.caching}) {
    serial.Append(AsBytes(*text));
  }
  const SerialHash hash = HashIn(serial.view());
  serial.Append(BytesOf(hash));
  serial.Append(entry.bytes->view());
  return serial;
}

Expected<Entry> Parse(ByteView serial, std::string_view key) {
  WHITTLE_TRY(const Fixed fixed, ReadFixed(serial));
  std::string_view texts = AsText(serial.subspan(sizeof fixed, TextBytes(fixed)));
  const auto next = [&texts](std::size_t size) {
    const std::string_view text = texts.substr(0, size);
    texts.remove_prefix(size);
    return text;
  };
  if (next(fixed.key) != key) return Poisoned("another's");
  const std::string_view etag = next(fixed.etag);
  const std::string_view type = next(fixed.type);
  if (!IsEtag(etag) || !IsType(type)) return Poisoned("no ETag or no type");
  if (!AreTimes(fixed)) return Poisoned("a time that no clock shows");
  const ByteView bytes = serial.subspan(sizeof fixed + TextBytes(fixed) + sizeof(SerialHash));
  if (bytes.size() < fixed.bytes) return Poisoned("truncated");
  if (bytes.size() > fixed.bytes) return Poisoned("longer than it says");
  if (HashIn(bytes) != fixed.hash) return Poisoned("the bytes were changed");
  const auto time = [](std::int64_t ms) { return WallTime(std::chrono::milliseconds(ms)); };
  return Entry{.key = std::string(key),
               .etag = std::string(etag),
               .type = std::string(type),
               .validator = std::string(next(fixed.validator)),
               .caching = std::string(next(fixed.caching)),
               .width = fixed.width,
               .height = fixed.height,
               .truncated = (fixed.flags & kTruncated) != 0,
               .modified = (fixed.flags & kHasModified) != 0
                               ? std::optional<std::time_t>(fixed.modified)
                               : std::nullopt,
               .made = time(fixed.made),
               .fresh_until = time(fixed.fresh_until),
               .bytes = std::make_shared<const Bytes>(Bytes::CopyOf(bytes))};
}

}  // namespace whittle::cache
