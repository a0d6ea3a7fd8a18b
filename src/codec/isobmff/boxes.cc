#include "codec/isobmff/boxes.h"

#include <array>

namespace whittle::codec {

std::optional<Box> BoxWalk::Next() {
  if (rest_.empty()) return std::nullopt;
  NumberReader reader(rest_);
  std::uint64_t size = reader.Take32();
  const std::string_view type = reader.TakeText(4);
  if (size == 0) size = rest_.size();
  if (size == 1) size = reader.Take(8);
  const std::size_t header = rest_.size() - reader.rest().size();
  if (!reader.ok() || size < header || size > rest_.size()) {
    rest_ = {};
    broken_ = true;
    return std::nullopt;
  }
  const ByteView whole = rest_.first(static_cast<std::size_t>(size));
  rest_ = rest_.subspan(whole.size());
  return Box{type, whole, whole.subspan(header)};
}

std::optional<Box> FindBox(ByteView bytes, std::string_view type) {
  BoxWalk walk(bytes);
  while (const auto box = walk.Next()) {
    if (box->type == type) return box;
  }
  return std::nullopt;
}

std::uint64_t NumberReader::Take(std::size_t bytes) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : TakeBytes(bytes)) number = number << 8 | byte;
  return number;
}

ByteView NumberReader::TakeBytes(std::size_t bytes) {
  if (bytes > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const ByteView taken = rest_.first(bytes);
  rest_ = rest_.subspan(bytes);
  return taken;
}

void AppendNumber(Bytes& to, std::uint64_t number, std::size_t bytes) {
  const std::size_t at = to.size();
  to.Append(ByteView(std::array<std::uint8_t, 8>{}).first(bytes));
  PutNumber(to, at, number, bytes);
}

void PutNumber(Bytes& to, std::size_t at, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    to.data()[at + i] = static_cast<std::uint8_t>(number >> 8 * (bytes - 1 - i));
  }
}

BoxWriter::BoxWriter(Bytes& to, std::string_view type) : to_(to), at_(to.size()) {
  AppendNumber(to_, 0, 4);
  to_.Append(AsBytes(type));
}

BoxWriter::BoxWriter(Bytes& to, std::string_view type, std::uint8_t version, std::uint32_t flags)
    : BoxWriter(to, type) {
  AppendNumber(to_, std::uint64_t{version} << 24 | flags, 4);
}

}  // namespace whittle::codec
