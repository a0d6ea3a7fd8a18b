// HEIF put together in code: grids cell by cell beside libheif's own whole decoding, files of which
// libheif 1.15 refuses the references, files that are cut, and the limits.
#include <gtest/gtest.h>
#include <libheif/heif_plugin.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>

#include "codec/heif/boxes.h"
#include "codec/heif/input.h"
#include "tests/codec/heif_grids.h"
#include "tests/codec/made_icc.h"

namespace whittle::codec {

extern const Codec kHeif;

namespace {

using pixel::PixelFormat;

std::string_view KindOf(const auto& result) { return result ? "ok" : Name(result.error().kind); }

SampleRows Decoded(const std::string& file, int batch = 7) {
  auto rows = DecodeSamples(kHeif, AsBytes(file), {}, batch);
  EXPECT_TRUE(rows) << rows.error().detail;
  return rows ? *std::move(rows) : SampleRows{};
}

bool GoesByCells(const std::string& file) { return ReadHeifBoxes(AsBytes(file)).grid.has_value(); }

TEST(HeifGrid, GivesTheRowsOfLibheifsWholeDecoding) {
  for (const auto& [columns, rows, width, height] : {std::array<unsigned, 4>{1, 1, 64, 64},
                                                     {3, 2, 192, 128},
                                                     {3, 2, 170, 90},
                                                     {2, 3, 65, 129},
                                                     {1, 4, 64, 250},
                                                     {4, 1, 193, 1},
                                                     {2, 2, 128, 65}}) {
    SCOPED_TRACE(testing::Message() << columns << 'x' << rows << ": " << width << 'x' << height);
    const std::string file = MadeGrid(columns, rows, width, height).Make();
    ASSERT_TRUE(GoesByCells(file));
    const test::Picture plain = PlainHeif(AsBytes(file));
    for (const int batch : {1, 7, 64, 300}) {
      const SampleRows decoded = Decoded(file, batch);
      EXPECT_EQ(decoded.format, PixelFormat::kRgb8);
      EXPECT_EQ(decoded.Colour().samples, plain.samples) << batch;
    }
  }
}

TEST(HeifGrid, OfTenBitsBecomesSixteen) {
  const std::string file = MadeGrid(2, 1, 128, 64, true).Make();
  ASSERT_TRUE(GoesByCells(file));
  const SampleRows decoded = Decoded(file);
  ASSERT_EQ(decoded.format, PixelFormat::kRgb16);
  EXPECT_LE(test::Compare(decoded.Colour(), PlainHeif(AsBytes(file))).max, 1);
}

TEST(HeifGrid, SaysHowItIsTurned) {
  for (int angle = -1; angle < 4; ++angle) {
    for (int axis = -1; axis < 2; ++axis) {
      SCOPED_TRACE(testing::Message() << angle << ' ' << axis);
      MadeHeif grid = MadeGrid(3, 2, 150, 100);
      const auto turn = [&](std::string_view type, int value) {
        grid.properties.push_back(MadeBox(type, BigEndian(static_cast<unsigned>(value), 1)));
        grid.items[0].properties.push_back(static_cast<unsigned>(grid.properties.size()));
      };
      if (angle >= 0) turn("irot", angle);
      if (axis >= 0) turn("imir", axis);
      const std::string file = grid.Make();
      ASSERT_TRUE(GoesByCells(file));
      const auto header = kHeif.probe(AsBytes(file), {});
      ASSERT_TRUE(header);
      EXPECT_EQ(header->info.width, 150U);
      const test::Picture shown = test::Upright(Decoded(file).Colour(), header->info.orientation);
      EXPECT_EQ(shown.samples, PlainHeif(AsBytes(file)).samples);
    }
  }
}

// Where a grid is not plain, libheif decodes the whole.
TEST(HeifGrid, LeavesTheRestToLibheif) {
  const std::string clap =
      MadeBox("clap", BigEndian(100, 4) + BigEndian(1, 4) + BigEndian(60, 4) + BigEndian(1, 4) +
                          BigEndian(0, 4) + BigEndian(1, 4) + BigEndian(0, 4) + BigEndian(1, 4));
  const std::string irot = MadeBox("irot", BigEndian(1, 1));
  const std::string imir = MadeBox("imir", BigEndian(1, 1));
  const auto whole = [](const MadeHeif& grid) {
    const std::string file = grid.Make();
    EXPECT_FALSE(GoesByCells(file));
    const auto header = kHeif.probe(AsBytes(file), {});
    ASSERT_TRUE(header);
    EXPECT_EQ(header->info.orientation, 1);
    EXPECT_EQ(Decoded(file).Colour().samples, PlainHeif(AsBytes(file)).samples);
  };
  MadeHeif grid = MadeGrid(2, 2, 128, 128);
  grid.properties.push_back(clap);
  grid.items[0].properties = {3, 4};
  whole(grid);
  grid = MadeGrid(2, 2, 128, 128);  // mirrored, then turned
  grid.properties.insert(grid.properties.end(), {imir, irot});
  grid.items[0].properties = {3, 4, 5};
  whole(grid);
  grid = MadeGrid(2, 1, 128, 64);  // a cell that is turned by itself
  grid.properties.push_back(irot);
  grid.items[2].properties = {1, 2, 4};
  whole(grid);
}

// Of cells of two sizes, with gaps, and of a grid whose size is not what its ispe says.
// The file with another meta box behind its data, in which the `nth` box of a type has a header of
// 16 bytes.
std::string WithLongHeader(std::string file, std::string_view type, int nth = 1) {
  const std::size_t old = file.find("meta") - 4;
  std::string meta = file.substr(old, NumberReader(AsBytes(file).subspan(old)).Take32());
  const auto grow = [&meta](std::size_t at) {
    const auto size = NumberReader(AsBytes(meta).subspan(at)).Take32();
    meta.replace(at, 4, BigEndian(size + 8, 4));
    return size + 8;
  };
  std::size_t at = meta.find(type) - 4;
  for (; nth > 1; --nth) at = meta.find(type, at + 8) - 4;
  const auto size = grow(at);
  grow(0);
  if (type == "infe") grow(meta.find("iinf") - 4);
  meta.replace(at, 4, BigEndian(1, 4)).insert(at + 8, BigEndian(size, 8));
  return file.replace(old + 4, 4, "free") + meta;
}

// Flags were changed, and sizes written, at places that hold a part of a long size there.
TEST(HeifBoxes, BoxesWithLongHeadersAreNotSpoilt) {
  MadeHeif grid = MadeGrid(2, 1, 128, 64);
  EXPECT_TRUE(GoesByCells(WithLongHeader(grid.Make(), "infe")));      // of the grid
  EXPECT_FALSE(GoesByCells(WithLongHeader(grid.Make(), "infe", 2)));  // of a cell
  grid.references.push_back({"thmb", 2, {1, 3}});
  const Bytes better = ReadHeifBoxes(AsBytes(grid.Make())).meta;
  ASSERT_FALSE(better.empty());
  EXPECT_EQ(AsText(ReadHeifBoxes(AsBytes(WithLongHeader(grid.Make(), "iref"))).meta.view()),
            AsText(better.view()));
}

TEST(HeifGrid, GoesByCellsOnlyWhereTheyFit) {
  MadeHeif grid = MadeGrid(2, 1, 128, 64);
  grid.properties.push_back(Ispe(64, 32));
  grid.items[2].properties = {4, 2};
  EXPECT_FALSE(GoesByCells(grid.Make()));
  EXPECT_TRUE(GoesByCells(MadeGrid(2, 1, 65, 64).Make()));
  EXPECT_FALSE(GoesByCells(MadeGrid(2, 1, 64, 64).Make()));  // the second cell is beside it
  EXPECT_FALSE(GoesByCells(MadeGrid(2, 1, 129, 64).Make()));
  EXPECT_FALSE(GoesByCells(MadeGrid(2, 1, 128, 65).Make()));
  EXPECT_FALSE(GoesByCells(MadeGrid(1, 2, 64, 64).Make()));
  grid = MadeGrid(2, 1, 128, 64);
  grid.properties[2] = Ispe(127, 64);
  EXPECT_FALSE(GoesByCells(grid.Make()));
  grid = MadeGrid(2, 1, 128, 64);
  grid.references[0].to.push_back(2);
  EXPECT_FALSE(GoesByCells(grid.Make()));
  grid.references[0].to = {2, 9};
  EXPECT_FALSE(GoesByCells(grid.Make()));
  grid = MadeGrid(2, 1, 128, 64);
  grid.items[0].data[0] = 1;  // a version that is not known
  EXPECT_FALSE(GoesByCells(grid.Make()));
  EXPECT_FALSE(GoesByCells(MadeSingle().Make()));
}

TEST(HeifGrid, NeedsARowOfCellsAndNoMore) {
  const std::string small = MadeGrid(2, 2, 128, 128).Make(),
                    tall = MadeGrid(2, 20, 128, 1280).Make();
  const auto needed = [](const std::string& file) {
    return kHeif.probe(AsBytes(file), {})->decode_bytes;
  };
  // Planes of full chroma twice over and two bytes a pixel for the decoder, of a cell; a row of
  // cells; and the file, with its boxes once more.
  for (const std::string& file : {small, tall}) {
    EXPECT_EQ(needed(file), (8U << 20) + 8 * 64 * 64 + 3 * 128 * 64 + file.size() +
                                ReadHeifBoxes(AsBytes(file)).meta.size());
  }
  for (const std::string& file : {small, tall}) {
    EXPECT_TRUE(kHeif.open(AsBytes(file), {.max_working_bytes = needed(file)}, {}));
    EXPECT_EQ(KindOf(kHeif.open(AsBytes(file), {.max_working_bytes = needed(file) - 1}, {})),
              "TooLarge");
  }
  EXPECT_TRUE(kHeif.open(AsBytes(small), {.max_source_pixels = 128 * 128}, {}));
  EXPECT_EQ(KindOf(kHeif.open(AsBytes(small), {.max_source_pixels = 128 * 128 - 1}, {})),
            "TooLarge");
}

TEST(HeifGrid, StopsBetweenCells) {
  const std::string file = MadeGrid(2, 2, 128, 128).Make();
  std::stop_source stop;
  const auto source = *kHeif.open(AsBytes(file), {}, stop.get_token());
  SampleRows rows(128, 128, PixelFormat::kRgb8);
  ASSERT_EQ(source->Read(rows.Rows(0, 8)), 8);
  stop.request_stop();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(KindOf(source->Read(rows.Rows(8, 8))), "Cancelled");
}

// The most that a grid can name: more references than are read there cannot be. Each name was once
// a walk over the cell's properties.
TEST(HeifGrid, MayNameOneCellSixtyFiveThousandTimes) {
  constexpr unsigned kColumns = 256, kRows = 255, kNames = kColumns * kRows;
  MadeHeif made = MadeGrid(1, 1, 64, 64);
  made.properties[2] = Ispe(64 * kColumns, 64 * kRows);
  made.items[0].data = GridPayload(kRows, kColumns, 64 * kColumns, 64 * kRows);
  made.references[0].to.assign(kNames, 2);
  made.items[1].properties.resize(200, 1);  // the same again and again
  const std::string file = made.Make();
  const auto grid = ReadHeifBoxes(AsBytes(file)).grid;
  ASSERT_TRUE(grid);
  EXPECT_EQ(grid->cells.size(), kNames);
  EXPECT_EQ(std::ranges::count(grid->cells, 2U), kNames);
  EXPECT_EQ(std::ranges::count(grid->there, true), kNames);
  Limits limits;
  limits.max_source_pixels = UINT64_MAX;
  const auto source = kHeif.open(AsBytes(file), limits, {});
  ASSERT_TRUE(source) << source.error().detail;
  SampleRows rows(64 * kColumns, 64, PixelFormat::kRgb8);
  ASSERT_EQ((*source)->Read(rows.Rows(0, 8)), 8);
  const SampleRows cell = Decoded(MadeSingle().Make());
  for (const int x : {0, 64 * 7 + 3, 64 * 255 + 63}) {
    EXPECT_EQ(rows.at(x, 5, 1), cell.at(x % 64, 5, 1)) << x;
  }
}

TEST(Heif, ProbeIsToldToStop) {
  const std::string file = MadeGrid(2, 2, 128, 128).Make();
  std::stop_source stop;
  EXPECT_TRUE(kHeif.probe_until(AsBytes(file), {}, stop.get_token()));
  stop.request_stop();
  EXPECT_EQ(KindOf(kHeif.probe_until(AsBytes(file), {}, stop.get_token())), "Cancelled");
  EXPECT_EQ(KindOf(kHeif.open(AsBytes(file), {}, stop.get_token())), "Cancelled");
}

// What libheif reads meets the end of the file when it is told to stop.
TEST(Heif, ReadsNothingMoreOnceItIsToStop) {
  const std::string file = MadeSingle().Make();
  HeifInput input(AsBytes(file));
  std::uint8_t byte = 0;
  std::stop_source stop;
  input.StopWith(stop.get_token());
  EXPECT_EQ(HeifInput::Reader().read(&byte, 1, &input), 0);
  stop.request_stop();
  EXPECT_NE(HeifInput::Reader().read(&byte, 1, &input), 0);
  input.StopWith({});
  EXPECT_EQ(HeifInput::Reader().read(&byte, 1, &input), 0);
}

// What libheif does before each picture: it asks every plugin whether it decodes such.
std::function<void()> before_each_picture;

void AskBeforeEachPicture(std::function<void()> what) {
  static const heif_decoder_plugin kNone = [] {
    heif_decoder_plugin plugin = {};
    plugin.plugin_api_version = 1;
    plugin.get_plugin_name = [] { return "decodes nothing"; };
    plugin.does_support_format = [](heif_compression_format) {
      if (before_each_picture) before_each_picture();
      return 0;
    };
    return plugin;
  }();
  static const bool registered = heif_register_decoder_plugin(&kNone).code == heif_error_Ok;
  ASSERT_TRUE(registered);
  before_each_picture = std::move(what);
}

// A row of cells of a photo takes 50 ms.
TEST(HeifGrid, StopsBetweenTheCellsOfARow) {
  const std::string file = MadeGrid(4, 1, 256, 64).Make();
  std::stop_source stop;
  const auto source = *kHeif.open(AsBytes(file), {}, stop.get_token());
  int pictures = 0;
  AskBeforeEachPicture([&] {
    ++pictures;
    stop.request_stop();
  });
  SampleRows rows(256, 64, PixelFormat::kRgb8);
  EXPECT_EQ(KindOf(source->Read(rows.Rows(0, 8))), "Cancelled");
  before_each_picture = nullptr;
  EXPECT_EQ(pictures, 1);
}

// iOS 18 lets auxiliary pictures and metadata belong to the picture and to its tone map.
TEST(Heif, ReadsItemsThatBelongToSeveralPictures) {
  for (const bool grid : {false, true}) {
    MadeHeif file = grid ? MadeGrid(2, 1, 128, 64) : MadeSingle();
    const std::string plain = file.Make();
    file.items.push_back({.id = 50, .type = "tmap", .data = "tone"});
    file.properties.push_back(
        FullBox("auxC", std::string("urn:com:apple:photo:2020:aux:hdrgainmap") + '\0'));
    const auto aux = static_cast<unsigned>(file.properties.size());
    file.items.push_back({.id = 51, .data = FromHex(kHevcTile1), .properties = {1, 2, aux}});
    file.items.push_back(
        {.id = 52,
         .type = "Exif",
         .data = BigEndian(0, 4) + std::string("II*\0\x08\0\0\0\0\0\0\0\0\0", 14)});
    for (const auto& targets : {std::vector<unsigned>{1}, {1, 50}, {50, 1}}) {
      SCOPED_TRACE(testing::Message() << grid << targets.size());
      file.references.resize(grid ? 1 : 0);
      file.references.push_back({"auxl", 51, targets});
      file.references.push_back({"cdsc", 52, targets});
      EXPECT_EQ(Decoded(file.Make()).bytes, Decoded(plain).bytes);
      EXPECT_EQ(kHeif.metadata(AsBytes(file.Make()), {}).exif.size(), 14U);
    }
    file.references.resize(grid ? 1 : 0);
    file.references.push_back({"auxl", 51, {50}});  // of nothing that is a picture
    EXPECT_EQ(Decoded(file.Make()).bytes, Decoded(plain).bytes);
  }
}

TEST(HeifGrid, ThatIsCutShowsTheCellsThatAreThere) {
  const MadeHeif made = MadeGrid(2, 2, 128, 128);
  const std::string file = made.Make();
  const test::Picture plain = PlainHeif(AsBytes(file));
  const std::size_t data_at = file.find("mdat") + 4 + made.items[0].data.size();
  std::size_t ends[4];  // of the cells
  std::size_t at = data_at;
  for (std::size_t i = 0; i < 4; ++i) ends[i] = at += made.items[i + 1].data.size();
  for (std::size_t size = 40; size <= file.size(); ++size) {
    const auto source = kHeif.open(AsBytes(file).first(size), {}, {});
    SampleRows rows(128, 128, PixelFormat::kRgb8);
    const auto read = [&]() -> Expected<int> {
      if (!source) return std::unexpected(source.error());
      for (int y = 0; y < 128; y += 32) WHITTLE_CHECK((*source)->Read(rows.Rows(y, 32)));
      return 128;
    };
    const auto got = read();
    if (size < ends[0]) {
      ASSERT_EQ(KindOf(got), "Undecodable") << size;
      continue;
    }
    ASSERT_TRUE(got) << size << got.error().detail;
    EXPECT_EQ((*source)->truncated(), size < ends[3]) << size;
    const test::Picture shown = rows.Colour();
    for (int cell = 0; cell < 4; ++cell) {
      const int x = cell % 2 * 64, y = cell / 2 * 64;
      // Below a whole row of cells its last row's mean, else that of the first cell's.
      const bool there = size >= ends[cell];
      for (int c = 0; c < 3; ++c) {
        const int left = plain.at(10, 63, c), right = plain.at(100, 63, c);
        const int mean = size < ends[1] ? left : (left + right + 1) / 2;
        EXPECT_NEAR(shown.at(x + 7, y + 60, c), there ? plain.at(x + 7, y + 60, c) : mean,
                    there ? 0 : 2)
            << size << ' ' << cell;
      }
    }
  }
}

TEST(Heif, OfOnePieceThatIsCutIsUndecodable) {
  const std::string file = MadeSingle().Make();
  for (std::size_t size = 40; size < file.size(); size += 3) {
    EXPECT_EQ(KindOf(DecodeSamples(kHeif, AsBytes(file).first(size))), "Undecodable") << size;
  }
}

// A box that claims more than a whole file may have is no reason to make room for it.
TEST(HeifGrid, ThatClaimsTooMuchIsNotContinued) {
  std::string file = MadeGrid(2, 2, 128, 128).Make();
  const std::size_t size_at = file.find("mdat") - 4;
  file.resize(file.size() - 50);
  const auto kind = [&](std::uint64_t end) {
    std::string claimed = file;
    claimed.replace(size_at, 4, BigEndian(end - size_at, 4));
    return KindOf(kHeif.open(AsBytes(claimed), {.max_source_bytes = 100'000}, {}));
  };
  EXPECT_EQ(kind(100'000), "ok");
  EXPECT_EQ(kind(100'001), "TooLarge");
}

// Pixels before the crop count.
TEST(Heif, HoldsTheLimitsOfWhatIsCropped) {
  MadeHeif file = MadeSingle();
  file.properties.push_back(
      MadeBox("clap", BigEndian(10, 4) + BigEndian(1, 4) + BigEndian(10, 4) + BigEndian(1, 4) +
                          BigEndian(0, 4) + BigEndian(1, 4) + BigEndian(0, 4) + BigEndian(1, 4)));
  file.items[0].properties = {1, 2, 3};
  const std::string made = file.Make();
  const auto header = kHeif.probe(AsBytes(made), {});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->info.width, 10U);
  EXPECT_EQ(KindOf(kHeif.probe(AsBytes(made), {.max_source_pixels = 64 * 64})), "ok");
  EXPECT_EQ(KindOf(kHeif.probe(AsBytes(made), {.max_source_pixels = 64 * 64 - 1})), "TooLarge");
  // 3 bytes a pixel three times over and one for the decoder, of all 64x64.
  EXPECT_EQ(header->decode_bytes, (8U << 20) + 10 * 64 * 64 + made.size());
}

TEST(Heif, HoldsTheLongestSide) {
  const auto kind = [](unsigned width, unsigned height) {
    MadeHeif file = MadeSingle();
    file.properties[0] = Ispe(width, height);
    return KindOf(kHeif.probe(AsBytes(file.Make()), {}));
  };
  EXPECT_EQ(kind(32768, 1), "ok");
  EXPECT_EQ(kind(1, 32768), "ok");
  EXPECT_EQ(kind(32769, 1), "TooLarge");
  EXPECT_EQ(kind(1, 32769), "TooLarge");
}

// Cells that have something of their own, such as alpha, are left to libheif.
TEST(HeifGrid, OfCellsWithMoreGoesAsAWhole) {
  MadeHeif grid = MadeGrid(2, 1, 128, 64);
  grid.items.push_back({.id = 60, .data = FromHex(kHevcTile3), .properties = {1, 2}});
  grid.references.push_back({"thmb", 60, {1}});
  EXPECT_TRUE(GoesByCells(grid.Make()));
  grid.references.back() = {"auxl", 60, {3}};
  EXPECT_FALSE(GoesByCells(grid.Make()));
  grid.references.back() = {"thmb", 3, {60}};
  EXPECT_FALSE(GoesByCells(grid.Make()));
}

// What belongs to several pictures belongs to the primary one.
TEST(Heif, MetadataOfTwoPicturesIsThePrimarysToo) {
  MadeHeif file = MadeSingle();
  file.items.push_back({.id = 60, .data = FromHex(kHevcTile1), .properties = {1, 2}});
  file.items.push_back({.id = 61,
                        .type = "Exif",
                        .data = BigEndian(0, 4) + std::string("II*\0\x08\0\0\0\0\0\0\0\0\0", 14)});
  for (const auto& targets : {std::vector<unsigned>{60, 1}, {1, 60}}) {
    file.references = {{"cdsc", 61, targets}};
    EXPECT_EQ(kHeif.metadata(AsBytes(file.Make()), {}).exif.size(), 14U);
    EXPECT_EQ(kHeif.metadata(AsBytes(file.Make()), {.max_icc_bytes = 18}).exif.size(), 14U);
    EXPECT_TRUE(kHeif.metadata(AsBytes(file.Make()), {.max_icc_bytes = 17}).exif.empty());
  }
}

// The boxes that are read instead of a file's own are not taken for its missing end.
TEST(Heif, CarriesProfilesUpToTheLimit) {
  MadeHeif file = MadeSingle();
  file.properties.push_back(MadeBox("colr", "prof" + MadeIcc(500, "RGB ")));
  file.items[0].properties.push_back(3);
  const auto carried = [&](std::uint32_t most) {
    return kHeif.probe(AsBytes(file.Make()), {.max_icc_bytes = most})->info.icc_bytes;
  };
  EXPECT_EQ(carried(500), 500U);
  EXPECT_EQ(carried(499), 0U);
}

TEST(Heif, ThatIsCutEndsWhereItDoes) {
  MadeHeif file = MadeSingle();
  file.items.push_back({.id = 50, .type = "tmap", .data = ""});
  file.references = {{"cdsc", 50, {1, 50}}};
  const std::string made = file.Make();
  EXPECT_EQ(KindOf(DecodeSamples(kHeif, AsBytes(made))), "ok");
  for (std::size_t missing = 1; missing < 40; ++missing) {
    EXPECT_EQ(KindOf(DecodeSamples(kHeif, AsBytes(made).first(made.size() - missing))),
              "Undecodable")
        << missing;
  }
}

TEST(Heif, HoldsTheLimitOfSourceBytes) {
  for (const std::string& file : {MadeSingle().Make(), MadeGrid(2, 1, 128, 64).Make()}) {
    EXPECT_EQ(KindOf(kHeif.probe(AsBytes(file), {.max_source_bytes = file.size()})), "ok");
    EXPECT_EQ(KindOf(kHeif.probe(AsBytes(file), {.max_source_bytes = file.size() - 1})),
              "TooLarge");
    EXPECT_EQ(KindOf(kHeif.open(AsBytes(file), {.max_source_bytes = file.size() - 1}, {})),
              "TooLarge");
  }
}

TEST(HeifGrid, ACellThatIsSmallerThanItSaysIsUndecodable) {
  MadeHeif grid = MadeGrid(2, 1, 256, 128);
  grid.properties[0] = Ispe(128, 128);
  ASSERT_TRUE(GoesByCells(grid.Make()));
  EXPECT_EQ(KindOf(DecodeSamples(kHeif, AsBytes(grid.Make()))), "Undecodable");
}

TEST(HeifGrid, OfAMetaBoxAboveTheLimitIsNotLookedFor) {
  const auto by_cells = [](std::size_t more) {
    MadeHeif grid = MadeGrid(2, 1, 128, 64);
    const std::size_t meta = FindBox(AsBytes(grid.Make()), "meta")->content.size();
    grid.properties.push_back(MadeBox("skip", std::string(kMostMeta - meta - 8 + more, ' ')));
    return GoesByCells(grid.Make());
  };
  EXPECT_TRUE(by_cells(0));
  EXPECT_FALSE(by_cells(1));
}

TEST(Heif, DividesPremultipliedColourByAlpha) {
  MadeHeif file = MadeSingle(kHevcTile1);
  file.properties.push_back(
      FullBox("auxC", std::string("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha") + '\0'));
  file.items.push_back({.id = 2, .data = FromHex(kHevcTile3), .properties = {1, 2, 3}});
  file.references = {{"auxl", 2, {1}}};
  const SampleRows plain = Decoded(file.Make());
  ASSERT_EQ(plain.format, PixelFormat::kRgba8);
  file.references.push_back({"prem", 1, {2}});
  const SampleRows divided = Decoded(file.Make());
  for (const int y : {5, 60}) {
    const int alpha = plain.at(9, y, 3);
    ASSERT_GT(alpha, 100);
    ASSERT_LT(alpha, 255);
    EXPECT_EQ(divided.at(9, y, 3), alpha);
    for (int c = 0; c < 3; ++c) {
      EXPECT_EQ(divided.at(9, y, c),
                (std::min(plain.at(9, y, c), alpha) * 255 + alpha / 2) / alpha);
    }
  }
}

TEST(HeifBoxes, DamageIsNoHarm) {
  const std::string file = MadeGrid(2, 1, 100, 64).Make();
  for (std::size_t at = 24; at < file.size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      const auto decoded = DecodeSamples(kHeif, AsBytes(damaged));
      if (!decoded) EXPECT_NE(KindOf(decoded), "Internal") << at << ' ' << decoded.error().detail;
    }
  }
}

}  // namespace
}  // namespace whittle::codec
