// Frames into an animated WebP file by libwebp's animation encoder, which finds what changes from
// one frame to the next.
#include <webp/mux.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "codec/webp/encoder.h"
#include "codec/webp/sink.h"

namespace whittle::codec {
namespace {

constexpr int kMostLoops = 65535;
constexpr int kLongest = (1 << 24) - 1;  // milliseconds of a frame that the format can say

struct DeleteAnimation {
  void operator()(WebPAnimEncoder* encoder) const { WebPAnimEncoderDelete(encoder); }
};
using AnimationPtr = std::unique_ptr<WebPAnimEncoder, DeleteAnimation>;

class WebpFrameSink final : public FrameSink {
 public:
  WebpFrameSink(AnimationPtr encoder, PicturePtr picture, const WebPConfig& config, EncodeSpec spec)
      : encoder_(std::move(encoder)),
        picture_(std::move(picture)),
        config_(config),
        spec_(std::move(spec)) {
    picture_->progress_hook = WebpMayGoOn;
    picture_->user_data = const_cast<std::stop_token*>(&spec_.stop);
  }
  Expected<void> Write(const Frame& frame) override;
  Expected<Bytes> Finish() override;

 private:
  Expected<Bytes> Assemble();
  std::unexpected<Error> Break(ErrorKind kind, std::string_view why) {
    error_ = Error::Of(kind, std::string(why));
    return std::unexpected(*error_);
  }

  AnimationPtr encoder_;
  PicturePtr picture_;
  const WebPConfig config_;
  const EncodeSpec spec_;
  std::int64_t time_ = 0;  // milliseconds until the next frame's begin
  bool any_ = false;
  std::optional<Error> error_;
};

Expected<void> WebpFrameSink::Write(const Frame& frame) {
  if (error_) return std::unexpected(*error_);
  const pixel::ConstRowSpan& canvas = frame.canvas;
  if (canvas.format != spec_.format || canvas.width != spec_.width || canvas.rows != spec_.height) {
    return Break(ErrorKind::kInternal, "a frame does not fit the animation");
  }
  if (spec_.stop.stop_requested()) return Break(ErrorKind::kCancelled, "amid an animation");
  if (time_ > std::numeric_limits<int>::max() - kLongest) {
    return Break(ErrorKind::kBadRequest, "the animation takes too long");
  }
  picture_->use_argb = 1;
  SetArgbRows(*picture_, 0, canvas);
  // What it encodes are parts of this picture, with the picture's hook.
  if (WebPAnimEncoderAdd(encoder_.get(), picture_.get(), static_cast<int>(time_), &config_) == 0) {
    if (spec_.stop.stop_requested()) return Break(ErrorKind::kCancelled, "amid a frame");
    return Break(ErrorKind::kInternal, WebPAnimEncoderGetError(encoder_.get()));
  }
  time_ += std::clamp(frame.duration, 0, kLongest);
  any_ = true;
  return {};
}

Expected<Bytes> WebpFrameSink::Assemble() {
  WebPData assembled{};
  // The end of the last frame, without a frame.
  const bool done =
      WebPAnimEncoderAdd(encoder_.get(), nullptr, static_cast<int>(time_), nullptr) != 0 &&
      WebPAnimEncoderAssemble(encoder_.get(), &assembled) != 0;
  if (!done && spec_.stop.stop_requested()) return Break(ErrorKind::kCancelled, "amid a frame");
  if (!done) return Break(ErrorKind::kInternal, WebPAnimEncoderGetError(encoder_.get()));
  Bytes file = Bytes::CopyOf({assembled.bytes, assembled.size});
  WebPDataClear(&assembled);
  return file;
}

Expected<Bytes> WebpFrameSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (!any_) return Break(ErrorKind::kInternal, "an animation without frames");
  WHITTLE_TRY(Bytes file, Assemble());
  error_ = Error::Of(ErrorKind::kInternal, "the animation was finished before");
  return EmbedInWebp(std::move(file), spec_);
}

}  // namespace

Expected<std::unique_ptr<FrameSink>> CreateWebpFrames(const EncodeSpec& spec) {
  if (spec.format != pixel::PixelFormat::kRgb8 && spec.format != pixel::PixelFormat::kRgba8) {
    return Fail(ErrorKind::kInternal, "WebP is written from RGB or RGBA");
  }
  WHITTLE_TRY(const WebPConfig config, WebpConfigOf(spec));
  WHITTLE_TRY(PicturePtr picture, NewWebpPicture(spec, WebpSamples::kArgb));
  WebPAnimEncoderOptions options;
  if (WebPAnimEncoderOptionsInit(&options) == 0) return Fail(ErrorKind::kInternal, "libwebp's ABI");
  options.anim_params.loop_count = std::clamp(spec.loops, 0, kMostLoops);
  AnimationPtr encoder(WebPAnimEncoderNew(spec.width, spec.height, &options));
  if (encoder == nullptr) return Fail(ErrorKind::kOverloaded, "no memory for libwebp");
  return std::make_unique<WebpFrameSink>(std::move(encoder), std::move(picture), config, spec);
}

}  // namespace whittle::codec
