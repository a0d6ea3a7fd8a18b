// What is compressed in bands is one stream, as good as one that is compressed at once.
#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <random>
#include <stop_token>
#include <utility>
#include <vector>

#include "codec/png/deflate.h"

namespace whittle::codec {
namespace {

// Bytes as filtered rows have them: some small differences, some runs, some noise.
std::vector<std::uint8_t> RowBytes(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t kind = i / 5000 % 3;
    bytes[i] = static_cast<std::uint8_t>(kind == 0 ? 0 : random() >> 8 & (kind == 1 ? 7 : 255));
  }
  return bytes;
}

std::vector<std::uint8_t> Inflated(ByteView file, std::size_t size) {
  std::vector<std::uint8_t> bytes(size + 1);
  uLongf filled = bytes.size();
  EXPECT_EQ(uncompress(bytes.data(), &filled, file.data(), file.size()), Z_OK);
  bytes.resize(filled);
  return bytes;
}

Bytes AtOnce(ByteView bytes, int level) {
  libdeflate_compressor* deflate = libdeflate_alloc_compressor(level);
  Bytes file(libdeflate_zlib_compress_bound(deflate, bytes.size()));
  file.Resize(
      libdeflate_zlib_compress(deflate, bytes.data(), bytes.size(), file.data(), file.size()));
  libdeflate_free_compressor(deflate);
  return file;
}

constexpr std::size_t kKiB = 1024;

TEST(PngDeflate, ABandIsWhatIsCompressedAtOnce) {
  for (const auto& [level, band] :
       {std::pair(12, 256 * kKiB), {10, 512 * kKiB}, {9, kKiB * kKiB}}) {
    const std::vector<std::uint8_t> bytes = RowBytes(band + 1);
    const ByteView whole = ByteView(bytes).first(band);
    const Bytes expected = AtOnce(whole, level);
    const auto file = DeflatedPng(whole, level, {});
    ASSERT_TRUE(file);
    EXPECT_TRUE(std::ranges::equal(file->view(), expected.view())) << level;
    const auto two = DeflatedPng(bytes, level, {});
    ASSERT_TRUE(two);
    EXPECT_FALSE(std::ranges::equal(two->view(), AtOnce(bytes, level).view())) << level;
    EXPECT_EQ(Inflated(two->view(), bytes.size()), bytes);
  }
}

// 2 megapixels of 8 bits with alpha, at the level of most results.
TEST(PngDeflate, UsualPicturesAreCompressedAtOnce) {
  const std::vector<std::uint8_t> bytes = RowBytes(std::size_t{2000} * 1000 * 4 + 1000);
  const auto file = DeflatedPng(bytes, 1, {});
  ASSERT_TRUE(file);
  EXPECT_TRUE(std::ranges::equal(file->view(), AtOnce(bytes, 1).view()));
}

// Bands end at any bit of a byte, and with a block of any kind.
TEST(PngDeflate, BandsBecomeOneStream) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    const std::size_t size = 256 * kKiB * (1 + seed % 4) + seed * 7919 - 1;
    const std::vector<std::uint8_t> bytes = RowBytes(size, seed);
    const auto file = DeflatedPng(bytes, 12, {});
    ASSERT_TRUE(file);
    EXPECT_EQ(Inflated(file->view(), size), bytes) << seed;
    EXPECT_EQ((file->data()[0] * 256 + file->data()[1]) % 31, 0);
    EXPECT_LT(100 * file->size(), 101 * AtOnce(bytes, 12).size()) << seed;
  }
  for (const int value : {0, 255}) {  // a band is one short block
    const std::vector<std::uint8_t> same(700 * kKiB, static_cast<std::uint8_t>(value));
    const auto file = DeflatedPng(same, 12, {});
    ASSERT_TRUE(file);
    EXPECT_EQ(Inflated(file->view(), same.size()), same);
  }
  std::mt19937 random(3);  // all blocks are stored
  std::vector<std::uint8_t> noise(700 * kKiB);
  for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random());
  const auto file = DeflatedPng(noise, 12, {});
  ASSERT_TRUE(file);
  EXPECT_EQ(Inflated(file->view(), noise.size()), noise);
}

TEST(PngDeflate, IsStopped) {
  std::stop_source stop;
  stop.request_stop();
  for (const std::size_t size : {std::size_t{10}, 300 * kKiB}) {
    const auto file = DeflatedPng(RowBytes(size), 12, stop.get_token());
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().kind, ErrorKind::kCancelled);
  }
}

}  // namespace
}  // namespace whittle::codec
