#include "codec/webp/decoder.h"

#include <algorithm>
#include <utility>

#include "codec/fill_rows.h"

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

WebpDecoder::WebpDecoder(Container container, std::stop_token stop, LoopFilter filter)
    : container_(std::move(container)), slice_(SliceOf(container_)), stop_(std::move(stop)) {
  WebPInitDecoderConfig(&config_);
  config_.options.bypass_filtering = filter == LoopFilter::kOff && !container_.cut ? 1 : 0;
}

Expected<void> WebpDecoder::Break(ErrorKind kind, const char* why) {
  error_ = Error::Of(kind, why);
  return std::unexpected(*error_);
}

// libwebp writes all of a flat picture, whose file is one slice, in a call that nobody can stop. A
// third of that is the system's: a fault for each page of the result. Here they come in steps.
Expected<void> WebpDecoder::TouchPages() {
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kStep = 8 << 20;  // some milliseconds
  if (container_.image.size() > slice_ || config_.output.colorspace == MODE_YUV) return {};
  const WebPRGBABuffer& result = config_.output.u.RGBA;
  for (std::size_t at = 0; at < result.size; at += kPage) {
    if (at % kStep == 0 && stop_.stop_requested())
      return Break(ErrorKind::kCancelled, "stopped before decoding");
    result.rgba[at] = 0;
  }
  return {};
}

Expected<void> WebpDecoder::Feed() {
  if (decoder_ == nullptr) WHITTLE_CHECK(TouchPages());
  if (decoder_ == nullptr) decoder_.reset(WebPIDecode(nullptr, 0, &config_));
  if (decoder_ == nullptr) return Break(ErrorKind::kOverloaded, "no memory for libwebp");
  const ByteView image = container_.image;
  fed_ += std::min(slice_, image.size() - fed_);
  const VP8StatusCode status = WebPIUpdate(decoder_.get(), image.data(), fed_);
  if (status == VP8_STATUS_OUT_OF_MEMORY) {
    return Break(ErrorKind::kOverloaded, "no memory for libwebp");
  }
  if (status != VP8_STATUS_OK && status != VP8_STATUS_SUSPENDED) {
    return Break(ErrorKind::kUndecodable, "broken picture data");
  }
  done_ = status == VP8_STATUS_OK;
  WebPIDecodedArea(decoder_.get(), nullptr, nullptr, nullptr, &ready_);
  if (done_) {
    if (ready_ != container_.height) return Break(ErrorKind::kUndecodable, "rows are missing");
    return {};
  }
  // Colour is enlarged between two rows of it, so of RGB the last row that is there waits for what
  // comes next. As planes a picture ends there as well.
  if (config_.output.colorspace == MODE_YUV) ready_ = std::max(ready_ - 1, 0);
  if (fed_ < image.size()) return {};
  if (!container_.cut) return Break(ErrorKind::kUndecodable, "picture data ends early");
  if (ready_ == 0) return Break(ErrorKind::kUndecodable, "no row of the picture is there");
  truncated_ = true;
  return {};
}

Expected<int> WebpDecoder::Decode(int rows) {
  if (error_) return std::unexpected(*error_);
  // The last row counts only when libwebp has found the picture whole.
  const auto waits = [&] {
    return !done_ && !truncated_ && (ready_ < rows || rows == container_.height);
  };
  do {
    if (stop_.stop_requested()) {
      WHITTLE_CHECK(Break(ErrorKind::kCancelled, "stopped amid decoding"));
    }
    if (waits()) WHITTLE_CHECK(Feed());
  } while (waits());
  return ready_;
}

void FillBehind(pixel::RowSpan picture, int there, int from, int count) {
  const int first = std::max(from, there);
  if (first >= from + count) return;
  FillRows(picture.Slice(first, from + count - first), MeanPixel(picture.Slice(there - 1, 1)));
}

}  // namespace whittle::codec
