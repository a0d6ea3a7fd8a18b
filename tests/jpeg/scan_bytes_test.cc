#include "jpeg/scan_bytes.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace whittle::jpeg {
namespace {

using List = std::vector<std::uint8_t>;

List Stuffed(const List& plain) {
  List stuffed;
  for (const std::uint8_t byte : plain) {
    stuffed.push_back(byte);
    if (byte == 0xFF) stuffed.push_back(0);
  }
  return stuffed;
}

// Everything up to the segment's end, taken in steps of up to `step` bytes.
List ReadSegment(ScanBytes& bytes, std::size_t step) {
  List all;
  const std::uint8_t* at = bytes.begin();
  while (true) {
    const std::uint8_t* to = std::min(at + step, bytes.end());
    all.insert(all.end(), at, to);
    at = to;
    if (bytes.complete() && at == bytes.end()) break;
    if (!bytes.complete()) at = bytes.More(at);
  }
  for (std::size_t i = 0; i < ScanBytes::kPadding; ++i) EXPECT_EQ(bytes.end()[i], 0);
  return all;
}

TEST(ScanBytes, GivesSegmentsWithoutStuffing) {
  std::mt19937 random(1);
  for (const std::size_t size : {0UL, 1UL, 2UL, 100UL, 16383UL, 16384UL, 16385UL, 100000UL}) {
    for (const unsigned odds : {2U, 300U}) {  // of FF
      List first(size);
      for (auto& byte : first) {
        byte = random() % odds == 0 ? 0xFF : static_cast<std::uint8_t>(random());
      }
      const List second = {0xFF, 1, 2, 0xFF};
      List file = Stuffed(first);
      file.insert(file.end(), {0xFF, 0xD0});
      for (const std::uint8_t byte : Stuffed(second)) file.push_back(byte);
      file.insert(file.end(), {0xFF, 0xD9, 7});
      for (const std::size_t step : {1UL, 1000UL, 1UL << 20}) {
        ScanBytes bytes{ByteView(file)};
        EXPECT_EQ(ReadSegment(bytes, size < 20000 ? step : 1UL << 20), first);
        EXPECT_EQ(bytes.marker(), 0xD0);
        bytes.NextSegment();
        EXPECT_EQ(ReadSegment(bytes, step), second);
        EXPECT_EQ(bytes.marker(), 0xD9);
      }
    }
  }
}

TEST(ScanBytes, EndsWithoutMarkerWhereTheFileEnds) {
  for (const List& file : {List{}, {1, 2}, {1, 2, 0xFF}}) {
    ScanBytes bytes{ByteView(file)};
    EXPECT_TRUE(bytes.complete());
    EXPECT_EQ(bytes.end() - bytes.begin(), file.empty() ? 0 : 2);
    EXPECT_EQ(bytes.marker(), 0);
  }
}

TEST(ScanBytes, TakesFillBytesForAMarker) {
  const List file = {5, 0xFF, 0xFF, 0xD9};
  ScanBytes bytes{ByteView(file)};
  EXPECT_EQ(ReadSegment(bytes, 10), List{5});
  EXPECT_EQ(bytes.marker(), 0xFF);
}

}  // namespace
}  // namespace whittle::jpeg
