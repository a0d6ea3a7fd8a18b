// Boxes of ISO base media files (ISO/IEC 14496-12, 4.2), and big-endian numbers in them.
//
// For AVIF and HEIF. Any thread; views of the file only, allocates nothing. What does not fit into
// the bytes at hand ends the walk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "whittle/bytes.h"

namespace whittle::codec {

struct Box {
  std::string_view type;  ///< four characters
  ByteView whole;         ///< header included
  ByteView content;       ///< what is behind size and type
};

/// The boxes in `bytes`, one after the other. One without a size ends where the bytes do.
class BoxWalk {
 public:
  explicit BoxWalk(ByteView bytes) : rest_(bytes) {}
  /// Nothing at the end, and where a size is impossible.
  std::optional<Box> Next();

 private:
  ByteView rest_;
};

/// The first box of this type.
std::optional<Box> FindBox(ByteView bytes, std::string_view type);

/// Takes numbers from the front of bytes. Behind their end all are 0, and ok() is false.
class NumberReader {
 public:
  explicit NumberReader(ByteView bytes) : rest_(bytes) {}
  /// The next `bytes` (0 to 8) as a number.
  std::uint64_t Take(std::size_t bytes);
  std::uint32_t Take16() { return static_cast<std::uint32_t>(Take(2)); }
  std::uint32_t Take32() { return static_cast<std::uint32_t>(Take(4)); }
  std::string_view TakeText(std::size_t bytes);
  ByteView rest() const { return rest_; }
  bool ok() const { return ok_; }

 private:
  ByteView rest_;
  bool ok_ = true;
};

/// Appends the low `bytes` bytes of `number`.
void AppendNumber(Bytes& to, std::uint64_t number, std::size_t bytes);
/// Writes them at `at`, where there is room for them.
void PutNumber(Bytes& to, std::size_t at, std::uint64_t number, std::size_t bytes);

}  // namespace whittle::codec
