#include "codec/svg/gzip.h"

#include <algorithm>
#include <utility>

#include "codec/inflater.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kStep = 64 << 10;
constexpr std::size_t kShortest = 18;  // head and trailer

// Over all of the file, which is one piece. Never stopped: who calls says how much he wants.
Inflater Over(ByteView file) {
  return {Inflater::Wrapping::kGzip, [file]() mutable { return std::exchange(file, {}); }, {}};
}

// Appends up to `room` bytes; false when no more will come.
bool Append(Inflater& inflater, Bytes& to, std::size_t room) {
  const std::size_t before = to.size();
  to.Resize(before + room);
  const std::size_t got = inflater.Fill(to.data() + before, room).value_or(0);
  to.Resize(before + got);
  return got == room;
}

}  // namespace

bool IsGzip(ByteView file) {
  return file.size() >= kShortest && file[0] == 0x1F && file[1] == 0x8B && file[2] == 8;
}

Bytes InflatedHead(ByteView file, std::size_t most) {
  Inflater inflater = Over(file);
  Bytes head;
  while (head.size() < most && Append(inflater, head, std::min(kStep, most - head.size()))) {
  }
  return head;
}

Expected<Bytes> Inflated(ByteView file, std::uint64_t most) {
  Inflater inflater = Over(file);
  Bytes all;
  all.Reserve(std::min<std::uint64_t>(most, AnnouncedSize(file)) + kStep);
  while (all.size() <= most && Append(inflater, all, kStep)) {
  }
  if (all.size() > most) return Fail(ErrorKind::kTooLarge, "too many bytes once inflated");
  if (!inflater.EndsWell().value_or(false)) {
    return Fail(ErrorKind::kUndecodable, "gzip data is damaged or cut off");
  }
  return all;
}

std::uint32_t AnnouncedSize(ByteView file) {
  if (file.size() < kShortest) return 0;
  const ByteView last = file.last(4);
  return std::uint32_t{last[3]} << 24 | std::uint32_t{last[2]} << 16 | std::uint32_t{last[1]} << 8 |
         last[0];
}

}  // namespace whittle::codec
