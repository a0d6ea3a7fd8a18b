#include "codec/isobmff/isobmff.h"

namespace whittle::codec {

std::optional<IsoBox> IsoBoxes::Next() {
  constexpr std::size_t kHead = 8;
  constexpr std::size_t kLongHead = 16;
  const std::size_t left = bytes_.size() - at_;
  if (left == 0 || broken_) return std::nullopt;
  broken_ = true;
  if (left < kHead) return std::nullopt;
  IsoReader reader(bytes_.subspan(at_));
  std::uint64_t size = reader.Number(4);
  const std::string_view type = AsText(reader.Take(4));
  std::size_t head = kHead;
  if (size == 1) {
    size = reader.Number(8);
    head = kLongHead;
  } else if (size == 0) {
    size = left;  // to the end
  }
  if (size < head || size > left) return std::nullopt;
  broken_ = false;
  const ByteView whole = bytes_.subspan(at_, static_cast<std::size_t>(size));
  at_ += whole.size();
  return IsoBox{type, whole.subspan(head), whole};
}

std::uint64_t IsoReader::Number(std::size_t size) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : Take(size)) value = value << 8 | byte;
  return value;
}

ByteView IsoReader::Take(std::size_t size) {
  if (bytes_.size() - at_ < size) {
    ok_ = false;
    at_ = bytes_.size();
    return {};
  }
  at_ += size;
  return bytes_.subspan(at_ - size, size);
}

void AppendIsoNumber(Bytes& to, std::uint64_t value, std::size_t size) {
  while (size-- > 0) {
    const auto byte = static_cast<std::uint8_t>(value >> 8 * size);
    to.Append({&byte, 1});
  }
}

IsoBoxWriter::IsoBoxWriter(Bytes& to, std::string_view type) : to_(to), from_(to.size()) {
  AppendIsoNumber(to_, 0, 4);
  to_.Append(AsBytes(type));
}

IsoBoxWriter::IsoBoxWriter(Bytes& to, std::string_view type, std::uint8_t version,
                           std::uint32_t flags)
    : IsoBoxWriter(to, type) {
  AppendIsoNumber(to_, std::uint64_t{version} << 24 | flags, 4);
}

IsoBoxWriter::~IsoBoxWriter() {
  const std::size_t size = to_.size() - from_;
  for (std::size_t i = 0; i < 4; ++i) {
    to_.data()[from_ + i] = static_cast<std::uint8_t>(size >> 8 * (3 - i));
  }
}

}  // namespace whittle::codec
