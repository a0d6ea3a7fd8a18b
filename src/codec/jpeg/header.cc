#include "codec/jpeg/decoder.h"
#include "codec/jpeg/gain_map.h"
#include "codec/jpeg/source.h"
#include "codec/metadata/exif.h"

namespace whittle::codec {

Expected<Header> ProbeJpeg(ByteView file, const Limits& limits) {
  WHITTLE_TRY(const DecoderPtr decoder, OpenDecoder(file, limits, {}));
  jpeg_decompress_struct& c = decoder->c;

  Header header;
  header.format = *FormatOf(c);  // OpenDecoder has refused the others
  const int channels = pixel::Channels(header.format);
  header.info.format = "jpeg";
  header.info.width = c.image_width;
  header.info.height = c.image_height;
  header.info.channels = channels;
  header.info.progressive = c.progressive_mode == TRUE;
  if (!decoder->exif.empty()) header.info.orientation = ExifOrientation(decoder->exif);
  header.info.gain_map = JpegHasGainMap(file);
  if (Bytes icc = decoder->icc.Assemble(limits.max_icc_bytes); IccSuits(icc.view(), channels)) {
    header.icc = std::move(icc);
  }
  header.info.icc_bytes = static_cast<std::uint32_t>(header.icc.size());
  header.decode_bytes = DecodeBytes(c);
  header.planes = PlanesOf(c);
  return header;
}

}  // namespace whittle::codec
