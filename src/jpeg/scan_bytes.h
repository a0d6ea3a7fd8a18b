// The entropy-coded bytes of a scan without their stuffing, in a window of bounded size.
//
// A scan is cut into segments by restart markers; within a segment FF 00 stands for FF. Here a
// segment is plain bytes: the reader may load eight at once wherever it likes, because behind the
// last one follow kPadding zeros. One reader, one thread. Cost: one copy, a window at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel/aligned.h"
#include "whittle/bytes.h"

namespace whittle::jpeg {

class ScanBytes {
 public:
  /// Zeros behind a segment; more than a unit of blocks can take (entropy_decoder.cc).
  static constexpr std::size_t kPadding = 4096;

  /// `scan` as Scan::data. The first segment is there to be read.
  explicit ScanBytes(ByteView scan);

  /// The bytes at hand.
  const std::uint8_t* begin() const { return window_.data(); }
  const std::uint8_t* end() const { return begin() + size_; }
  /// The segment ends with end(); else more of it can be had.
  bool complete() const { return complete_; }

  /// Drops what lies before `at`, and adds as much as there is room for. Gives the new place of
  /// `at`, which is begin(). Loads at or before begin() + 8 of what was there stay the same.
  const std::uint8_t* More(const std::uint8_t* at);

  /// In a complete segment: the marker's code behind it, 0 when the file ends there.
  int marker() const;
  /// Steps over the marker, to the segment behind it.
  void NextSegment();

 private:
  void Fill();

  const std::uint8_t* next_;  // in the file
  const std::uint8_t* last_;
  pixel::AlignedBuffer<std::uint8_t> window_;
  std::size_t size_ = 0;
  bool complete_ = false;
};

}  // namespace whittle::jpeg
