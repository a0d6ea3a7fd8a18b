#include "jpeg/entropy_decoder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#define WHITTLE_ALWAYS_INLINE [[gnu::always_inline]] inline

namespace whittle::jpeg {
namespace {

constexpr int kMarkerRestart0 = 0xD0;
constexpr int kRestartMarkers = 8;

// A symbol takes 16 bits and its value 15 at most; a refill loads 8 bytes.
constexpr std::ptrdiff_t kMostUnitBytes = kMaxUnitBlocks * kBlockSize * 4 + 8;
static_assert(ScanBytes::kPadding >= 16 + kMostUnitBytes);

// Bits that a refill guarantees, and how many entries they suffice for: alone, and behind a
// difference.
constexpr int kRefilled = 56;
static_assert(5 * AcTable::kBits <= kRefilled);
static_assert(DcTable::kBits + DcTable::kMaxSize + 3 * AcTable::kBits <= kRefilled);

// The index in `kept` of the table that `spec` makes; nothing when it is unsound.
template <class Table>
std::optional<std::size_t> Keep(const HuffmanSpec& spec, std::vector<const HuffmanSpec*>& specs,
                                std::vector<Table>& kept) {
  const auto same = std::ranges::find_if(specs, [&](const HuffmanSpec* other) {
    return other->counts == spec.counts && other->symbols == spec.symbols;
  });
  if (same != specs.end()) return static_cast<std::size_t>(same - specs.begin());
  auto table = Table::Of(spec);
  if (!table) return std::nullopt;
  specs.push_back(&spec);
  kept.push_back(*table);
  return kept.size() - 1;
}

}  // namespace

// ---- Bits

WHITTLE_ALWAYS_INLINE void EntropyDecoder::Reader::Refill() {
  std::uint64_t next;
  std::memcpy(&next, at, sizeof next);
  if constexpr (std::endian::native == std::endian::little) next = std::byteswap(next);
  bits |= next >> count;
  at += (63 - count) >> 3;
  count |= 56;
}

// A value of `size` bits (ITU-T T.81, F.2.2.1): with the top bit it is what it says, without it is
// the negative of its complement. Branches here would be a toss-up.
WHITTLE_ALWAYS_INLINE int EntropyDecoder::Reader::Take(unsigned size) {
  const std::uint64_t negative = ~static_cast<std::uint64_t>(static_cast<std::int64_t>(bits) >> 63);
  const std::uint64_t magnitude = (bits ^ negative) >> 1 >> (63 - size);
  Skip(size);
  return static_cast<int>((magnitude ^ negative) - negative);
}

// ---- Blocks

[[gnu::noinline]] bool EntropyDecoder::DecodeLongDifference(Reader& reader, const DcTable& table,
                                                            int& difference) {
  const auto [symbol, length] = table.finder.Find(static_cast<std::uint16_t>(reader.bits >> 48));
  if (length == 0) return false;
  reader.Skip(length);
  difference = reader.Take(symbol);
  reader.Refill();
  return true;
}

WHITTLE_ALWAYS_INLINE bool EntropyDecoder::DecodeDifference(Reader& reader, const DcTable& table,
                                                            int& difference) {
  const DcTable::Entry entry = table.entries[reader.bits >> (64 - DcTable::kBits)];
  if (entry.total == 0) [[unlikely]] {
    Reader copy = reader;  // the one with an address; the other stays in registers
    const bool sound = DecodeLongDifference(copy, table, difference);
    reader = copy;
    return sound;
  }
  Reader value = reader;
  value.Skip(entry.length);
  difference = value.Take(entry.size);
  reader.Skip(entry.total);
  return true;
}

// One symbol whose code no entry holds, or that stands at the block's end where an entry says too
// much.
[[gnu::noinline]] EntropyDecoder::Step EntropyDecoder::DecodeOne(Reader& reader,
                                                                 const AcTable& table, unsigned& k,
                                                                 std::int16_t* block) const {
  reader.Refill();
  const auto [symbol, length] = table.finder.Find(static_cast<std::uint16_t>(reader.bits >> 48));
  if (length == 0) return Step::kIrregular;
  reader.Skip(length);
  if (symbol == 0) return Step::kBlockDone;
  const unsigned run = symbol >> 4;
  const unsigned size = symbol & 15U;
  k += run;
  if (k >= kBlockSize || (size == 0 && run != 15)) return Step::kIrregular;
  if (size != 0) block[order_[k]] = static_cast<std::int16_t>(reader.Take(size));
  ++k;
  return k == kBlockSize ? Step::kBlockDone : Step::kGoOn;
}

// All coefficients but the first; gives the extent, or 0 for irregular. The reader has bits for
// three entries.
//
// Everything in the inner step is done without knowing whether the entry holds one symbol or two,
// and what it does wrong beyond the block's end lands in places that do not matter; so there is one
// branch a step, and it is taken once a block.
WHITTLE_ALWAYS_INLINE unsigned EntropyDecoder::DecodeAc(Reader& reader, const AcTable& table,
                                                        std::int16_t* block) const {
  const std::uint16_t* const order = order_;
  unsigned k = 1;
  unsigned before = 1;
  AcEntry entry;
  const auto step = [&]() __attribute__((always_inline)) {  // true: look closer
    entry = table.entries[reader.bits >> (64 - AcTable::kBits)];
    before = k;
    block[order[k + entry.skip()]] = static_cast<std::int16_t>(entry.first());
    k += entry.advance();
    block[order[k - 1]] = static_cast<std::int16_t>(entry.second());
    if ((k | entry.flags_above_k()) >= kBlockSize) return true;
    reader.Skip(entry.length());
    return false;
  };
  // NOLINTBEGIN(misc-redundant-expression): each step takes the next code
  bool look = step() || step() || step();
  while (true) {
    while (!look) {
      reader.Refill();
      look = step() || step() || step() || step() || step();
    }
    // NOLINTEND(misc-redundant-expression)
    const bool whole = (entry.word() & AcEntry::kLong) == 0;
    const bool ends = (entry.word() & AcEntry::kEnd) != 0;
    if (whole && (k < kBlockSize || (k == kBlockSize && !ends))) [[likely]] {
      reader.Skip(entry.length());
      return k - (ends && entry.first() == 0 ? 1 : 0);
    }
    k = before;
    if (!whole && entry.length() != 0) {  // a known code, but its value does not fit in
      reader.Refill();
      reader.Skip(entry.length());
      k += entry.skip();
      if (k >= kBlockSize) return 0;
      block[order[k++]] = static_cast<std::int16_t>(reader.Take(entry.advance() - 1));
      if (k == kBlockSize) return k;
    } else {
      Reader copy = reader;
      const Step done = DecodeOne(copy, table, k, block);
      reader = copy;
      if (done == Step::kBlockDone) return k;
      if (done == Step::kIrregular) return 0;
    }
    look = false;
  }
}

WHITTLE_ALWAYS_INLINE bool EntropyDecoder::DecodeUnit(Reader& reader, const BlockPlace* places,
                                                      std::int16_t* coefficients,
                                                      std::uint8_t* extents) {
  for (std::size_t i = 0; i < unit_blocks_; ++i) {
    const Block& block = blocks_[i];
    std::int16_t* const to = coefficients + places[i].coefficients;
    reader.Refill();
    int dc = 0;
    if (!DecodeDifference(reader, *block.dc, dc)) return false;
    dc += last_dc_[block.component];
    if (static_cast<std::int16_t>(dc) != dc) return false;
    last_dc_[block.component] = dc;
    *to = static_cast<std::int16_t>(dc);
    const unsigned extent = DecodeAc(reader, *block.ac, to);
    if (extent == 0) return false;
    extents[places[i].extent] = static_cast<std::uint8_t>(extent);
  }
  return true;
}

// ---- The scan

std::optional<EntropyDecoder> EntropyDecoder::Of(const Scan& scan, const CoefficientOrder& order) {
  Tables tables;
  std::vector<const HuffmanSpec*> dc_specs;
  std::vector<const HuffmanSpec*> ac_specs;
  std::array<std::size_t, kMaxComponents> dc{};
  std::array<std::size_t, kMaxComponents> ac{};
  for (std::size_t c = 0; c < scan.count; ++c) {
    const Scan::Component& component = scan.components[c];
    const auto dc_at = Keep(scan.dc_tables[component.dc_table], dc_specs, tables.dc);
    const auto ac_at = Keep(scan.ac_tables[component.ac_table], ac_specs, tables.ac);
    if (!dc_at || !ac_at) return std::nullopt;
    dc[c] = *dc_at;
    ac[c] = *ac_at;
  }
  EntropyDecoder decoder(scan, order, std::move(tables));
  for (std::size_t c = 0; c < scan.count; ++c) {
    // The only component of a scan comes block by block, whatever its factors.
    const int blocks = scan.count == 1 ? 1 : scan.components[c].h * scan.components[c].v;
    for (int i = 0; i < blocks; ++i) {
      if (decoder.unit_blocks_ == kMaxUnitBlocks) return std::nullopt;
      decoder.blocks_[decoder.unit_blocks_++] = {&decoder.tables_.dc[dc[c]],
                                                 &decoder.tables_.ac[ac[c]], c};
    }
  }
  return decoder;
}

EntropyDecoder::EntropyDecoder(const Scan& scan, const CoefficientOrder& order, Tables tables)
    : tables_(std::move(tables)),
      order_(order.data()),
      bytes_(scan.data),
      restart_interval_(scan.restart_interval),
      units_to_restart_(scan.restart_interval) {
  reader_.at = bytes_.begin();
}

bool EntropyDecoder::Decode(std::span<const BlockPlace> places, std::int16_t* coefficients,
                            std::uint8_t* extents) {
  Reader reader = reader_;
  for (std::size_t i = 0; i < places.size(); i += unit_blocks_) {
    if (restart_interval_ != 0) {
      if (units_to_restart_ == 0) {
        reader_ = reader;
        if (!Restart()) return false;
        reader = reader_;
        units_to_restart_ = restart_interval_;
      }
      --units_to_restart_;
    }
    if (bytes_.end() - reader.at < kMostUnitBytes && !bytes_.complete()) {
      reader.at = bytes_.More(reader.at);
    }
    // Near its end the segment is longer than it is, by zeros. That is seen afterwards.
    const bool near_end = bytes_.end() - reader.at < kMostUnitBytes;
    if (!DecodeUnit(reader, &places[i], coefficients, extents)) return false;
    if (near_end && reader.at - reader.count / 8 > bytes_.end()) return false;
  }
  reader_ = reader;
  return true;
}

bool EntropyDecoder::SegmentIsUsedUp() const {
  return bytes_.complete() && reader_.at - reader_.count / 8 == bytes_.end();
}

bool EntropyDecoder::Restart() {
  if (!SegmentIsUsedUp() || bytes_.marker() != kMarkerRestart0 + next_restart_) return false;
  next_restart_ = (next_restart_ + 1) % kRestartMarkers;
  bytes_.NextSegment();
  reader_ = {.bits = 0, .count = 0, .at = bytes_.begin()};
  last_dc_ = {};
  return true;
}

}  // namespace whittle::jpeg
