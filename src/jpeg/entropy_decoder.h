// Huffman decoding of a baseline scan, chunk by chunk, into coefficients laid out for the IDCT.
//
// It decodes what is exactly as it should be. Whatever else it meets (a code that does not exist,
// coefficients past the 64th, bytes too few or too many, another marker than the one that is due)
// it reports as "irregular" and leaves to a decoder with opinions. What it gives until then is what
// any decoder gives. One scan, one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "jpeg/decode_tables.h"
#include "jpeg/scan.h"
#include "jpeg/scan_bytes.h"

namespace whittle::jpeg {

/// Where one block of a unit goes, and how far its coefficients reach.
struct BlockPlace {
  std::uint32_t coefficients;  ///< index of the first one in the chunk's coefficients
  std::uint32_t extent;        ///< index in the chunk's extents
};

/// Places of the k-th coefficients (zigzag) of a block, relative to its first one. 64 and up, where
/// a broken block may reach for a moment, are all the place of a block's first coefficient that is
/// written later, if ever.
using CoefficientOrder = std::array<std::uint16_t, 2 * kBlockSize>;

class EntropyDecoder {
 public:
  /// Nothing when the scan's tables are unsound. `order` must outlive the decoder.
  static std::optional<EntropyDecoder> Of(const Scan& scan, const CoefficientOrder& order);

  /// Decodes units, as many as `places` has blocks for. `coefficients` are zero wherever a block
  /// will be, but for the first one of each. An extent is the number of coefficients, in zigzag
  /// order, behind which all are zero, or more. False: irregular.
  bool Decode(std::span<const BlockPlace> places, std::int16_t* coefficients,
              std::uint8_t* extents);

 private:
  struct Tables {
    std::vector<DcTable> dc;  // without doubles
    std::vector<AcTable> ac;
  };
  struct Block {
    const DcTable* dc;
    const AcTable* ac;
    std::size_t component;
  };
  // The next bits: `count` of them are in `bits`, left-aligned, the others begin at `at`. What is
  // in `bits` beyond the count is what stands at `at`, or zero.
  struct Reader {
    std::uint64_t bits = 0;
    unsigned count = 0;  // 0..63
    const std::uint8_t* at = nullptr;

    void Refill();  // to 56 bits at least
    void Skip(unsigned length) {
      bits <<= length;
      count -= length;
    }
    int Take(unsigned size);
  };
  enum class Step : std::uint8_t { kGoOn, kBlockDone, kIrregular };

  EntropyDecoder(const Scan& scan, const CoefficientOrder& order, Tables tables);

  bool DecodeUnit(Reader& reader, const BlockPlace* places, std::int16_t* coefficients,
                  std::uint8_t* extents);
  static bool DecodeDifference(Reader& reader, const DcTable& table, int& difference);
  static bool DecodeLongDifference(Reader& reader, const DcTable& table, int& difference);
  unsigned DecodeAc(Reader& reader, const AcTable& table, std::int16_t* block) const;
  Step DecodeOne(Reader& reader, const AcTable& table, unsigned& k, std::int16_t* block) const;
  bool Restart();
  bool SegmentIsUsedUp() const;

  Tables tables_;
  std::array<Block, kMaxUnitBlocks> blocks_{};
  std::size_t unit_blocks_ = 0;
  const std::uint16_t* order_;
  ScanBytes bytes_;
  Reader reader_;
  std::array<int, kMaxComponents> last_dc_{};
  int restart_interval_;
  int units_to_restart_;
  int next_restart_ = 0;  // 0..7
};

}  // namespace whittle::jpeg
