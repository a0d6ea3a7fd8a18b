// What the three WebP sinks share: libwebp's settings for an EncodeSpec, its picture, and the file
// around the coded picture.
//
// For the webp_*_sink.cc files only. Pictures belong to one job; all else is functions of values.
// The same input gives the same bytes: one thread, no randomness.
#pragma once

#include <webp/encode.h>

#include <memory>

#include "codec/codec.h"

namespace whittle::codec {

struct DeletePicture {
  void operator()(WebPPicture* picture) const {
    WebPPictureFree(picture);
    delete picture;
  }
};
using PicturePtr = std::unique_ptr<WebPPicture, DeletePicture>;

/// libwebp's settings. Quality is libwebp's own. Method, 0 to 6, comes from effort, 0 to 10, or
/// from the preset; lossless, it chooses among libwebp's levels instead. kQuality also fits
/// chroma to what is seen (sharp YUV), where the picture comes as RGB. Large pictures get less of
/// each: libwebp asks now and then whether it may go on, and up to kEncodeSeconds may lie between.
Expected<WebPConfig> WebpConfigOf(const EncodeSpec& spec);

/// What kind of samples a picture holds.
enum class WebpSamples : std::uint8_t { kArgb, kYuv };

/// An uninitialised picture of `spec`'s size. Errors: kBadRequest for a size or format that WebP
/// cannot hold, kInternal.
Expected<PicturePtr> NewWebpPicture(const EncodeSpec& spec, WebpSamples samples);

/// Sets rows [y, y + rows.rows) of a picture that holds kArgb.
void SetArgbRows(WebPPicture& picture, int y, pixel::ConstRowSpan rows);

/// libwebp's progress hook for pictures whose user_data is a const std::stop_token: zero ends the
/// work.
int WebpMayGoOn(int, const WebPPicture* picture);

/// Encodes, which may turn the picture's samples into others, and embeds what `spec` wants.
Expected<Bytes> EncodeWebp(WebPPicture& picture, const EncodeSpec& spec);

/// `file` with the profile and metadata of `spec`; as it is when there are none.
Expected<Bytes> EmbedInWebp(Bytes file, const EncodeSpec& spec);

}  // namespace whittle::codec
