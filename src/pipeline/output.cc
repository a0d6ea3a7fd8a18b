#include "pipeline/output.h"

#include <algorithm>
#include <string>

#include "base/checked.h"
#include "codec/registry.h"

namespace whittle::pipeline {
namespace {

using codec::Codec;
using pixel::PixelFormat;

const Codec* Writer(Format format) {
  const Codec* codec = codec::ByName(WordOf(format));
  return codec != nullptr && codec->create != nullptr ? codec : nullptr;
}

bool Takes(const Codec& codec, PixelFormat format) {
  return std::ranges::find(codec.writes, format) != codec.writes.end();
}

// More frames than that are not turned into an animation, whoever asks.
bool Animates(const codec::Codec& input, const codec::Header& header, const Transform& transform,
              const Limits& limits) {
  const ImageInfo& info = header.info;
  if (!transform.params().anim || info.frames < 2 || input.open_frames == nullptr) return false;
  const std::uint64_t frames = std::min(info.frames, limits.max_frames);
  const std::uint64_t canvas = std::uint64_t{info.width} * info.height;
  return SaturatingMultiply(frames, canvas) <= limits.max_animation_pixels;
}

// Whether transparency of the source is left in the result: what stands behind it may be
// transparent itself.
bool StaysTransparent(const codec::Header& header, const Transform::Params& params) {
  return header.info.alpha && !(params.background && params.background->alpha == 255);
}

// Whether nothing of the picture is lost but what any format loses.
bool Holds(const Codec& codec, const codec::Header& header, const Transform& transform,
           bool animated) {
  if (animated && codec.create_frames == nullptr) return false;
  const bool transparent = StaysTransparent(header, transform.params());
  return !transparent || Takes(codec, PixelFormat::kRgba8);
}

const Codec* FirstWriter(std::initializer_list<Format> formats) {
  for (const Format format : formats) {
    if (const Codec* codec = Writer(format)) return codec;
  }
  return nullptr;
}

}  // namespace

Expected<Output> ChooseOutput(const Codec& input, const codec::Header& header,
                              const Transform& transform, const Limits& limits) {
  const Transform::Params& params = transform.params();
  const bool animates = Animates(input, header, transform, limits);
  const auto with = [animates](const Codec* codec) {
    return Output{codec, animates && codec->create_frames != nullptr};
  };
  if (params.format) {
    if (const Codec* codec = Writer(*params.format)) return with(codec);
    return FailSaying(ErrorKind::kBadRequest,
                      "this server does not write " + std::string(WordOf(*params.format)));
  }
  for (const auto& offer : params.offers) {
    const Codec* codec = offer ? Writer(*offer) : nullptr;
    if (codec != nullptr && Holds(*codec, header, transform, animates)) return with(codec);
  }
  if (input.create != nullptr) return with(&input);
  if (animates) {
    if (const Codec* codec = FirstWriter({Format::kWebp, Format::kGif})) return with(codec);
  }
  if (StaysTransparent(header, params)) {
    if (const Codec* codec = FirstWriter({Format::kWebp, Format::kPng})) return with(codec);
  }
  return with(Writer(Format::kJpeg));  // which is in every build
}

PixelFormat WrittenFormat(const Codec& codec, PixelFormat wanted) {
  for (const bool alpha : {HasAlpha(wanted), false}) {
    for (const bool wide : {IsWide(wanted), false}) {
      for (const bool grey : {IsGrey(wanted), false}) {
        const PixelFormat format = pixel::FormatWith(grey, alpha, wide);
        if (Takes(codec, format)) return format;
      }
    }
  }
  return PixelFormat::kRgba8;
}

}  // namespace whittle::pipeline
