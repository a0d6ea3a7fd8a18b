#include "codec/heif/input.h"

#include <algorithm>
#include <cstring>

namespace whittle::codec {
namespace {

// Copies what `part`, which stands at `part_at`, has of [at, at + size).
void CopyPart(ByteView part, std::uint64_t part_at, std::uint64_t at, std::size_t size,
              std::uint8_t* to) {
  const std::uint64_t begin = std::max(part_at, at);
  const std::uint64_t end = std::min(part_at + part.size(), at + size);
  if (begin >= end) return;
  std::memcpy(to + (begin - at), part.data() + (begin - part_at),
              static_cast<std::size_t>(end - begin));
}

}  // namespace

HeifInput::HeifInput(ByteView file)
    : file_(file), boxes_(ReadHeifBoxes(file)), end_of_file_(file.size()) {
  if (boxes_.grid) end_of_file_ = std::max<std::uint64_t>(end_of_file_, boxes_.end);
}

bool HeifInput::Copy(std::uint64_t at, std::size_t size, std::uint8_t* to) const {
  if (at > this->size() || size > this->size() - at) return false;
  if (size == 0) return true;
  std::memset(to, 0, size);
  CopyPart(file_, 0, at, size, to);
  if (boxes_.meta.empty()) return true;
  CopyPart(AsBytes("free"), boxes_.own_meta + 4, at, size, to);
  CopyPart(boxes_.meta.view(), end_of_file_, at, size, to);
  return true;
}

std::int64_t HeifInput::Position(void* self) {
  return static_cast<std::int64_t>(static_cast<HeifInput*>(self)->position_);
}

int HeifInput::Read(void* data, std::size_t size, void* self) {
  HeifInput& input = *static_cast<HeifInput*>(self);
  if (input.stop_.stop_requested()) return 1;
  if (!input.Copy(input.position_, size, static_cast<std::uint8_t*>(data))) return 1;
  input.position_ += size;
  return 0;
}

int HeifInput::Seek(std::int64_t position, void* self) {
  HeifInput& input = *static_cast<HeifInput*>(self);
  if (position < 0 || static_cast<std::uint64_t>(position) > input.size()) return 1;
  input.position_ = static_cast<std::uint64_t>(position);
  return 0;
}

heif_reader_grow_status HeifInput::WaitFor(std::int64_t size, void* self) {
  const HeifInput& input = *static_cast<HeifInput*>(self);
  return size >= 0 && static_cast<std::uint64_t>(size) <= input.size()
             ? heif_reader_grow_status_size_reached
             : heif_reader_grow_status_size_beyond_eof;
}

const heif_reader& HeifInput::Reader() {
  static constexpr heif_reader kReader = {.reader_api_version = 1,
                                          .get_position = Position,
                                          .read = Read,
                                          .seek = Seek,
                                          .wait_for_file_size = WaitFor};
  return kReader;
}

}  // namespace whittle::codec
