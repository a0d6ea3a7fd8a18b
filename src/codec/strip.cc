#include "codec/strip.h"

#include <string>

#include "codec/metadata/exif_keep.h"
#include "codec/registry.h"

namespace whittle::codec {

Expected<Bytes> StripMetadata(ByteView file, bool keep_icc, const Limits& limits) {
  if (file.size() > limits.max_source_bytes) {
    return Fail(ErrorKind::kTooLarge, "too many source bytes");
  }
  const Codec* codec = Sniff(file);
  if (codec == nullptr) return Fail(ErrorKind::kUnsupported, "no codec knows these first bytes");
  if (codec->strip == nullptr) {
    return FailSaying(ErrorKind::kUnsupported,
                      std::string(codec->name) + " cannot be stripped without touching pixels");
  }
  WHITTLE_TRY(const Header header, codec->probe(file, limits));
  constexpr int kInk = 4;
  if (!keep_icc && header.info.channels == kInk && !header.icc.empty()) {
    return FailSaying(
        ErrorKind::kUnsupported,
        "the profile says what this picture's CMYK looks like and cannot be left out");
  }
  Bytes exif;
  if (header.info.orientation != 1 && codec->turns_by_exif) {
    exif = OrientationExif(header.info.orientation);
  }
  return codec->strip(file, {.icc = keep_icc, .exif = exif.view()}, limits);
}

}  // namespace whittle::codec
