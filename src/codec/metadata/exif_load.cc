#include "codec/metadata/exif_load.h"

#include <libexif/exif-mem.h>

#include <cstdlib>

namespace whittle::codec {
namespace {

// Bytes that the thread's newest block may still take. libexif tells its allocator nothing of whom
// it asks for, and does without what it does not get.
thread_local std::size_t left = 0;
thread_local bool refused = false;

void* Allocate(ExifLong bytes) {
  refused = refused || bytes > left;
  if (refused) return nullptr;
  left -= bytes;
  return std::calloc(bytes, 1);
}

// Of lists that grow, and of what is written, which has no more values than were loaded.
void* Reallocate(void* old, ExifLong bytes) { return std::realloc(old, bytes); }

struct ReleaseMem {
  void operator()(ExifMem* mem) const { exif_mem_unref(mem); }
};

}  // namespace

ExifPtr NewExif() {
  left = kLoadedExif;
  refused = false;
  // One for each: they are counted without a lock.
  const std::unique_ptr<ExifMem, ReleaseMem> mem(exif_mem_new(Allocate, Reallocate, std::free));
  if (mem == nullptr) return nullptr;
  ExifPtr data(exif_data_new_mem(mem.get()));
  // On, it would rewrite the block to match the specification before we have read it.
  if (data != nullptr) {
    exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
  }
  return data;
}

ExifPtr LoadExif(ByteView block) {
  ExifPtr data = NewExif();
  if (data == nullptr) return nullptr;
  exif_data_load_data(data.get(), block.data(), static_cast<unsigned>(block.size()));
  if (refused) return nullptr;
  return data;
}

}  // namespace whittle::codec
