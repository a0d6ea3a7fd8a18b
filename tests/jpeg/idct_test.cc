#include "jpeg/idct.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
// jpeglib.h needs cstdio first
#include <jpeglib.h>

#include <algorithm>
#include <functional>
#include <numbers>
#include <random>
#include <vector>

#include "pixel/aligned.h"
#include "pixel/simd.h"
#include "tests/support/pictures.h"

namespace whittle::jpeg {
namespace {

using Values = std::array<int, kBlockSize>;  // row by row
struct Case {
  std::vector<Values> blocks;
  Values quant;
};

// One dimension as jidctint.c computes it, with 13-bit constants: even and odd part by their
// definition, which needs no more than the same products.
std::array<std::int64_t, 8> Transform1d(const std::array<std::int64_t, 8>& in, int drop) {
  const std::int64_t z1 = (in[2] + in[6]) * 4433;
  const std::int64_t t2 = z1 - in[6] * 15137;
  const std::int64_t t3 = z1 + in[2] * 6270;
  const std::int64_t t0 = (in[0] + in[4]) * 8192;
  const std::int64_t t1 = (in[0] - in[4]) * 8192;
  const std::array<std::int64_t, 4> even = {t0 + t3, t1 + t2, t1 - t2, t0 - t3};
  const std::int64_t z5 = (in[7] + in[3] + in[5] + in[1]) * 9633;
  const std::int64_t a = (in[7] + in[1]) * -7373;
  const std::int64_t b = (in[5] + in[3]) * -20995;
  const std::int64_t c = (in[7] + in[3]) * -16069 + z5;
  const std::int64_t d = (in[5] + in[1]) * -3196 + z5;
  const std::array<std::int64_t, 4> odd = {in[1] * 12299 + a + d, in[3] * 25172 + b + c,
                                           in[5] * 16819 + b + d, in[7] * 2446 + a + c};
  std::array<std::int64_t, 8> out;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::int64_t half = std::int64_t{1} << (drop - 1);
    out[i] = (even[i] + odd[i] + half) >> drop;
    out[7 - i] = (even[i] - odd[i] + half) >> drop;
  }
  return out;
}

// Columns, then rows.
Values Plain(const Values& coefficients, const Values& quant) {
  std::array<std::array<std::int64_t, 8>, 8> columns;
  for (std::size_t x = 0; x < 8; ++x) {
    std::array<std::int64_t, 8> in;
    for (std::size_t y = 0; y < 8; ++y) in[y] = coefficients[y * 8 + x] * quant[y * 8 + x];
    columns[x] = Transform1d(in, 11);
  }
  Values samples;
  for (std::size_t y = 0; y < 8; ++y) {
    std::array<std::int64_t, 8> in;
    for (std::size_t x = 0; x < 8; ++x) in[x] = columns[x][y];
    const auto row = Transform1d(in, 18);
    for (std::size_t x = 0; x < 8; ++x) {
      samples[y * 8 + x] = static_cast<int>(std::clamp<std::int64_t>(row[x] + 128, 0, 255));
    }
  }
  return samples;
}

// What libjpeg makes of a grey picture with just these blocks in a row.
std::vector<Values> ByLibjpeg(const Case& given) {
  jpeg_compress_struct c;
  jpeg_error_mgr error;
  c.err = jpeg_std_error(&error);
  jpeg_create_compress(&c);
  unsigned char* file = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&c, &file, &size);
  c.image_width = static_cast<JDIMENSION>(8 * given.blocks.size());
  c.image_height = 8;
  c.input_components = 1;
  c.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&c);
  c.optimize_coding = TRUE;  // standard tables do not know all symbols
  std::array<unsigned, kBlockSize> quant;
  std::ranges::copy(given.quant, quant.begin());
  jpeg_add_quant_table(&c, 0, quant.data(), 100, FALSE);
  jvirt_barray_ptr arrays[1] = {
      (*c.mem->request_virt_barray)(reinterpret_cast<j_common_ptr>(&c), JPOOL_IMAGE, TRUE,
                                    static_cast<JDIMENSION>(given.blocks.size()), 1, 1)};
  jpeg_write_coefficients(&c, arrays);
  JBLOCKARRAY rows =
      (*c.mem->access_virt_barray)(reinterpret_cast<j_common_ptr>(&c), arrays[0], 0, 1, TRUE);
  for (std::size_t b = 0; b < given.blocks.size(); ++b) {
    for (std::size_t i = 0; i < kBlockSize; ++i) {
      rows[0][b][i] = static_cast<JCOEF>(given.blocks[b][i]);
    }
  }
  jpeg_finish_compress(&c);
  jpeg_destroy_compress(&c);
  const test::Picture picture = test::DecodeJpeg({file, size});
  std::free(file);
  std::vector<Values> samples(given.blocks.size());
  for (std::size_t b = 0; b < samples.size(); ++b) {
    for (std::size_t i = 0; i < kBlockSize; ++i) {
      samples[b][i] = picture.at(static_cast<int>(8 * b + i % 8), static_cast<int>(i / 8), 0);
    }
  }
  return samples;
}

unsigned ExtentOf(const Values& block) {
  unsigned extent = 1;
  for (unsigned k = 1; k < kBlockSize; ++k) {
    if (block[kZigzag[k]] != 0) extent = k + 1;
  }
  return extent;
}

