#include "codec/svg/gzip.h"

#include <zlib.h>

#include <algorithm>

namespace whittle::codec {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, and a gzip head
constexpr std::size_t kStep = 64 << 10;
constexpr std::size_t kShortest = 18;  // head and trailer

// An inflation in progress over a file of less than 4 GiB.
class Inflater {
 public:
  explicit Inflater(ByteView file) {
    const std::size_t size = std::min<std::size_t>(file.size(), UINT32_MAX);
    stream_.next_in = const_cast<Bytef*>(file.data());  // zlib does not write there
    stream_.avail_in = static_cast<uInt>(size);
    ready_ = inflateInit2(&stream_, kGzipWindow) == Z_OK;
  }
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends up to `room` bytes; false when no more will come.
  bool Next(Bytes& to, std::size_t room) {
    if (!ready_ || ended_) return false;
    const std::size_t before = to.size();
    to.Resize(before + room);
    stream_.next_out = to.data() + before;
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    to.Resize(before + room - stream_.avail_out);
    whole_ = result == Z_STREAM_END;
    ended_ = result != Z_OK || to.size() == before;
    return !ended_;
  }
  /// The trailer was there and its checksum is right.
  bool whole() const { return whole_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
  bool ended_ = false;
  bool whole_ = false;
};

}  // namespace

bool IsGzip(ByteView file) {
  return file.size() >= kShortest && file[0] == 0x1F && file[1] == 0x8B && file[2] == 8;
}

Bytes InflatedHead(ByteView file, std::size_t most) {
  Inflater inflater(file);
  Bytes head;
  while (head.size() < most && inflater.Next(head, std::min(kStep, most - head.size()))) {
  }
  return head;
}

Expected<Bytes> Inflated(ByteView file, std::uint64_t most) {
  Inflater inflater(file);
  Bytes all;
  all.Reserve(std::min<std::uint64_t>(most, AnnouncedSize(file)) + kStep);
  while (inflater.Next(all, kStep)) {
    if (all.size() > most) break;
  }
  if (all.size() > most) return Fail(ErrorKind::kTooLarge, "too many bytes once inflated");
  if (!inflater.whole()) return Fail(ErrorKind::kUndecodable, "gzip data is damaged or cut off");
  return all;
}

std::uint32_t AnnouncedSize(ByteView file) {
  if (file.size() < kShortest) return 0;
  const ByteView last = file.last(4);
  return std::uint32_t{last[3]} << 24 | std::uint32_t{last[2]} << 16 | std::uint32_t{last[1]} << 8 |
         last[0];
}

}  // namespace whittle::codec
