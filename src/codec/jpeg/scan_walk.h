// Where the entropy-coded data of a JPEG end, to the byte, whatever stands behind them.
//
// For strip.cc. A marker does not tell: words behind the last MCU look like data up to the
// next FF. So the codes are read (ITU-T T.81, F.2 and G.2), but only for their lengths; of
// progressive files it is kept which coefficients are not zero, for later passes give those a bit.
//
// Takes Huffman-coded scans that are exactly as their headers say. Where a code is wrong, an MCU or
// a restart marker missing, nobody can tell data from what is none: kUnsupported, as for arithmetic
// codes, which do not tell their end. Belongs to one job. Cost: a look-up for each code and nothing
// behind it; memory is a byte for eight samples, for progressive files alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "jpeg/decode_tables.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::codec {

class JpegScanWalk {
 public:
  JpegScanWalk(ByteView file, const Limits& limits, std::stop_token stop)
      : file_(file), limits_(limits), stop_(std::move(stop)) {}

  /// Bodies of SOF, DHT and DRI, as they come. Errors: kUndecodable where they hold more or less
  /// than they say, kUnsupported, kTooLarge.
  Expected<void> TakeFrame(std::uint8_t marker, ByteView body);
  Expected<void> TakeTables(ByteView body);
  Expected<void> TakeRestartInterval(ByteView body);

  /// The scan with this header, whose data begin at `at` in the file: appends them to `to`, with
  /// their restart markers and without what stands before those. Gives where the data end. Errors:
  /// kUndecodable, kUnsupported, kTooLarge, kCancelled.
  Expected<std::size_t> TakeScan(ByteView header, std::size_t at, Bytes& to);

  /// Every coefficient is there to its last bit: no decoder reads on.
  bool complete() const { return complete_; }

 private:
  struct Component {
    std::uint8_t id = 0;
    std::uint32_t h = 1, v = 1;              // sampling factors
    std::uint32_t columns = 0, rows = 0;     // of blocks, where the component has a scan for itself
    bool seen = false;                       // of a sequential picture, in a scan
    std::array<std::uint8_t, 64> missing{};  // of a progressive one: bits of each coefficient
    std::vector<std::uint64_t> nonzero;      // and by block, which coefficients are not zero
  };
  struct Part {  // of a scan
    Component* component;
    const jpeg::CodeFinder* dc;
    const jpeg::CodeFinder* ac;
  };
  class Bits;

  Expected<std::vector<Part>> PartsOf(ByteView header);
  bool IsComplete() const;
  Expected<void> CheckPasses(const std::vector<Part>& parts);
  bool WalkBlock(Bits& bits, const Part& part, std::uint64_t* nonzero);
  bool WalkSequential(Bits& bits, const Part& part) const;
  bool WalkFirst(Bits& bits, const Part& part, std::uint64_t& nonzero);
  bool WalkRefining(Bits& bits, const Part& part, std::uint64_t& nonzero);
  bool WalkMcu(Bits& bits, const std::vector<Part>& parts, std::size_t mcu);

  ByteView file_;
  Limits limits_;
  std::stop_token stop_;
  std::uint32_t width_ = 0, height_ = 0, h_most_ = 1, v_most_ = 1;
  bool progressive_ = false;
  std::vector<Component> components_;
  std::array<std::optional<jpeg::CodeFinder>, 4> dc_, ac_;
  std::size_t restart_interval_ = 0;
  std::uint64_t scans_ = 0;
  bool complete_ = false;
  // Of the scan at hand: first and last coefficient, bits that are missing before it and after.
  unsigned from_ = 0, to_ = 63, high_ = 0, low_ = 0;
  std::uint32_t blocks_to_end_ = 0;  // whose band is at its end (T.81, G.1.2.2: EOBn)
};

}  // namespace whittle::codec
