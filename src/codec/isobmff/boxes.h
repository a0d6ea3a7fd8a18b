// Boxes of ISO base media files (ISO/IEC 14496-12, 4.2), and big-endian numbers in them.
//
// For AVIF, HEIF and JPEG XL's container. Any thread; views of the file only, which allocate
// nothing and cost a look at each box's head. What does not fit into the bytes at hand ends the
// walk.
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
  /// Nothing at the end, and where a size is impossible or a box is cut, which breaks the walk.
  std::optional<Box> Next();
  bool broken() const { return broken_; }

 private:
  ByteView rest_;
  bool broken_ = false;
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
  /// Empty beyond the end, as is all text there.
  ByteView TakeBytes(std::size_t bytes);
  std::string_view TakeText(std::size_t bytes) { return AsText(TakeBytes(bytes)); }
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

/// A box begins where this is made and ends where it is destroyed: what was appended between is its
/// content. At most 4 GiB.
class BoxWriter {
 public:
  BoxWriter(Bytes& to, std::string_view type);
  /// One that begins with a version and flags.
  BoxWriter(Bytes& to, std::string_view type, std::uint8_t version, std::uint32_t flags);
  ~BoxWriter() { PutNumber(to_, at_, to_.size() - at_, 4); }
  BoxWriter(const BoxWriter&) = delete;
  BoxWriter& operator=(const BoxWriter&) = delete;

 private:
  Bytes& to_;
  const std::size_t at_;
};

}  // namespace whittle::codec
