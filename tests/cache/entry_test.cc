#include "cache/entry.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>

#include "base/hash.h"
#include "tests/support/entries.h"

namespace whittle::cache {
namespace {

using std::string_view_literals::operator""sv;

std::string SerialOf(const Entry& entry) {
  const auto serial = Serialize(entry);
  EXPECT_TRUE(serial);
  return std::string(AsText(serial->view()));
}

// "kind: detail", or nothing when it is an entry.
std::string Wrong(std::string_view serial, std::string_view key = "k") {
  const auto entry = Parse(AsBytes(serial), key);
  if (entry) return {};
  return std::string(Name(entry.error().kind)) + ": " + entry.error().detail;
}

template <class T>
T At(std::string_view serial, std::size_t at) {
  T value;
  std::memcpy(&value, serial.data() + at, sizeof value);
  return value;
}

template <class T>
void Set(std::string& serial, std::size_t at, T value) {
  std::memcpy(serial.data() + at, &value, sizeof value);
}

// As a forger does it who knows the form: the head's hash is right again.
void HashHead(std::string& serial) {
  const std::size_t hashed = 88 + At<std::uint32_t>(serial, 8) + At<std::uint32_t>(serial, 12) +
                             At<std::uint32_t>(serial, 16) + At<std::uint32_t>(serial, 20) +
                             At<std::uint32_t>(serial, 44);
  const Hash128 hash = HashOf(AsBytes(std::string_view(serial).substr(0, hashed)));
  Set(serial, hashed, hash.low);
  Set(serial, hashed + 8, hash.high);
}

TEST(Entry, IsReadAsItWasWritten) {
  for (const bool truncated : {false, true}) {
    for (const std::optional<std::time_t> modified :
         {std::optional<std::time_t>(), std::optional<std::time_t>(0),
          std::optional<std::time_t>(-5), std::optional<std::time_t>(1'700'000'000)}) {
      Entry entry = test::MakeEntry("a/b c.jpg");
      entry.truncated = truncated;
      entry.modified = modified;
      entry.width = 4'000'000'000U;
      entry.caching = truncated ? "" : "public, max-age=5";
      const auto again = Parse(AsBytes(SerialOf(entry)), "a/b c.jpg");
      ASSERT_TRUE(again) << again.error().detail;
      EXPECT_EQ(again->key, entry.key);
      EXPECT_EQ(again->etag, entry.etag);
      EXPECT_EQ(again->type, entry.type);
      EXPECT_EQ(again->validator, entry.validator);
      EXPECT_EQ(again->caching, entry.caching);
      EXPECT_EQ(again->width, entry.width);
      EXPECT_EQ(again->height, entry.height);
      EXPECT_EQ(again->truncated, truncated);
      EXPECT_EQ(again->modified, modified);
      EXPECT_EQ(again->made, entry.made);
      EXPECT_EQ(again->fresh_until, entry.fresh_until);
      EXPECT_EQ(AsText(again->bytes->view()), "picture");
    }
  }
}

TEST(Entry, MayHaveNoBytesAndNoValidator) {
  Entry entry = test::MakeEntry("k", "");
  entry.validator.clear();
  const auto again = Parse(AsBytes(SerialOf(entry)), "k");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->bytes->empty());
  EXPECT_EQ(again->validator, "");
}

// Replicas of another build read it: a change of a byte here is a new version.
TEST(Entry, HasOneSerialForm) {
  const std::string serial = SerialOf(test::MakeEntry("k"));
  EXPECT_EQ(ToHex(HashOf(AsBytes(serial))), "7da1ceb30d3660d9372de78082dc6c94");
  EXPECT_EQ(serial.substr(0, 8), std::string("WHTE\1\0\0\0", 8));
  EXPECT_EQ(At<std::uint32_t>(serial, 8), 1U);
  EXPECT_EQ(At<std::uint64_t>(serial, 24), 7U);
  EXPECT_EQ(At<std::uint32_t>(serial, 32), 800U);
  EXPECT_EQ(At<std::uint32_t>(serial, 36), 600U);
  EXPECT_EQ(At<std::int64_t>(serial, 56), 1'000'000);
  EXPECT_EQ(At<std::int64_t>(serial, 64), 1'001'000);
  EXPECT_EQ(serial.substr(88, 20), "k\"0123\"image/jpeg5-7");
  EXPECT_TRUE(serial.ends_with("picture"));
  EXPECT_EQ(serial.size(), 88U + 20 + 16 + 7);
}

TEST(Entry, CutAnywhereIsTruncated) {
  const std::string serial = SerialOf(test::MakeEntry("k"));
  for (std::size_t size = 0; size < serial.size(); ++size) {
    EXPECT_EQ(Wrong(serial.substr(0, size)), "Undecodable: truncated") << size;
  }
  EXPECT_EQ(Wrong(serial + 'x'), "Undecodable: longer than it says");
}

TEST(Entry, WithAnyBitFlippedIsNone) {
  const std::string serial = SerialOf(test::MakeEntry("k"));
  for (std::size_t at = 0; at < serial.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = serial;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      EXPECT_NE(Wrong(flipped), "") << at << '.' << bit;
    }
  }
  std::string flipped = serial;
  flipped[90] ^= 1;
  EXPECT_EQ(Wrong(flipped), "Undecodable: the head was changed");
  flipped = serial;
  flipped.back() ^= 1;
  EXPECT_EQ(Wrong(flipped), "Undecodable: the bytes were changed");
  flipped = serial;
  flipped[0] = 'w';
  EXPECT_EQ(Wrong(flipped), "Undecodable: not an entry");
}

TEST(Entry, OfAnotherKeyIsAnothers) {
  const std::string serial = SerialOf(test::MakeEntry("k"));
  for (const std::string_view key : {""sv, "K"sv, "kk"sv, "k\0"sv}) {
    EXPECT_EQ(Wrong(serial, key), "Undecodable: another's");
  }
}

TEST(Entry, OfAnotherVersionSaysSoAndIsNotCalledBroken) {
  std::string serial = SerialOf(test::MakeEntry("k"));
  Set(serial, 4, Entry::kVersion + 1);
  EXPECT_EQ(Wrong(serial), "Unsupported: a newer version");
  EXPECT_EQ(Wrong(serial.substr(0, 8)), "Unsupported: a newer version") << "whatever follows";
  Set(serial, 4, Entry::kVersion - 1);
  EXPECT_EQ(Wrong(serial), "Unsupported: an older version");
}

TEST(Entry, LengthsBeyondTheirLimitsAreRefusedEvenWithARightHash) {
  struct Field {
    std::string Entry::* text;
    std::size_t at;
    std::size_t limit;
  };
  for (const Field& field :
       {Field{&Entry::key, 8, Entry::kMaxKey}, Field{&Entry::etag, 12, Entry::kMaxEtag},
        Field{&Entry::type, 16, Entry::kMaxType},
        Field{&Entry::validator, 20, Entry::kMaxValidator},
        Field{&Entry::caching, 44, Entry::kMaxCaching}}) {
    SCOPED_TRACE(field.at);
    Entry entry = test::MakeEntry("k");
    entry.*field.text = std::string(field.limit, '"');
    if (field.text == &Entry::etag) entry.etag = '"' + std::string(field.limit - 2, 'e') + '"';
    std::string serial = SerialOf(entry);
    EXPECT_EQ(Wrong(serial, entry.key), "");
    entry.*field.text += 'x';
    EXPECT_EQ(Serialize(entry).error().kind, ErrorKind::kTooLarge);
    Set(serial, field.at, static_cast<std::uint32_t>(field.limit + 1));
    HashHead(serial);
    EXPECT_EQ(Wrong(serial, entry.key), "Undecodable: a text is too long");
    Set(serial, field.at, UINT32_MAX);
    EXPECT_EQ(Wrong(serial, entry.key), "Undecodable: a text is too long");
  }
}

TEST(Entry, SaysHowManyBytesFollowAndIsHeldToIt) {
  for (const std::uint64_t bytes : {std::uint64_t{6}, std::uint64_t{8}, UINT64_MAX}) {
    std::string serial = SerialOf(test::MakeEntry("k"));
    Set(serial, 24, bytes);
    HashHead(serial);
    EXPECT_EQ(Wrong(serial),
              bytes < 7 ? "Undecodable: longer than it says" : "Undecodable: truncated");
  }
}

// Whoever adds to one would overflow.
TEST(Entry, HasTimesThatClocksShow) {
  constexpr std::int64_t kYear10000 = 253'402'300'800;
  for (const std::size_t at : {48U, 56U, 64U}) {
    const std::int64_t limit = kYear10000 * (at == 48 ? 1 : 1000);
    for (const std::int64_t time : {limit, -limit, INT64_MAX, INT64_MIN}) {
      std::string serial = SerialOf(test::MakeEntry("k"));
      Set(serial, at, time);
      HashHead(serial);
      EXPECT_EQ(Wrong(serial), "Undecodable: a time that no clock shows") << at << ' ' << time;
      Set(serial, at, time < 0 ? 1 - limit : limit - 1);
      HashHead(serial);
      EXPECT_EQ(Wrong(serial), "") << at << ' ' << time;
    }
  }
  Entry entry = test::MakeEntry("k");
  entry.modified = kYear10000;
  EXPECT_EQ(Serialize(entry).error().kind, ErrorKind::kTooLarge) << "nor is it written";
}

// Both are sent in heads of answers.
TEST(Entry, AddsNothingToAHead) {
  for (const std::string_view etag : {"", "\"", "e", "\"e", "e\"", "\"a\"b\"", "\"a b\"",
                                      "\"a\r\nX: y\"", "\"\x7F\"", "W/\"a\""}) {
    Entry entry = test::MakeEntry("k");
    entry.etag = etag;
    EXPECT_EQ(Wrong(SerialOf(entry)), "Undecodable: no ETag or no type") << etag;
  }
  for (const std::string_view type : {"", "image/jpeg\r\nX: y", "image jpeg", "\x80"}) {
    Entry entry = test::MakeEntry("k");
    entry.type = type;
    EXPECT_EQ(Wrong(SerialOf(entry)), "Undecodable: no ETag or no type") << type;
  }
}

}  // namespace
}  // namespace whittle::cache
