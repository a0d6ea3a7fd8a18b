#include "codec/metadata/exif_keep.h"

#include <libexif/exif-data.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "codec/metadata/exif_load.h"

namespace whittle::codec {
namespace {

constexpr unsigned char kBegin[] = {'E', 'x', 'i', 'f', 0, 0};

struct Free {
  void operator()(unsigned char* bytes) const { std::free(bytes); }
};

ExifPtr Parsed(ByteView exif) {
  if (exif.size() > kLargestExif) return nullptr;
  Bytes block = Bytes::CopyOf({kBegin, sizeof(kBegin)});
  block.Append(exif);
  return LoadExif(block.view());
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

// Structures of TIFF that point into a file which is not there, and places in the source's pixels.
// Tags without a name in libexif stand as numbers (TIFF 6.0; EXIF 2.3, 4.6.5).
constexpr ExifTag kNoLonger[] = {
    EXIF_TAG_ORIENTATION,         EXIF_TAG_STRIP_OFFSETS,
    EXIF_TAG_STRIP_BYTE_COUNTS,   EXIF_TAG_ROWS_PER_STRIP,
    static_cast<ExifTag>(0x0142),  // TileWidth
    static_cast<ExifTag>(0x0143),  // TileLength
    static_cast<ExifTag>(0x0144),  // TileOffsets
    static_cast<ExifTag>(0x0145),  // TileByteCounts
    EXIF_TAG_SUBJECT_AREA,        EXIF_TAG_SUBJECT_LOCATION,
};
constexpr ExifTag kRelatedImageWidth = static_cast<ExifTag>(0x1001);  // Design rule for DCF
constexpr ExifTag kRelatedImageLength = static_cast<ExifTag>(0x1002);

// Where a size is told, it is told anew.
void Tell(ExifData* data, ExifIfd directory, ExifTag tag, std::uint32_t value) {
  ExifEntry* entry = exif_content_get_entry(data->ifd[directory], tag);
  if (entry == nullptr) return;
  const ExifByteOrder order = exif_data_get_byte_order(data);
  if (entry->components == 1 && entry->format == EXIF_FORMAT_LONG && entry->size >= 4) {
    exif_set_long(entry->data, order, value);
  } else if (entry->components == 1 && entry->format == EXIF_FORMAT_SHORT && entry->size >= 2 &&
             value <= 0xFFFF) {
    exif_set_short(entry->data, order, static_cast<ExifShort>(value));
  } else {
    exif_content_remove_entry(data->ifd[directory], entry);
  }
}

void DropThumbnail(ExifData* data) {
  ExifContent* thumbnail = data->ifd[EXIF_IFD_1];  // which this directory describes
  while (thumbnail->count > 0) exif_content_remove_entry(thumbnail, thumbnail->entries[0]);
  std::free(data->data);
  data->data = nullptr;
  data->size = 0;
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
  if (bytes == nullptr || size <= sizeof(kBegin) || size > kLargestExif) return {};
  return Bytes::CopyOf({bytes + sizeof(kBegin), size - sizeof(kBegin)});
}

}  // namespace

Bytes ExifToKeep(ByteView exif, Keep keep, std::uint32_t width, std::uint32_t height) {
  if (keep == Keep::kNone || exif.empty()) return {};
  const ExifPtr source = Parsed(exif);
  if (source == nullptr) return {};
  if (keep == Keep::kAll) {
    DropThumbnail(source.get());
    for (ExifContent* directory : source->ifd) {
      for (const ExifTag tag : kNoLonger) Remove(directory, tag);
    }
    Tell(source.get(), EXIF_IFD_0, EXIF_TAG_IMAGE_WIDTH, width);
    Tell(source.get(), EXIF_IFD_0, EXIF_TAG_IMAGE_LENGTH, height);
    Tell(source.get(), EXIF_IFD_EXIF, EXIF_TAG_PIXEL_X_DIMENSION, width);
    Tell(source.get(), EXIF_IFD_EXIF, EXIF_TAG_PIXEL_Y_DIMENSION, height);
    Tell(source.get(), EXIF_IFD_INTEROPERABILITY, kRelatedImageWidth, width);
    Tell(source.get(), EXIF_IFD_INTEROPERABILITY, kRelatedImageLength, height);
    return Written(source.get());
  }
  const ExifPtr kept = NewExif();
  if (kept == nullptr) return {};
  exif_data_set_byte_order(kept.get(), exif_data_get_byte_order(source.get()));
  Move(source.get(), kept.get(), EXIF_TAG_ARTIST);
  Move(source.get(), kept.get(), EXIF_TAG_COPYRIGHT);
  return Written(kept.get());
}

Bytes OrientationExif(int orientation) {
  const std::uint8_t tiff[] = {'I',
                               'I',
                               42,
                               0,
                               8,
                               0,
                               0,
                               0,  // the directory follows
                               1,
                               0,  // one entry:
                               0x12,
                               0x01,
                               3,
                               0,
                               1,
                               0,
                               0,
                               0,  // orientation, one SHORT
                               static_cast<std::uint8_t>(orientation),
                               0,
                               0,
                               0,
                               0,
                               0,
                               0,
                               0};  // no other directory
  return Bytes::CopyOf(tiff);
}

std::string_view ExifLibraryVersion() { return "libexif " WHITTLE_EXIF_VERSION; }

}  // namespace whittle::codec
