// Frames of an animation, composed by libwebp's animation decoder. The canvas begins transparent:
// like browsers, libwebp does not paint the background colour that a file may name. Of a file that
// ends too early whole frames are given. A stop is heeded between frames; libwebp has no hook
// within one.
#include <webp/demux.h>

#include <optional>
#include <utility>

#include "codec/webp/source.h"

namespace whittle::codec {
namespace {

struct DeleteAnimation {
  void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};
using AnimationPtr = std::unique_ptr<WebPAnimDecoder, DeleteAnimation>;

class WebpFrameSource final : public FrameSource {
 public:
  WebpFrameSource(AnimationPtr decoder, Container container, std::stop_token stop)
      : container_(std::move(container)),
        decoder_(std::move(decoder)),
        frames_(static_cast<int>(container_.frames)),
        stop_(std::move(stop)) {}
  Expected<std::optional<Frame>> Next() override;
  bool truncated() const override { return container_.cut; }

 private:
  std::unexpected<Error> Break(ErrorKind kind) {
    error_ = Error::Of(kind, "amid an animation");
    return std::unexpected(*error_);
  }

  const Container container_;
  AnimationPtr decoder_;  // looks into the container's file
  const int frames_;
  int given_ = 0;
  std::stop_token stop_;
  std::optional<Error> error_;
};

Expected<std::optional<Frame>> WebpFrameSource::Next() {
  if (error_) return std::unexpected(*error_);
  if (given_ == frames_) return std::nullopt;
  if (stop_.stop_requested()) return Break(ErrorKind::kCancelled);
  ++given_;
  // The file's own duration: the decoder adds them up in an int, which long ones overflow.
  WebPIterator stored;
  if (WebPDemuxGetFrame(WebPAnimDecoderGetDemuxer(decoder_.get()), given_, &stored) == 0) {
    return Break(ErrorKind::kUndecodable);
  }
  const int duration = stored.duration;
  WebPDemuxReleaseIterator(&stored);
  std::uint8_t* canvas = nullptr;
  int end = 0;
  if (WebPAnimDecoderGetNext(decoder_.get(), &canvas, &end) == 0) {
    return Break(ErrorKind::kUndecodable);
  }
  pixel::ConstRowSpan rows = {.data = canvas,
                              .width = container_.width,
                              .rows = container_.height,
                              .format = pixel::PixelFormat::kRgba8};
  rows.stride = rows.row_bytes();
  return Frame{.canvas = rows, .duration = duration};
}

}  // namespace

Expected<std::unique_ptr<FrameSource>> OpenWebpFrames(ByteView file, const Limits& limits,
                                                      std::stop_token stop) {
  WHITTLE_TRY(Container container, OpenContainer(file, limits));
  if (!container.animated) return Fail(ErrorKind::kInternal, "this picture is not an animation");
  WebPAnimDecoderOptions options;
  if (WebPAnimDecoderOptionsInit(&options) == 0) return Fail(ErrorKind::kInternal, "libwebp's ABI");
  options.color_mode = MODE_RGBA;
  options.use_threads = 0;
  const ByteView chunks = container.mended.empty() ? file : container.mended.view();
  const WebPData data{chunks.data(), chunks.size()};
  AnimationPtr decoder(WebPAnimDecoderNew(&data, &options));
  if (decoder == nullptr) return Fail(ErrorKind::kOverloaded, "no memory for libwebp");
  return std::make_unique<WebpFrameSource>(std::move(decoder), std::move(container),
                                           std::move(stop));
}

}  // namespace whittle::codec
