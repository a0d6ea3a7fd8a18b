#include "codec/png/writer.h"

#include <libdeflate.h>

#include <string_view>

#include "codec/png/deflate.h"

namespace whittle::codec {
namespace {

void AppendIhdr(Bytes& file, const PngShape& shape) {
  Bytes body;
  AppendPng32(body, shape.width);
  AppendPng32(body, shape.height);
  const std::uint8_t rest[] = {static_cast<std::uint8_t>(shape.depth),
                               static_cast<std::uint8_t>(shape.colour), 0, 0,
                               static_cast<std::uint8_t>(shape.interlaced ? 1 : 0)};
  body.Append(rest);
  AppendPngChunk(file, PngName("IHDR"), body.view());
}

void AppendCicp(Bytes& file, const pixel::Cicp& cicp) {
  const std::uint8_t body[] = {cicp.primaries, cicp.transfer, 0, 1};  // RGB of full range
  AppendPngChunk(file, PngName("cICP"), body);
}

void AppendProfile(Bytes& file, ByteView icc) {
  constexpr std::string_view kNameAndMethod{"icc\0\0", 5};
  constexpr int kLevel = 6;
  const auto deflated = DeflatedPng(icc, kLevel, {});
  if (!deflated) return;
  Bytes body = Bytes::CopyOf(AsBytes(kNameAndMethod));
  body.Append(deflated->view());
  AppendPngChunk(file, PngName("iCCP"), body.view());
}

void AppendXmp(Bytes& file, ByteView xmp) {
  // Not compressed, no language, no translated keyword, as the XMP specification wants it.
  constexpr std::string_view kHead{"XML:com.adobe.xmp\0\0\0\0\0", 22};
  Bytes body = Bytes::CopyOf(AsBytes(kHead));
  body.Append(xmp);
  AppendPngChunk(file, PngName("iTXt"), body.view());
}

}  // namespace

void AppendPng32(Bytes& to, std::uint32_t value) {
  const std::uint8_t bytes[] = {
      static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
      static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  to.Append(bytes);
}

void AppendPngChunk(Bytes& file, std::uint32_t name, ByteView body) {
  file.Reserve(file.size() + body.size() + 12);
  AppendPng32(file, static_cast<std::uint32_t>(body.size()));
  const std::size_t covered = file.size();
  AppendPng32(file, name);
  file.Append(body);
  AppendPng32(file, libdeflate_crc32(0, file.data() + covered, file.size() - covered));
}

void AppendPngHead(Bytes& file, const PngImage& image, const EncodeSpec& spec) {
  file.Append(kPngSignature);
  AppendIhdr(file, image.shape);
  if (spec.cicp) AppendCicp(file, *spec.cicp);
  if (!spec.icc.empty()) AppendProfile(file, spec.icc);
  if (!image.palette.empty()) AppendPngChunk(file, PngName("PLTE"), image.palette);
  if (!image.trns.empty()) AppendPngChunk(file, PngName("tRNS"), image.trns);
  if (!spec.exif.empty()) AppendPngChunk(file, PngName("eXIf"), spec.exif);
  if (!spec.xmp.empty()) AppendXmp(file, spec.xmp);
}

}  // namespace whittle::codec