// Ours; nothing for wild blocks. Checks that coefficients are zero afterwards.
std::vector<Values> ByKernel(const Case& given) {
  const IdctKernel& kernel = IdctForThisCpu();
  const std::size_t lanes = kernel.lanes;
  const std::size_t groups = (given.blocks.size() + lanes - 1) / lanes;
  pixel::AlignedBuffer<std::int16_t> coefficients;
  coefficients.Resize(groups * lanes * kBlockSize);
  std::fill_n(coefficients.data(), groups * lanes * kBlockSize, std::int16_t{0});
  std::vector<std::uint8_t> extents(groups * lanes);
  alignas(64) LaneQuant quant;
  for (std::size_t b = 0; b < given.blocks.size(); ++b) {
    for (std::size_t i = 0; i < kBlockSize; ++i) {
      const std::size_t at = (i / 8 * lanes + b % lanes) * 8 + i % 8;
      coefficients.data()[b / lanes * lanes * kBlockSize + at] =
          static_cast<std::int16_t>(given.blocks[b][i]);
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        quant[(i / 8 * lanes + lane) * 8 + i % 8] = static_cast<std::int16_t>(given.quant[i]);
      }
    }
    extents[b] = static_cast<std::uint8_t>(ExtentOf(given.blocks[b]));
  }
  const std::size_t stride = groups * lanes * 8;
  std::vector<std::uint8_t> samples(stride * 8);
  const bool tame = kernel.transform(
      {coefficients.data(), extents.data(), given.blocks.size(), &quant, samples.data(), stride});
  EXPECT_TRUE(std::all_of(coefficients.data(), coefficients.data() + groups * lanes * kBlockSize,
                          [](std::int16_t v) { return v == 0; }));
  if (!tame) return {};
  std::vector<Values> result(given.blocks.size());
  for (std::size_t b = 0; b < result.size(); ++b) {
    for (std::size_t i = 0; i < kBlockSize; ++i) {
      result[b][i] = samples[i / 8 * stride + b * 8 + i % 8];
    }
  }
  return result;
}

void OnEveryTarget(const std::function<void()>& check) {
  for (const std::string& target : pixel::SimdTargets()) {
    SCOPED_TRACE(target);
    ASSERT_TRUE(pixel::ForceSimdTarget(target));
    // This room has no code of its own for AVX3_DL; the next best serves.
    ASSERT_EQ(IdctForThisCpu().target, target == "AVX3_DL" ? "AVX3" : target);
    check();
  }
  ASSERT_TRUE(pixel::ForceSimdTarget("auto"));
}

// Blocks with `reach` coefficients of up to `most` after dequantisation.
Case Random(std::mt19937& random, std::size_t count, unsigned reach, int most) {
  Case made;
  for (int& q : made.quant) q = 1 + static_cast<int>(random() % 255);
  for (std::size_t b = 0; b < count; ++b) {
    Values block{};
    for (unsigned k = 0; k < reach; ++k) {
      const std::size_t at = kZigzag[k];
      const int range = most / made.quant[at];
      block[at] = static_cast<int>(random() % static_cast<unsigned>(2 * range + 1)) - range;
    }
    made.blocks.push_back(block);
  }
  return made;
}

TEST(Idct, EqualsThePlainOneAndLibjpegOnTameBlocks) {
  std::mt19937 random(5);
  for (const unsigned reach : {1U, 2U, 3U, 9U, 10U, 11U, 40U, 64U}) {
    for (const int most : {40, 300, 1200}) {
      for (const std::size_t count : {1UL, 3UL, 4UL, 37UL}) {
        const Case given = Random(random, count, reach, reach > 11 ? most / 3 : most);
        std::vector<Values> plain;
        for (const Values& block : given.blocks) plain.push_back(Plain(block, given.quant));
        ASSERT_EQ(plain, ByLibjpeg(given));
        OnEveryTarget([&] { ASSERT_EQ(ByKernel(given), plain); });
      }
    }
  }
}

TEST(Idct, ReachesBothEndsOfTheRange) {
  Case given;
  given.quant.fill(1);
  for (int dc = -1100; dc <= 1100; dc += 4) {
    given.blocks.push_back({dc});
    given.blocks.push_back({dc, dc % 7});
  }
  std::vector<Values> plain;
  for (const Values& block : given.blocks) plain.push_back(Plain(block, given.quant));
  OnEveryTarget([&] { EXPECT_EQ(ByKernel(given), plain); });
}

// No encoder writes such; then it is libjpeg-turbo's vector code that says what comes out (on x86),
// or the block is called wild.
TEST(Idct, IsLibjpegsOrWildOnExtremeBlocks) {
#if defined(__x86_64__)
  std::mt19937 random(6);
  int tame = 0;
  for (int round = 0; round < 400; ++round) {
    const int reach = 1 + static_cast<int>(random() % 64);
    const int most = 1 << (4 + random() % 11);
    Case given;
    for (int& q : given.quant) q = 1 << random() % (round % 2 == 0 ? 8 : 4);
    for (int b = 0; b < 4; ++b) {
      Values block{};
      for (int k = 0; k < reach; ++k) {
        block[kZigzag[static_cast<std::size_t>(k)]] = std::clamp(
            static_cast<int>(random() % static_cast<unsigned>(2 * most + 1)) - most, -1023, 1023);
      }
      if (random() % 3 == 0) std::fill(block.begin() + 8, block.end(), 0);
      given.blocks.push_back(block);
    }
    const std::vector<Values> wanted = ByLibjpeg(given);
    OnEveryTarget([&] {
      const std::vector<Values> got = ByKernel(given);
      if (got.empty()) return;
      ++tame;
      ASSERT_EQ(got, wanted) << round;
    });
  }
  EXPECT_GT(tame, 400);
#else
  GTEST_SKIP()
      << "LEFT OUT: not x86; libjpeg-turbo's vector code treats wild coefficients otherwise";
#endif
}

}  // namespace
}  // namespace whittle::jpeg
