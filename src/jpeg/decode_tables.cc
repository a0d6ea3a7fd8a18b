#include "jpeg/decode_tables.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace whittle::jpeg {
namespace {

constexpr int kLongest = 16;
constexpr std::uint8_t kEndOfBlock = 0x00;
constexpr std::uint8_t kSixteenZeros = 0xF0;

// Calls `each(symbol, length, code)` in code order; false when the table is impossible.
template <class Each>
bool ForEachCode(const HuffmanSpec& spec, const Each& each) {
  if (spec.size() > static_cast<int>(spec.symbols.size())) return false;
  std::uint32_t code = 0;
  std::size_t k = 0;
  for (int length = 1; length <= kLongest; ++length) {
    for (int i = 0; i < spec.counts[static_cast<std::size_t>(length - 1)]; ++i) {
      each(spec.symbols[k++], length, code++);
    }
    // No code may consist of ones only. (libjpeg does not look at lengths that have none.)
    if (code >> length != 0) return false;
    code <<= 1;
  }
  return true;
}

// The value that the `size` bits `bits` stand for (ITU-T T.81, F.2.2.1).
int Extended(int bits, int size) { return bits >> (size - 1) != 0 ? bits : bits - (1 << size) + 1; }

// The first symbol in kBits bits.
struct Single {
  std::uint8_t length = 0;   // with its value; 0 when it is not whole
  std::uint8_t advance = 0;  // 0 for the end of the block
  std::int8_t value = 0;
};
using Singles = std::array<Single, 1 << AcTable::kBits>;

// Writes what a code's entries say: singles where the symbol is whole, long ones where only the
// code is.
void Enter(std::uint8_t symbol, int length, std::uint32_t code, Singles& singles, AcTable& table) {
  const int spare = AcTable::kBits - length;
  if (spare < 0) return;
  const std::size_t at = std::size_t{code} << spare;
  const int run = symbol >> 4;
  const int size = symbol & 15;
  if (symbol == kEndOfBlock || symbol == kSixteenZeros) {
    const Single single{static_cast<std::uint8_t>(length),
                        static_cast<std::uint8_t>(symbol == kEndOfBlock ? 0 : 16), 0};
    std::fill_n(singles.begin() + at, std::size_t{1} << spare, single);
  } else if (size == 0) {
    return;  // no meaning in baseline
  } else if (size > spare || 1 << size > AcEntry::kMost + 1) {
    std::fill_n(table.entries.begin() + at, std::size_t{1} << spare,
                AcEntry(length, run, size + 1, 0, 0, AcEntry::kLong));
  } else {
    const int rest = spare - size;
    for (int bits = 0; bits < 1 << size; ++bits) {
      const Single single{static_cast<std::uint8_t>(length + size),
                          static_cast<std::uint8_t>(run + 1),
                          static_cast<std::int8_t>(Extended(bits, size))};
      std::fill_n(singles.begin() + at + (std::size_t(bits) << rest), std::size_t{1} << rest,
                  single);
    }
  }
}

// `first`, and what follows it if that is whole as well.
AcEntry Joined(const Single& first, const Single& second) {
  const bool both = second.length != 0 && first.length + second.length <= AcTable::kBits;
  const int length = first.length + (both ? second.length : 0);
  if (first.advance == 0) return {first.length, 0, 1, 0, 0, AcEntry::kEnd};
  const int skip = first.advance - 1;
  // A run of zeros with the end behind it stays alone, so that an end with value 0 is only an end.
  if (!both || (second.advance == 0 && first.value == 0)) {
    return {first.length, skip, first.advance, first.value, first.value, 0};
  }
  if (second.advance == 0) {
    return {length, skip, first.advance, first.value, first.value, AcEntry::kEnd};
  }
  return {length, skip, first.advance + second.advance, first.value, second.value, 0};
}

}  // namespace

std::optional<CodeFinder> CodeFinder::Of(const HuffmanSpec& spec) {
  CodeFinder finder;
  finder.spec_ = spec;
  int index = 0;
  const bool sound = ForEachCode(spec, [&](std::uint8_t, int length, std::uint32_t code) {
    const auto l = static_cast<std::size_t>(length);
    if (finder.limits_[l] == 0) finder.offsets_[l] = index - static_cast<int>(code);
    finder.limits_[l] = (code + 1) << (kLongest - length);
    ++index;
  });
  if (!sound) return std::nullopt;
  return finder;
}

CodeFinder::Found CodeFinder::Find(std::uint16_t bits) const {
  // Codes of one length are consecutive and lie above all shorter ones.
  for (std::uint8_t length = 1; length <= kLongest; ++length) {
    if (bits < limits_[length]) {
      const int index = (bits >> (kLongest - length)) + offsets_[length];
      return {spec_.symbols[static_cast<std::size_t>(index)], length};
    }
  }
  return {0, 0};
}

std::optional<DcTable> DcTable::Of(const HuffmanSpec& spec) {
  const auto finder = CodeFinder::Of(spec);
  if (!finder) return std::nullopt;
  DcTable table{*finder, {}};
  bool sound = true;
  ForEachCode(spec, [&](std::uint8_t symbol, int length, std::uint32_t code) {
    sound = sound && symbol <= 15;
    if (length > kBits || symbol > kMaxSize) return;
    const Entry entry{static_cast<std::uint8_t>(length + symbol), static_cast<std::uint8_t>(length),
                      symbol};
    std::fill_n(table.entries.begin() + (std::size_t{code} << (kBits - length)),
                std::size_t{1} << (kBits - length), entry);
  });
  if (!sound) return std::nullopt;
  return table;
}

std::optional<AcTable> AcTable::Of(const HuffmanSpec& spec) {
  const auto finder = CodeFinder::Of(spec);
  if (!finder) return std::nullopt;
  AcTable table{{}, *finder};
  table.entries.fill(AcEntry(0, 0, 1, 0, 0, AcEntry::kLong));
  Singles singles;
  ForEachCode(spec, [&](std::uint8_t symbol, int length, std::uint32_t code) {
    Enter(symbol, length, code, singles, table);
  });
  constexpr std::size_t kMask = (1 << kBits) - 1;
  for (std::size_t bits = 0; bits <= kMask; ++bits) {
    const Single& first = singles[bits];
    if (first.length == 0) continue;
    table.entries[bits] = Joined(first, singles[bits << first.length & kMask]);
  }
  return table;
}

}  // namespace whittle::jpeg
