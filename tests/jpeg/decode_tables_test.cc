#include "jpeg/decode_tables.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace whittle::jpeg {
namespace {

// Codes of 2 to 16 bits, for the end, a run of zeros and some values.
HuffmanSpec Spec() {
  HuffmanSpec spec;
  spec.counts = {0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1};
  spec.symbols = {0x01, 0x00, 0x02, 0x11, 0x03, 0xF0, 0x21, 0x05,
                  0x06, 0x31, 0x07, 0x08, 0xE1, 0xF1, 0x0A};
  return spec;
}

struct Symbol {
  int symbol = 0;
  int bits = 0;  // code and value; 0 when they do not all fit
  int value = 0;
};

// The first symbol of the `count` bits `bits`, found by trying all codes.
Symbol Decode(const HuffmanCodes& codes, unsigned bits, int count) {
  for (std::size_t s = 0; s < codes.size(); ++s) {
    const int length = codes[s].length;
    const int size = static_cast<int>(s & 15);
    if (length == 0 || length + size > count || bits >> (count - length) != codes[s].bits) continue;
    const int raw = static_cast<int>(bits >> (count - length - size) & ((1U << size) - 1));
    const bool negative = size > 0 && raw >> (size - 1) == 0;
    return {static_cast<int>(s), length + size, negative ? raw - (1 << size) + 1 : raw};
  }
  return {};
}

TEST(CodeFinder, FindsEveryCode) {
  const HuffmanSpec spec = Spec();
  const auto finder = CodeFinder::Of(spec);
  ASSERT_TRUE(finder);
  const HuffmanCodes codes = *CodesOf(spec);
  for (unsigned bits = 0; bits < 1 << 16; ++bits) {
    const auto found = finder->Find(static_cast<std::uint16_t>(bits));
    int matches = 0;
    for (std::size_t s = 0; s < codes.size(); ++s) {
      if (codes[s].length == 0 || bits >> (16 - codes[s].length) != codes[s].bits) continue;
      ++matches;
      EXPECT_EQ(found.symbol, s);
      EXPECT_EQ(found.length, codes[s].length);
    }
    EXPECT_EQ(found.length != 0, matches == 1) << bits;
  }
}

TEST(CodeFinder, RefusesImpossibleTables) {
  HuffmanSpec all_ones;
  all_ones.counts[0] = 2;
  EXPECT_FALSE(CodeFinder::Of(all_ones));
  HuffmanSpec too_many;
  too_many.counts[15] = 200;
  too_many.counts[14] = 57;
  EXPECT_FALSE(CodeFinder::Of(too_many));
  HuffmanSpec crowded;
  crowded.counts = {1, 1, 3};
  EXPECT_FALSE(CodeFinder::Of(crowded));
  EXPECT_TRUE(CodeFinder::Of(HuffmanSpec{})) << "has no codes, which is no harm by itself";
}

TEST(DcTable, RefusesSizesBeyond15) {
  HuffmanSpec spec;
  spec.counts[1] = 1;
  spec.symbols[0] = 15;
  EXPECT_TRUE(DcTable::Of(spec));
  spec.symbols[0] = 16;
  EXPECT_FALSE(DcTable::Of(spec));
}

// An entry, carried out.
struct Outcome {
  std::vector<int> values = std::vector<int>(64 + 16);  // by distance from k
  int advance = 0;
  bool ends = false;
  unsigned bits = 0;
  bool operator==(const Outcome&) const = default;
};

TEST(AcTable, EveryEntrySaysWhatItsBitsSay) {
  const HuffmanSpec spec = Spec();
  const auto table = AcTable::Of(spec);
  ASSERT_TRUE(table);
  const HuffmanCodes codes = *CodesOf(spec);
  int pairs = 0;
  for (unsigned bits = 0; bits < 1 << AcTable::kBits; ++bits) {
    SCOPED_TRACE(bits);
    const AcEntry entry = table->entries[bits];
    const Symbol first = Decode(codes, bits, AcTable::kBits);
    const bool fits = first.bits != 0 && std::abs(first.value) <= AcEntry::kMost &&
                      (first.symbol % 16 != 0 || first.symbol == 0 || first.symbol == 0xF0);
    ASSERT_EQ((entry.word() & AcEntry::kLong) != 0, !fits);
    if (!fits) continue;

    Outcome said;
    said.values[entry.skip()] = entry.first();
    said.values[entry.advance() - 1] = entry.second();
    said.advance = static_cast<int>(entry.advance());
    said.ends = (entry.word() & AcEntry::kEnd) != 0;
    said.bits = entry.length();
    if (first.symbol == 0) {
      EXPECT_TRUE(said.ends && entry.first() == 0 && entry.second() == 0 && entry.advance() == 1);
      EXPECT_EQ(entry.length(), static_cast<unsigned>(first.bits));
      continue;
    }
    Outcome one;
    one.advance = first.symbol / 16 + 1;
    one.values[static_cast<std::size_t>(one.advance - 1)] = first.value;
    one.bits = static_cast<unsigned>(first.bits);
    Outcome two = one;
    const int rest = AcTable::kBits - first.bits;
    const Symbol second = Decode(codes, bits & ((1U << rest) - 1), rest);
    two.bits += static_cast<unsigned>(second.bits);
    if (second.bits != 0 && second.symbol == 0) {
      two.ends = true;
    } else {
      two.advance += second.symbol / 16 + 1;
      two.values[static_cast<std::size_t>(two.advance - 1)] = second.value;
    }
    const bool joins = second.bits != 0 && std::abs(second.value) <= AcEntry::kMost &&
                       (second.symbol != 0 || first.symbol != 0xF0);
    EXPECT_EQ(said, joins ? two : one);
    pairs += joins ? 1 : 0;
  }
  EXPECT_GT(pairs, 500);
}

}  // namespace
}  // namespace whittle::jpeg
