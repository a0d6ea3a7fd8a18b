// What a server and the processes that decode pictures for it say to each other, once started
// (messages.h). One worker a picture, whatever its format:
//
//   server -> worker: OpenPicture, with the file;  GiveWindow, with the window
//                                        -> PictureOpened; the window begins with the ICC profile
//   server -> worker: AskMore{kMetadata} -> MetadataFound; the window has EXIF, then XMP
//   server -> worker: AskMore{kRows}     -> RowsRead; the window has rows, without gaps
//
// The window is memory that both have. The file is read only.
#pragma once

#include <cstdint>

#include "sandbox/messages.h"
#include "whittle/limits.h"

namespace whittle::sandbox {

/// The kind of work.
inline constexpr const char* kPictureWork = "pictures";

struct OpenPicture {
  char codec[16] = {};  ///< name of it, ended by a zero
  Limits limits;
  std::uint64_t memory_bytes = 0;  ///< of address space
  std::int64_t milliseconds = 0;   ///< that the worker may live
};

struct GiveWindow {
  std::uint32_t unused = 0;
};

/// An error as the worker tells it; none where kind is 0.
struct Outcome {
  std::uint32_t kind = 0;  ///< ErrorKind, and 1 more
  char detail[100] = {};   ///< for the log, cut
};

struct PictureOpened {
  Tag tag = Tag::kAnswer;
  Outcome outcome;
  // As codec::Header and ImageInfo have them.
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::int32_t orientation = 1;
  std::uint8_t format = 0;    ///< PixelFormat
  std::uint8_t has_cicp = 0;  ///< whether the next two count
  std::uint8_t primaries = 0;
  std::uint8_t transfer = 0;
  std::uint32_t icc_bytes = 0;
  std::uint64_t decode_bytes = 0;
};

enum class More : std::uint32_t { kRows, kMetadata };
struct AskMore {
  More more = More::kRows;
};

struct RowsRead {
  Tag tag = Tag::kAnswer;
  Outcome outcome;
  std::int32_t rows = 0;
  std::uint32_t truncated = 0;
};

struct MetadataFound {
  Tag tag = Tag::kAnswer;
  std::uint32_t exif_bytes = 0;
  std::uint32_t xmp_bytes = 0;
};

/// Of rows in the window: they stay in the processor's caches on their way.
inline constexpr std::uint32_t kRowBytes = 1U << 20;

}  // namespace whittle::sandbox
