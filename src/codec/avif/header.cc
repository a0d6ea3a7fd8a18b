#include <string_view>

#include "codec/avif/decoder.h"
#include "codec/avif/source.h"
#include "codec/isobmff/nclx.h"
#include "codec/metadata/exif_body.h"
#include "codec/metadata/icc.h"

namespace whittle::codec {

Expected<Header> ProbeAvif(ByteView file, const Limits& limits) {
  WHITTLE_TRY(const AvifDecoderPtr decoder, OpenAvifDecoder(file, limits, {}));
  const avifDecoder& d = *decoder->d;
  const AvifView view = ViewOf(d);

  Header header;
  header.format = view.format;
  header.info.format = "avif";
  header.info.width = view.part.width;
  header.info.height = view.part.height;
  header.info.orientation = view.orientation;
  header.info.channels = pixel::IsGrey(view.format) ? 1 : 3;
  header.info.alpha = pixel::HasAlpha(view.format);
  header.info.bits = pixel::IsWide(view.format) ? 16 : 8;
  header.info.progressive = d.progressiveState != AVIF_PROGRESSIVE_STATE_UNAVAILABLE;
  const ByteView icc(d.image->icc.data, d.image->icc.size);
  if (icc.size() <= limits.max_icc_bytes && IccSuits(icc, header.info.channels)) {
    header.icc = Bytes::CopyOf(icc);
  }
  if (header.icc.empty()) {
    header.colour = ColourOfNclx(d.image->colorPrimaries, d.image->transferCharacteristics);
  }
  header.info.icc_bytes = static_cast<std::uint32_t>(header.icc.size());
  header.decode_bytes = AvifDecodeBytes(*decoder);
  header.planes = AvifPlanesOf(d);
  return header;
}

Metadata MetadataOfAvif(ByteView file, const Limits& limits) {
  Metadata metadata;
  const auto decoder = OpenAvifDecoder(file, limits, {}, AvifMetadata::kRead);
  if (!decoder) return metadata;
  const avifImage& image = *(*decoder)->d->image;
  const ByteView exif = TiffPart({image.exif.data, image.exif.size});
  if (exif.size() <= limits.max_icc_bytes) metadata.exif = Bytes::CopyOf(exif);
  if (image.xmp.size <= limits.max_icc_bytes) {
    metadata.xmp = Bytes::CopyOf({image.xmp.data, image.xmp.size});
  }
  return metadata;
}

}  // namespace whittle::codec
