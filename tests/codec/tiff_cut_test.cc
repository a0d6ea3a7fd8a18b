// TIFF files of which strips or tiles are missing, as when they end too early.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/codec/decode.h"
#include "tests/codec/tiff_files.h"

namespace whittle::codec {
namespace {

const Codec& Tiff() { return *ByName("tiff"); }

SampleAt Mixed(int bits) {
  return [bits](int x, int y, int c) {
    const std::uint64_t mixed =
        (static_cast<std::uint64_t>(x * 73 + y * 1009 + c * 77773) + 1) * 0x9E3779B97F4A7C15U;
    return mixed >> (64 - bits);
  };
}

struct Shown {
  Rows rows;
  bool truncated = false;
};
Expected<Shown> Show(const std::string& file, int batch = 7) {
  WHITTLE_TRY(const auto source, Tiff().open(AsBytes(file), {}, {}));
  WHITTLE_TRY(Rows rows, ReadRows(*source, batch));
  return Shown{std::move(rows), source->truncated()};
}

std::string KindOf(const auto& result) {
  return result ? "ok" : std::string(Name(result.error().kind));
}

// Which columns of a row are there.
using Columns = std::vector<bool>;

// `whole` with what is missing filled in: by the rest of the row, or by the last row of which
// something is there.
Rows FilledIn(const Rows& whole, const std::vector<Columns>& there) {
  Rows rows = whole;
  std::vector<int> mean(static_cast<std::size_t>(Channels(whole.format)));
  for (int y = 0; y < rows.height; ++y) {
    const Columns& columns = there[static_cast<std::size_t>(y)];
    const auto count = static_cast<int>(std::ranges::count(columns, true));
    for (int c = 0; c < Channels(whole.format); ++c) {
      std::int64_t sum = 0;
      for (int x = 0; x < rows.width; ++x) {
        if (columns[static_cast<std::size_t>(x)]) sum += whole.Sample(x, y, c);
      }
      int& value = mean[static_cast<std::size_t>(c)];
      if (count > 0) value = static_cast<int>((sum + count / 2) / count);
      for (int x = 0; x < rows.width; ++x) {
        if (!columns[static_cast<std::size_t>(x)]) rows.Set(x, y, c, value);
      }
    }
  }
  return rows;
}

struct Kind {
  int samples = 3, bits = 8;
  int photometric = PHOTOMETRIC_RGB;
  int compression = COMPRESSION_NONE;
  bool separate = false;
  std::vector<std::uint16_t> extra = {};
};

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kKinds = {
      {},
      {.compression = COMPRESSION_LZW},
      {.compression = COMPRESSION_PACKBITS},
      {.bits = 16, .compression = COMPRESSION_ADOBE_DEFLATE},
      {.compression = COMPRESSION_ZSTD},
      {.compression = COMPRESSION_LZMA},
      {.samples = 1, .photometric = PHOTOMETRIC_MINISBLACK},
      {.samples = 1, .bits = 16, .photometric = PHOTOMETRIC_MINISWHITE},
      {.samples = 4, .extra = {EXTRASAMPLE_UNASSALPHA}},
      {.samples = 4, .photometric = PHOTOMETRIC_SEPARATED},
      {.separate = true},
      {.compression = COMPRESSION_LZW, .separate = true},
  };
  return kKinds;
}

MadeTiff Of(const Kind& kind, int tile) {
  return {.width = 37,
          .height = 43,
          .samples = kind.samples,
          .bits = kind.bits,
          .photometric = kind.photometric,
          .compression = kind.compression,
          .separate = kind.separate,
          .tile_width = tile,
          .tile_height = tile,
          .rows_per_strip = 5,
          .extra = kind.extra,
          .mode = "wl"};
}

// What is there of each row when the file has the first `blocks` strips or tiles.
std::vector<Columns> There(const MadeTiff& made, std::size_t blocks) {
  const int width = made.tile_width > 0 ? made.tile_width : made.width;
  const int height = made.tile_width > 0 ? made.tile_height : made.rows_per_strip;
  const int across = (made.width + width - 1) / width;
  const int down = (made.height + height - 1) / height;
  std::vector<Columns> there(static_cast<std::size_t>(made.height));
  for (int y = 0; y < made.height; ++y) {
    for (int x = 0; x < made.width; ++x) {
      // Of the last plane, since a pixel needs them all.
      const int plane = made.separate ? made.samples - 1 : 0;
      const int block = (plane * down + y / height) * across + x / width;
      there[static_cast<std::size_t>(y)].push_back(static_cast<std::size_t>(block) < blocks);
    }
  }
  return there;
}

TEST(TiffCut, FillsInWhatIsMissing) {
  for (const int tile : {0, 16}) {
    for (std::size_t k = 0; k < Kinds().size(); ++k) {
      const MadeTiff made = Of(Kinds()[k], tile);
      const DataLast last = MakeDataLast(made, Mixed(made.bits));
      const auto whole = Show(last.file);
      ASSERT_TRUE(whole) << whole.error().detail;
      EXPECT_FALSE(whole->truncated);
      for (std::size_t blocks = 0; blocks < last.ends.size(); ++blocks) {
        SCOPED_TRACE(testing::Message() << "kind " << k << " tile " << tile << ' ' << blocks);
        // One byte less than the next one needs.
        const std::string part = last.file.substr(0, last.ends[blocks] - 1);
        const std::vector<Columns> there = There(made, blocks);
        const auto shown = Show(part);
        if (std::ranges::find(there[0], true) == there[0].end()) {
          ASSERT_EQ(KindOf(shown), "Undecodable");
          continue;
        }
        ASSERT_TRUE(shown) << shown.error().detail;
        EXPECT_TRUE(shown->truncated);
        ASSERT_EQ(shown->rows, FilledIn(whole->rows, there));
        ASSERT_EQ(Show(part, 1)->rows, shown->rows);
        ASSERT_EQ(Show(part, 100)->rows, shown->rows);
      }
    }
  }
}

TEST(TiffCut, GoesOnBehindAMissingBlock) {
  for (const int tile : {0, 16}) {
    const MadeTiff made = Of({}, tile);
    std::string file = Made(made, Mixed(8));
    const Rows whole = Show(file)->rows;
    SetOffset(file, 4, file.size());
    std::vector<Columns> there(43, Columns(37, true));
    for (int y = 0; y < 43; ++y) {
      for (int x = 0; x < 37; ++x) {
        const int block = tile > 0 ? y / 16 * 3 + x / 16 : y / 5;
        if (block == 4) there[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] = false;
      }
    }
    const auto shown = Show(file);
    ASSERT_TRUE(shown);
    EXPECT_TRUE(shown->truncated);
    EXPECT_EQ(shown->rows, FilledIn(whole, there));
  }
}

// As sparse files have them.
TEST(TiffCut, TakesABlockOfNoBytesForMissing) {
  for (const int tile : {0, 16}) {
    std::string file = Made(Of({.compression = COMPRESSION_LZW}, tile), Mixed(8));
    const TiffValues counts = Counts(file);
    for (const std::size_t block : {std::size_t{4}, std::size_t{0}}) {
      for (std::size_t i = 0; i < counts.size; ++i) file[counts.at + counts.size * block + i] = 0;
      const auto shown = Show(file);
      EXPECT_EQ(KindOf(shown), block == 4 ? "ok" : "Undecodable");
      if (shown) EXPECT_TRUE(shown->truncated);
    }
  }
}

// Truncated only once something that is not there was given.
TEST(TiffCut, SaysSoWhereItBegins) {
  const MadeTiff made = Of({}, 0);
  const DataLast last = MakeDataLast(made, Mixed(8));
  const std::string part = last.file.substr(0, last.ends[3] - 1);
  const auto source = *Tiff().open(AsBytes(part), {}, {});
  Rows rows = BlankRows(37, 43, pixel::PixelFormat::kRgb8);
  ASSERT_TRUE(source->Read(rows.Span(0, 15)));
  EXPECT_FALSE(source->truncated());
  ASSERT_TRUE(source->Read(rows.Span(15, 1)));
  EXPECT_TRUE(source->truncated());
}

// What libtiff converts, it converts a row of blocks at a time.
TEST(TiffCut, FillsInRowsOfBlocksThatLibtiffConverts) {
  for (const int photometric : {PHOTOMETRIC_YCBCR, PHOTOMETRIC_CIELAB}) {
    for (const int tile : {0, 16}) {
      const MadeTiff made = Of({.photometric = photometric}, tile);
      const DataLast last = MakeDataLast(made, Mixed(8));
      const auto whole = Show(last.file);
      ASSERT_TRUE(whole) << whole.error().detail;
      const int high = tile > 0 ? tile : 5;
      const std::size_t across = tile > 0 ? 3 : 1;
      for (std::size_t blocks = 0; blocks < last.ends.size(); ++blocks) {
        const auto shown = Show(last.file.substr(0, last.ends[blocks] - 1));
        const int rows = static_cast<int>(blocks / across) * high;
        if (rows == 0) {
          ASSERT_EQ(KindOf(shown), "Undecodable");
          continue;
        }
        std::vector<Columns> there;
        for (int y = 0; y < 43; ++y) there.emplace_back(37, y < rows);
        ASSERT_TRUE(shown) << shown.error().detail;
        EXPECT_TRUE(shown->truncated);
        ASSERT_EQ(shown->rows, FilledIn(whole->rows, there)) << photometric << tile << blocks;
      }
    }
  }
}

// A block that is there and cannot be decoded is damage.
TEST(TiffCut, IsNotDamage) {
  for (const int tile : {0, 16}) {
    const MadeTiff made = Of({.compression = COMPRESSION_LZW}, tile);
    DataLast last = MakeDataLast(made, Mixed(8));
    const std::size_t from = last.ends[2], to = last.ends[3];
    std::fill(last.file.begin() + static_cast<std::ptrdiff_t>(from),
              last.file.begin() + static_cast<std::ptrdiff_t>(to), '\xEE');
    EXPECT_EQ(KindOf(Show(last.file)), "Undecodable");
    // Nor is it by another block that is missing.
    last.file.pop_back();
    EXPECT_EQ(KindOf(Show(last.file)), "Undecodable");
  }
}

TEST(TiffCut, StopsWhileItFillsIn) {
  const DataLast last = MakeDataLast(Of({}, 0), Mixed(8));
  const std::string part = last.file.substr(0, last.ends[1] - 1);
  std::stop_source stop;
  const auto source = *Tiff().open(AsBytes(part), {}, stop.get_token());
  Rows rows = BlankRows(37, 43, pixel::PixelFormat::kRgb8);
  ASSERT_TRUE(source->Read(rows.Span(0, 20)));
  stop.request_stop();
  EXPECT_EQ(KindOf(source->Read(rows.Span(20, 8))), "Cancelled");
}

}  // namespace
}  // namespace whittle::codec
