// Boxes of ISO base media files (ISO/IEC 14496-12, 4.2): AVIF, HEIF, and JPEG XL's container.
//
// For codecs that read or write boxes themselves. Views into the file, which must outlive them. A
// walk costs a look at each box's head; a Reader never reads beyond its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "whittle/bytes.h"

namespace whittle::codec {

struct IsoBox {
  std::string_view type;  ///< four characters
  ByteView body;
  ByteView whole;  ///< with its head
};

/// The boxes of `bytes`, one after the other.
class IsoBoxes {
 public:
  explicit IsoBoxes(ByteView bytes) : bytes_(bytes) {}
  /// Nothing at the end, and at a box that is cut, which makes the walk broken.
  std::optional<IsoBox> Next();
  bool broken() const { return broken_; }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  bool broken_ = false;
};

/// Numbers, most significant byte first. Beyond the end everything is 0, and ok() is false.
class IsoReader {
 public:
  explicit IsoReader(ByteView bytes) : bytes_(bytes) {}
  /// Of 0 (which is 0) to 8 bytes.
  std::uint64_t Number(std::size_t size);
  std::uint32_t Number32(std::size_t size) { return static_cast<std::uint32_t>(Number(size)); }
  /// Empty beyond the end.
  ByteView Take(std::size_t size);
  ByteView Rest() { return Take(bytes_.size() - at_); }
  bool ok() const { return ok_; }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

void AppendIsoNumber(Bytes& to, std::uint64_t value, std::size_t size);

/// A box begins where this is made and ends where it is destroyed: what was appended between is its
/// body. At most 4 GiB.
class IsoBoxWriter {
 public:
  IsoBoxWriter(Bytes& to, std::string_view type);
  /// One that begins with a version and flags.
  IsoBoxWriter(Bytes& to, std::string_view type, std::uint8_t version, std::uint32_t flags);
  ~IsoBoxWriter();
  IsoBoxWriter(const IsoBoxWriter&) = delete;
  IsoBoxWriter& operator=(const IsoBoxWriter&) = delete;

 private:
  Bytes& to_;
  std::size_t from_;
};

}  // namespace whittle::codec
