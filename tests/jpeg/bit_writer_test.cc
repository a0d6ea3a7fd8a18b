// The bit writer against one that goes bit by bit.
#include "jpeg/bit_writer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace whittle::jpeg {
namespace {

struct Piece {
  std::uint32_t bits;
  int length;
};

std::string Plainly(const std::vector<Piece>& pieces) {
  std::string digits;
  for (const Piece& piece : pieces) {
    for (int i = piece.length; i-- > 0;) digits += (piece.bits >> i & 1) != 0 ? '1' : '0';
  }
  while (digits.size() % 8 != 0) digits += '1';
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 8) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 8), nullptr, 2));
    if (bytes.back() == '\xFF') bytes += '\0';
  }
  return bytes;
}

TEST(BitWriter, WritesWhatThePlainOneDoes) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    std::vector<Piece> pieces;
    for (int i = 0; i < round; ++i) {
      const int length = static_cast<int>(random() % 33);
      const std::uint64_t mask = (std::uint64_t{1} << length) - 1;
      // Every third round is mostly ones, which have to be stuffed.
      const std::uint32_t bits =
          round % 3 == 0 && random() % 4 > 0 ? 0xFFFFFFFF : static_cast<std::uint32_t>(random());
      pieces.push_back({static_cast<std::uint32_t>(bits & mask), length});
    }
    Bytes bytes = Bytes::CopyOf(AsBytes("head"));
    BitWriter writer(bytes);
    for (const Piece& piece : pieces) {
      writer.Reserve(16 + 8);
      writer.Put(piece.bits, piece.length);
    }
    writer.Flush();
    EXPECT_EQ(std::string(AsText(bytes.view())), "head" + Plainly(pieces)) << round;
  }
}

}  // namespace
}  // namespace whittle::jpeg
