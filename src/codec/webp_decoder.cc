#include "codec/webp_decoder.h"

#include <algorithm>
#include <utility>

namespace whittle::codec {
namespace {

// A lossy picture's rows cost about what they take in the file, and resuming costs nothing. A
// lossless one begins with tables that are read anew in each slice until they are complete.
std::size_t SliceOf(const Container& container) {
  constexpr std::uint64_t kPixels = 256 << 10;
  constexpr std::uint64_t kSmallest = 32;
  constexpr std::uint64_t kMostLossless = 16;
  const std::uint64_t bytes = container.image.size();
  const std::uint64_t pieces = std::max<std::uint64_t>(container.pixels() / kPixels, 1);
  return std::max(bytes / (container.lossy ? pieces : std::min(pieces, kMostLossless)), kSmallest);
}

}  // namespace

WebpDecoder::WebpDecoder(const Container& container, std::stop_token stop, LoopFilter filter)
    : image_(container.image),
      height_(container.height),
      slice_(SliceOf(container)),
      stop_(std::move(stop)) {
  WebPInitDecoderConfig(&config_);
  config_.options.bypass_filtering = filter == LoopFilter::kOff ? 1 : 0;
}

Expected<void> WebpDecoder::Break(ErrorKind kind, const char* why) {
  error_ = Error::Of(kind, why);
  return std::unexpected(*error_);
}

Expected<void> WebpDecoder::Feed() {
  if (decoder_ == nullptr) decoder_.reset(WebPIDecode(nullptr, 0, &config_));
  if (decoder_ == nullptr) return Break(ErrorKind::kInternal, "no memory for libwebp");
  fed_ += std::min(slice_, image_.size() - fed_);
  const VP8StatusCode status = WebPIUpdate(decoder_.get(), image_.data(), fed_);
  if (status == VP8_STATUS_OUT_OF_MEMORY) {
    return Break(ErrorKind::kInternal, "no memory for libwebp");
  }
  if (status != VP8_STATUS_OK && status != VP8_STATUS_SUSPENDED) {
    return Break(ErrorKind::kUndecodable, "broken picture data");
  }
  done_ = status == VP8_STATUS_OK;
  if (!done_ && fed_ == image_.size()) {
    return Break(ErrorKind::kUndecodable, "picture data ends early");
  }
  WebPIDecodedArea(decoder_.get(), nullptr, nullptr, nullptr, &ready_);
  if (done_ && ready_ != height_) return Break(ErrorKind::kUndecodable, "rows are missing");
  return {};
}

Expected<int> WebpDecoder::Decode(int rows) {
  if (error_) return std::unexpected(*error_);
  // The last row counts only when libwebp has found the picture whole.
  do {
    if (stop_.stop_requested()) {
      WHITTLE_CHECK(Break(ErrorKind::kCancelled, "stopped amid decoding"));
    }
    if (!done_ && (ready_ < rows || rows == height_)) WHITTLE_CHECK(Feed());
  } while (!done_ && (ready_ < rows || rows == height_));
  return ready_;
}

}  // namespace whittle::codec
