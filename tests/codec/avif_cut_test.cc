// AVIF files that end too early: whole rows of a grid's cells are shown, and said to be cut.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "tests/codec/avif_boxes.h"
#include "tests/codec/cut_files.h"

namespace whittle::codec {

extern const Codec kAvif;

namespace {

using pixel::PixelFormat;

// Rows of two cells, four of them, of 64x64, alike but in their shade.
std::string MadeGridOf(int depth, avifPixelFormat planes, bool alpha = false) {
  std::vector<SampleRows> cells;
  for (int i = 0; i < 8; ++i) {
    test::Picture picture = test::Photo(64, 64, 3, static_cast<unsigned>(i));
    SampleRows rows = SamplesOf(picture, alpha ? PixelFormat::kRgba8 : PixelFormat::kRgb8);
    cells.push_back(std::move(rows));
  }
  return MakeAvifGrid(std::move(cells), 2, depth, planes);
}

TEST(CutAvif, AGridShowsItsWholeRowsOfCells) {
  for (const int depth : {8, 10}) {
    for (const auto planes :
         {AVIF_PIXEL_FORMAT_YUV444, AVIF_PIXEL_FORMAT_YUV420, AVIF_PIXEL_FORMAT_YUV400}) {
      SCOPED_TRACE(testing::Message() << depth << ' ' << planes);
      const std::string file = MadeGridOf(depth, planes);
      const Shown whole = ReadAll(kAvif, AsBytes(file));
      ASSERT_TRUE(whole.rows);
      EXPECT_FALSE(whole.truncated);
      int last = 0;
      for (std::size_t size = file.find("mdat") + 4; size < file.size(); size += file.size() / 19) {
        const Shown cut = ReadAll(kAvif, AsBytes(file).first(size));
        if (!cut.rows) {
          EXPECT_EQ(KindOf(cut.rows), "Undecodable");
          EXPECT_EQ(last, 0) << size;
          continue;
        }
        EXPECT_TRUE(cut.truncated);
        int same = 0;  // rows; chroma is interpolated across the seam
        const std::size_t stride = whole.rows->stride();
        while (same < 256 &&
               std::equal(cut.rows->bytes.begin() + static_cast<long>(stride) * same,
                          cut.rows->bytes.begin() + static_cast<long>(stride) * (same + 1),
                          whole.rows->bytes.begin() + static_cast<long>(stride) * same)) {
          ++same;
        }
        const int cells = (same + 2) / 64 * 64;
        EXPECT_NEAR(same, cells, 1);
        EXPECT_GE(cells, std::max(last, 64));
        last = cells;
        // Below, the mean of the last row, all the same.
        for (int c = 0; c < Channels(cut.rows->format); ++c) {
          double sum = 0;
          for (int x = 0; x < 128; ++x) sum += whole.rows->at(x, cells - 1, c);
          const double unit = IsWide(cut.rows->format) ? 257 : 1;
          EXPECT_NEAR(cut.rows->at(5, cells + 2, c), sum / 128, 4 * unit);
          EXPECT_EQ(cut.rows->at(127, 255, c), cut.rows->at(5, cells + 2, c));
        }
        EXPECT_EQ(ReadAll(kAvif, AsBytes(file).first(size), 7).rows->bytes, cut.rows->bytes);
      }
      EXPECT_EQ(last, 192);
    }
  }
}

TEST(CutAvif, PlanesAreFilledAsRowsAre) {
  const std::string file = MadeGridOf(8, AVIF_PIXEL_FORMAT_YUV420);
  const ByteView part = AsBytes(file).first(file.size() - 20);
  const auto source = kAvif.open_planes(part, {}, {});
  ASSERT_TRUE(source);
  int rows = 0;
  std::array<std::vector<int>, kPlanes> sums;  // of each row, of each plane
  while (true) {
    const auto bands = (*source)->Read();
    ASSERT_TRUE(bands) << bands.error().detail;
    if ((*bands)[0].rows == 0) break;
    rows += (*bands)[0].rows;
    for (std::size_t p = 0; p < kPlanes; ++p) {
      for (int y = 0; y < (*bands)[p].rows; ++y) {
        const std::uint8_t* row = (*bands)[p].row(y);
        int sum = 0;
        for (int x = 0; x < (*bands)[p].width; ++x) sum += row[x];
        sums[p].push_back(sum);
      }
    }
  }
  EXPECT_EQ(rows, 256);
  EXPECT_TRUE((*source)->truncated());
  for (std::size_t p = 0; p < kPlanes; ++p) {
    const std::size_t there = p == 0 ? 192 : 96, width = p == 0 ? 128 : 64;
    const int mean = (sums[p][there - 1] + static_cast<int>(width) / 2) / static_cast<int>(width);
    for (std::size_t y = there; y < sums[p].size(); ++y) {
      EXPECT_EQ(sums[p][y], mean * static_cast<int>(width)) << p << ' ' << y;
    }
  }
}

TEST(CutAvif, AlphaIsThereOrNothingIs) {
  const std::string file = MadeGridOf(8, AVIF_PIXEL_FORMAT_YUV444, true);
  int shown = 0;
  for (std::size_t size = file.find("mdat") + 4; size < file.size(); size += file.size() / 19) {
    const Shown cut = ReadAll(kAvif, AsBytes(file).first(size));
    if (!cut.rows) continue;
    ++shown;
    EXPECT_TRUE(cut.truncated);
    EXPECT_EQ(cut.rows->at(127, 255, 3), cut.rows->at(3, 254, 3));
  }
  EXPECT_GT(shown, 0);
}

}  // namespace
}  // namespace whittle::codec
