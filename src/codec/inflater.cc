#include "codec/inflater.h"

#include <algorithm>

namespace whittle::codec {
namespace {

constexpr std::size_t kMostIn = 64 << 10;
constexpr std::size_t kMostOut = 1 << 20;
constexpr int kGzip = 16;  // what inflateInit2 wants added to the window

}  // namespace

Expected<void> Inflater::Start() {
  auto stream = std::make_unique<z_stream>();  // all zero: zlib's own memory
  // The largest window: some writers say a smaller one than they use.
  const int window = wrapping_ == Wrapping::kGzip ? MAX_WBITS + kGzip : MAX_WBITS;
  if (inflateInit2(stream.get(), window) != Z_OK) {
    return Fail(ErrorKind::kOverloaded, "no memory for zlib");
  }
  stream_.reset(stream.release());
  return {};
}

void Inflater::Feed() {
  if (stream_->avail_in > 0 || fed_) return;
  if (piece_.empty()) piece_ = next_();
  fed_ = piece_.empty();
  const ByteView portion = piece_.first(std::min(piece_.size(), kMostIn));
  piece_ = piece_.subspan(portion.size());
  stream_->next_in = const_cast<Bytef*>(portion.data());  // which zlib only reads
  stream_->avail_in = static_cast<uInt>(portion.size());
}

Expected<std::size_t> Inflater::Fill(std::uint8_t* to, std::size_t size) {
  if (stream_ == nullptr) WHITTLE_CHECK(Start());
  std::size_t filled = 0;
  while (filled < size && !ended_) {
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    Feed();
    const std::size_t room = std::min(size - filled, kMostOut);
    stream_->next_out = to + filled;
    stream_->avail_out = static_cast<uInt>(room);
    const int result = inflate(stream_.get(), Z_NO_FLUSH);
    filled += room - stream_->avail_out;
    if (result == Z_MEM_ERROR) return Fail(ErrorKind::kOverloaded, "no memory for zlib");
    // Without more to read, zlib may still have something to give; Z_BUF_ERROR says it has not.
    ended_ = result == Z_BUF_ERROR ? fed_ : result != Z_OK;
    sound_ = result == Z_STREAM_END;
  }
  return filled;
}

Expected<bool> Inflater::EndsWell() {
  std::uint8_t more;
  WHITTLE_TRY(const std::size_t excess, Fill(&more, sizeof more));
  return excess == 0 && sound_;
}

}  // namespace whittle::codec
