#include <array>
#include <memory>
#include <string_view>

#include "codec/heif/decoder.h"
#include "codec/heif/source.h"
#include "codec/isobmff/nclx.h"
#include "codec/metadata/exif_body.h"
#include "codec/metadata/icc.h"

namespace whittle::codec {
namespace {

Bytes IccOf(const heif_image_handle* handle, std::uint32_t most) {
  const heif_color_profile_type type = heif_image_handle_get_color_profile_type(handle);
  if (type != heif_color_profile_type_prof && type != heif_color_profile_type_rICC) return {};
  const std::size_t size = heif_image_handle_get_raw_color_profile_size(handle);
  if (size == 0 || size > most) return {};
  Bytes icc(size);
  const heif_error error = heif_image_handle_get_raw_color_profile(handle, icc.data());
  if (error.code != heif_error_Ok || !IccSuits(icc.view(), 3)) return {};
  return icc;
}

pixel::ColourSpace NclxOf(const heif_image_handle* handle) {
  struct Free {
    void operator()(heif_color_profile_nclx* nclx) const { heif_nclx_color_profile_free(nclx); }
  };
  heif_color_profile_nclx* found = nullptr;
  const heif_error error = heif_image_handle_get_nclx_color_profile(handle, &found);
  const std::unique_ptr<heif_color_profile_nclx, Free> nclx(found);
  if (error.code != heif_error_Ok || nclx == nullptr) return {};
  return ColourOfNclx(nclx->color_primaries, nclx->transfer_characteristics);
}

Bytes ItemOf(const heif_image_handle* handle, heif_item_id id, std::uint32_t most) {
  const std::size_t size = heif_image_handle_get_metadata_size(handle, id);
  if (size == 0 || size > most) return {};
  Bytes item(size);
  const heif_error error = heif_image_handle_get_metadata(handle, id, item.data());
  return error.code == heif_error_Ok ? std::move(item) : Bytes{};
}

}  // namespace

Expected<Header> ProbeHeif(ByteView file, const Limits& limits, const std::stop_token& stop) {
  WHITTLE_TRY(const HeifFile parsed, OpenHeifFile(file, limits, stop));
  Header header;
  header.format = parsed.format;
  header.info.format = "heif";
  header.info.width = static_cast<std::uint32_t>(parsed.width);
  header.info.height = static_cast<std::uint32_t>(parsed.height);
  header.info.orientation = parsed.orientation;
  header.info.channels = 3;
  header.info.alpha = pixel::HasAlpha(parsed.format);
  header.info.bits = pixel::IsWide(parsed.format) ? 16 : 8;
  header.icc = IccOf(parsed.handle.get(), limits.max_icc_bytes);
  if (header.icc.empty()) header.colour = NclxOf(parsed.handle.get());
  header.info.icc_bytes = static_cast<std::uint32_t>(header.icc.size());
  header.decode_bytes = parsed.decode_bytes;
  return header;
}

Metadata MetadataOfHeif(ByteView file, const Limits& limits) {
  Metadata metadata;
  const auto parsed = OpenHeifFile(file, limits, {});
  if (!parsed) return metadata;
  const heif_image_handle* handle = parsed->handle.get();
  std::array<heif_item_id, 16> ids{};  // more is not looked at
  const int count = heif_image_handle_get_list_of_metadata_block_IDs(handle, nullptr, ids.data(),
                                                                     static_cast<int>(ids.size()));
  for (int i = 0; i < count; ++i) {
    const heif_item_id id = ids[static_cast<std::size_t>(i)];
    const std::string_view type = heif_image_handle_get_metadata_type(handle, id);
    if (type == "Exif" && metadata.exif.empty()) {
      const Bytes item = ItemOf(handle, id, limits.max_icc_bytes);
      metadata.exif = Bytes::CopyOf(TiffPartOfItem(item.view()));
    } else if (type == "mime" && metadata.xmp.empty() &&
               std::string_view(heif_image_handle_get_metadata_content_type(handle, id)) ==
                   "application/rdf+xml") {
      metadata.xmp = ItemOf(handle, id, limits.max_icc_bytes);
    }
  }
  return metadata;
}

}  // namespace whittle::codec
