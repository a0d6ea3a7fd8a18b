// libwebp's incremental decoder, fed slice by slice so that rows come early and a stop is heeded.
//
// For the webp_*_source.cc files only. One belongs to one job. libwebp writes into a buffer of the
// whole picture that the caller owns; there is no public way to have less. On one thread.
#pragma once

#include <webp/decode.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>

#include "codec/webp/container.h"
#include "pixel/view.h"

namespace whittle::codec {

struct DeleteWebpDecoder {
  void operator()(WebPIDecoder* decoder) const { WebPIDelete(decoder); }
};

class WebpDecoder {
 public:
  /// What smooths the seams between blocks of a lossy picture: a tenth of the decoder's time.
  enum class LoopFilter : bool { kOff, kOn };

  /// Decodes the still picture of `container`, whose file must live on. One that is cut is
  /// smoothed in any case, so that it ends at the same row.
  WebpDecoder(Container container, std::stop_token stop, LoopFilter filter = LoopFilter::kOn);
  WebpDecoder(const WebpDecoder&) = delete;
  WebpDecoder& operator=(const WebpDecoder&) = delete;

  /// To be filled, before the first Decode, with a colour space and memory for the whole picture,
  /// which must outlive this.
  WebPDecBuffer& output() { return config_.output; }

  /// Decodes until the first `rows` rows are there, at most all; returns how many are, fewer only
  /// when truncated(). Asks for a stop between slices of about 256 Ki pixels (lossless: a sixteenth
  /// of the file). Errors, which stay: kUndecodable, kCancelled, kInternal.
  Expected<int> Decode(int rows);
  /// The data have ended before the picture.
  bool truncated() const { return truncated_; }

 private:
  Expected<void> TouchPages();
  Expected<void> Feed();
  Expected<void> Break(ErrorKind kind, const char* why);

  const Container container_;
  const std::size_t slice_;  // bytes
  std::stop_token stop_;
  WebPDecoderConfig config_{};
  std::unique_ptr<WebPIDecoder, DeleteWebpDecoder> decoder_;
  std::size_t fed_ = 0;
  int ready_ = 0;  // rows
  bool done_ = false;
  bool truncated_ = false;
  std::optional<Error> error_;
};

/// Of `count` rows of `picture` from row `from` on, fills those behind the first `there`, which
/// have been decoded, with the mean of the last of these.
void FillBehind(pixel::RowSpan picture, int there, int from, int count);

}  // namespace whittle::codec
