#include "codec/exif_keep.h"

#include <libexif/exif-data.h>

#include <cstdlib>
#include <memory>

namespace whittle::codec {
namespace {

constexpr unsigned char kBegin[] = {'E', 'x', 'i', 'f', 0, 0};
constexpr std::size_t kLargestBlock = 0xFFFF;  // what fits a JPEG segment

struct ReleaseExif {
  void operator()(ExifData* data) const { exif_data_unref(data); }
};
using ExifPtr = std::unique_ptr<ExifData, ReleaseExif>;

struct Free {
  void operator()(unsigned char* bytes) const { std::free(bytes); }
};

ExifPtr Empty() {
  ExifPtr data(exif_data_new());
  if (data != nullptr) {
    exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
  }
  return data;
}

ExifPtr Parsed(ByteView exif) {
  ExifPtr data = Empty();
  if (data == nullptr || exif.size() > kLargestBlock) return nullptr;
  Bytes block = Bytes::CopyOf({kBegin, sizeof(kBegin)});
  block.Append(exif);
  exif_data_load_data(data.get(), block.data(), static_cast<unsigned>(block.size()));
  return data;
}

void Remove(ExifContent* directory, ExifTag tag) {
  if (ExifEntry* entry = exif_content_get_entry(directory, tag)) {
    exif_content_remove_entry(directory, entry);
  }
}

void Move(ExifData* from, ExifData* to, ExifTag tag) {
  ExifEntry* entry = exif_content_get_entry(from->ifd[EXIF_IFD_0], tag);
  if (entry == nullptr) return;
  exif_entry_ref(entry);  // an entry that is removed lives on in its owners
  exif_content_remove_entry(from->ifd[EXIF_IFD_0], entry);
  exif_content_add_entry(to->ifd[EXIF_IFD_0], entry);
  exif_entry_unref(entry);
}

bool HasEntries(const ExifData* data) {
  for (const ExifContent* directory : data->ifd) {
    if (directory != nullptr && directory->count > 0) return true;
  }
  return false;
}

// Without "Exif\0\0".
Bytes Written(ExifData* data) {
  if (!HasEntries(data)) return {};
  unsigned char* bytes = nullptr;
  unsigned size = 0;
  exif_data_save_data(data, &bytes, &size);
  const std::unique_ptr<unsigned char, Free> owner(bytes);
  if (bytes == nullptr || size <= sizeof(kBegin) || size > kLargestBlock) return {};
  return Bytes::CopyOf({bytes + sizeof(kBegin), size - sizeof(kBegin)});
}

}  // namespace

Bytes ExifToKeep(ByteView exif, Keep keep) {
  if (keep == Keep::kNone || exif.empty()) return {};
  const ExifPtr source = Parsed(exif);
  if (source == nullptr) return {};
  if (keep == Keep::kAll) {
    Remove(source->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    // The second directory describes the thumbnail.
    ExifContent* thumbnail = source->ifd[EXIF_IFD_1];
    while (thumbnail->count > 0) exif_content_remove_entry(thumbnail, thumbnail->entries[0]);
    std::free(source->data);
    source->data = nullptr;
    source->size = 0;
    return Written(source.get());
  }
  const ExifPtr kept = Empty();
  if (kept == nullptr) return {};
  exif_data_set_byte_order(kept.get(), exif_data_get_byte_order(source.get()));
  Move(source.get(), kept.get(), EXIF_TAG_ARTIST);
  Move(source.get(), kept.get(), EXIF_TAG_COPYRIGHT);
  return Written(kept.get());
}

}  // namespace whittle::codec
