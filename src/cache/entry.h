// Entry: a finished result that can be written down, and read again by another process.
//
// Tiers store entries; the service makes them and believes them. What comes back from a disk or a
// network may be cut off, changed, of another version or another's, so the serial form says how
// long it is, what it is called and what it has to hash to, and Parse takes nothing on trust. All
// numbers are little-endian:
//
//   0  "WHTE", version       u32 each
//   8  lengths of key, etag, type, validator   u32 each
//  24  bytes                 u64, how many
//  32  width, height         u32 each
//  40  flags                 u32: 1 truncated, 2 has a modified time
//  44  length of caching     u32
//  48  modified              i64, seconds since 1970
//  56  made, fresh_until     i64 each, milliseconds since 1970
//  72  XXH3-128 of the bytes u64 low, u64 high
//  88  key, etag, type, validator, caching
//      XXH3-128 of all before it, u64 low, u64 high
//      the bytes
//
// So the head can be judged before the bytes are there, and the bytes lie in one piece at the end.
// A hash of this kind finds accidents, not forgers: who can write into a tier can put any picture
// there. Pure functions, any thread, linear in the entry's size.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::cache {

/// Of clocks on walls, which other machines have, too.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

struct Entry {
  static constexpr std::uint32_t kVersion = 1;
  /// Bytes of each text. A key is a source's name, a canonical transform and the versions.
  static constexpr std::size_t kMaxKey = 16 << 10;
  static constexpr std::size_t kMaxEtag = 256;
  static constexpr std::size_t kMaxType = 128;
  static constexpr std::size_t kMaxValidator = 4 << 10;
  static constexpr std::size_t kMaxCaching = 512;
  /// What is not bytes, at most.
  static constexpr std::size_t kMaxHead =
      104 + kMaxKey + kMaxEtag + kMaxType + kMaxValidator + kMaxCaching;

  std::string key;        ///< under which it is kept, in full
  std::string etag;       ///< the result's identity: strong, with its quotes
  std::string type;       ///< "image/jpeg"
  std::string validator;  ///< of its source, as that says it; empty: only its bytes can tell
  std::string caching;    ///< what its source let caches do with it, when it was made; may be empty
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool truncated = false;               ///< parts that the source does not have were filled in
  std::optional<std::time_t> modified;  ///< of its source
  WallTime made;
  WallTime fresh_until;  ///< may be sent without another look at its source until then
  SharedBytes bytes;     ///< never null
};
using EntryPtr = std::shared_ptr<const Entry>;

/// The serial form. Errors: kTooLarge, a text is longer than its limit or a time none that clocks
/// show.
Expected<Bytes> Serialize(const Entry& entry);

/// Reads what is kept as `key`. Errors, whose detail says what is wrong: kUnsupported, another
/// version of Whittle wrote it in another form; kUndecodable, it is no entry, cut off, longer than
/// it says, changed, or another's.
Expected<Entry> Parse(ByteView serial, std::string_view key);

}  // namespace whittle::cache
