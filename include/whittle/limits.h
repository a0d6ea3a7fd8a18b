// How much one job may take. Every limit is checked before it costs anything.
#pragma once

#include <cstdint>

namespace whittle {

struct Limits {
  /// Bytes of the encoded source. More is ErrorKind::kTooLarge.
  std::uint64_t max_source_bytes = 64ULL << 20;
  /// Width times height of the source, read from its header before any decoding.
  std::uint64_t max_source_pixels = 64'000'000;
  /// Scans of a progressive JPEG; ordinary encoders write at most a dozen. More is kTooLarge.
  std::uint32_t max_scans = 100;
  /// Scans times pixels, since each scan walks the whole frame. More is kTooLarge.
  std::uint64_t max_scan_pixels = 1'000'000'000;
  /// Bytes that decoder, resizer and encoder may hold together, estimated before allocation.
  std::uint64_t max_working_bytes = 512ULL << 20;
  /// Frames of an animation; what comes after them is left out.
  std::uint32_t max_frames = 500;
  /// Frames times pixels of the canvas. Above it an animation becomes its first frame.
  std::uint64_t max_animation_pixels = 500'000'000;
  /// A larger ICC profile is dropped, as are EXIF and XMP, each. Profiles of presses take up to
  /// 2.8 MB; results embed none above 1 MiB, and are converted to sRGB by it instead.
  std::uint32_t max_icc_bytes = 4U << 20;
};

}  // namespace whittle
