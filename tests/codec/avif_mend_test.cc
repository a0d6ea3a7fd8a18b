// AVIF files that are sound, but that libavif 0.11 refuses or misreads as they stand.
#include <gtest/gtest.h>

#include <algorithm>

#include "codec/avif/mend.h"
#include "codec/isobmff/items.h"
#include "tests/codec/avif_boxes.h"

namespace whittle::codec {

extern const Codec kAvif;

namespace {

using pixel::PixelFormat;
using namespace std::string_literals;

SampleRows Decoded(const std::string& file) {
  auto rows = DecodeSamples(kAvif, AsBytes(file));
  EXPECT_TRUE(rows) << rows.error().detail;
  return rows ? *std::move(rows) : SampleRows{};
}

std::string Plain(PixelFormat format = PixelFormat::kRgba8) {
  return std::string(AsText(MakeAvif(SamplesOf(test::Photo(40, 30), format)).view()));
}

// Four cells of 64x64, each of one colour.
constexpr int kShades[] = {40, 90, 140, 190};
std::string Grid(int columns = 2, PixelFormat format = PixelFormat::kRgb8) {
  std::vector<SampleRows> cells;
  for (const int shade : kShades) {
    cells.push_back(SamplesOf(test::Blank(64, 64, 3, static_cast<std::uint8_t>(shade)), format));
  }
  return MakeAvifGrid(cells, columns);
}

// The shades of a grid's cells as shown, two in a row.
std::vector<int> ShadesOf(const std::string& file) {
  const SampleRows rows = Decoded(file);
  std::vector<int> shades;
  for (const int y : {32, 96}) {
    for (const int x : {32, 96}) {
      const auto nearest = std::ranges::min_element(
          kShades, {}, [&](int shade) { return std::abs(shade - rows.at(x, y, 0)); });
      shades.push_back(*nearest);
    }
  }
  return shades;
}

// libavif's ipma has version 0 and indices of one byte.
std::vector<std::string> EntriesOf(const std::string& ipma) {
  NumberReader reader(AsBytes(ipma).subspan(12));
  const std::uint32_t count = reader.Take32();
  std::vector<std::string> entries;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string id(reader.TakeText(2));
    const auto properties = static_cast<std::size_t>(reader.Take(1));
    entries.push_back(id + static_cast<char>(properties) +
                      std::string(reader.TakeText(properties)));
  }
  return entries;
}

// One ipma for each item.
std::string Split(const std::string& file) {
  return WithBox(file, "meta", "ipma", [](const std::string& ipma) {
    std::string boxes;
    for (const std::string& entry : EntriesOf(ipma)) {
      boxes += FullBox("ipma", BigEndian(1, 4) + entry);
    }
    return boxes;
  });
}

std::string WithCells(const std::string& file, const std::vector<unsigned>& cells,
                      std::size_t skip = 0) {
  std::string changed = file;
  std::size_t at = file.find("dimg");
  for (; skip > 0; --skip) at = file.find("dimg", at + 1);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    changed.replace(at + 8 + 2 * i, 2, BigEndian(cells[i], 2));
  }
  return changed;
}

// Rows of luma that the planes of a file have.
int LumaRows(const std::string& file) {
  const auto source = kAvif.open_planes(AsBytes(file), {}, {});
  int rows = 0;
  while (source) {
    const auto bands = (*source)->Read();
    if (!bands || (*bands)[0].rows == 0) break;
    rows += (*bands)[0].rows;
  }
  return rows;
}

TEST(AvifMend, LeavesSoundFilesAlone) {
  for (const std::string& file : {Plain(), Plain(PixelFormat::kRgb8), Grid(), Grid(4)}) {
    EXPECT_TRUE(MendAvif(AsBytes(file)).empty());
  }
  EXPECT_TRUE(MendAvif({}).empty());
}

TEST(AvifMend, SeveralAssociationBoxesBecomeOne) {
  for (const std::string& file : {Plain(), Grid()}) {
    const std::string split = Split(file);
    ASSERT_EQ(MendAvif(AsBytes(split)).size(), 1U);
    EXPECT_EQ(Decoded(split).bytes, Decoded(file).bytes);
  }
  // Boxes of different kinds are as HEIF has it.
  const std::string kinds = WithBox(Plain(), "meta", "ipma", [](const std::string& ipma) {
    const auto entries = EntriesOf(ipma);
    EXPECT_EQ(entries.size(), 2U);
    return FullBox("ipma", BigEndian(1, 4) + entries[0]) +
           FullBox("ipma", BigEndian(1, 4) + BigEndian(0, 2) + entries[1], 1);
  });
  EXPECT_TRUE(MendAvif(AsBytes(kinds)).empty());
  EXPECT_EQ(Decoded(kinds).bytes, Decoded(Plain()).bytes);
}

// Properties of one item in two boxes, which are all its properties, and long indices.
TEST(AvifMend, AssociationsOfAnItemComeTogether) {
  const std::string file = WithBox(Plain(), "meta", "ipma", [](const std::string& ipma) {
    std::string boxes;
    for (const std::string& entry : EntriesOf(ipma)) {
      const std::string id = entry.substr(0, 2);
      for (std::size_t i = 3; i < entry.size(); ++i) {
        const auto index = static_cast<std::uint8_t>(entry[i]);
        boxes += FullBox(
            "ipma",
            BigEndian(1, 4) + id + "\x01" + BigEndian((index & 0x80U) << 8 | (index & 0x7FU), 2), 0,
            1);
      }
    }
    return boxes;
  });
  EXPECT_EQ(Decoded(file).bytes, Decoded(Plain()).bytes);
}

TEST(AvifMend, AMetaBoxWithoutASizeEndsWithTheFile) {
  const std::string plain = Plain();
  std::string file = WithBox(plain, "meta", "iinf", [](const std::string& iinf) { return iinf; });
  file.replace(file.rfind("meta") - 4, 4, BigEndian(0, 4));
  ASSERT_EQ(MendAvif(AsBytes(file)).size(), 1U);
  EXPECT_EQ(Decoded(file).bytes, Decoded(plain).bytes);
}

TEST(AvifMend, GridsNameTheirCellsInAnyOrderAndOften) {
  const std::string file = Grid();
  ASSERT_EQ(ShadesOf(file), (std::vector{40, 90, 140, 190}));
  // Item 1 is the grid.
  EXPECT_EQ(ShadesOf(WithCells(file, {5, 4, 3, 2})), (std::vector{190, 140, 90, 40}));
  EXPECT_EQ(ShadesOf(WithCells(file, {2, 4, 3, 5})), (std::vector{40, 140, 90, 190}));
  EXPECT_EQ(ShadesOf(WithCells(file, {2, 3, 2, 3})), (std::vector{40, 90, 40, 90}));
  EXPECT_EQ(ShadesOf(WithCells(file, {4, 4, 4, 4})), (std::vector{140, 140, 140, 140}));
  EXPECT_EQ(ShadesOf(Split(WithCells(file, {3, 2, 2, 5}))), (std::vector{90, 40, 40, 190}));
}

TEST(AvifMend, AGridWithAlphaNamesCellsOften) {
  const std::string file = Grid(2, PixelFormat::kRgba8);
  const SampleRows plain = Decoded(file);
  const std::string twice = WithCells(file, {2, 2, 2, 2});
  const SampleRows rows = Decoded(twice);
  ASSERT_EQ(rows.format, PixelFormat::kRgba8);
  EXPECT_NEAR(rows.at(96, 96, 0), kShades[0], 2);
  for (int x = 0; x < 128; ++x) EXPECT_EQ(rows.at(x, 70, 3), plain.at(x, 70, 3));
}

// Numbers of another size in the second box were written over the end of what the first had made.
TEST(AvifMend, BoxesThatAreThereTwiceAreLeftAsTheyAre) {
  const std::string repeats = WithCells(Grid(), {2, 2, 2, 2});
  ASSERT_EQ(MendAvif(AsBytes(repeats)).size(), 1U);
  const std::string empty_locations = BigEndian(0x4400, 2) + BigEndian(0, 4);
  for (const auto& [type, second] :
       {std::pair("iref"s, FullBox("iref", "", 1)), std::pair("iref"s, FullBox("iref", "")),
        std::pair("iloc"s, FullBox("iloc", empty_locations, 2)),
        std::pair("iinf"s, FullBox("iinf", BigEndian(0, 2))),
        std::pair("pitm"s, FullBox("pitm", BigEndian(1, 2))),
        std::pair("iprp"s, MadeBox("iprp", "")),
        std::pair("idat"s, MadeBox("idat", "") + MadeBox("idat", ""))}) {
    const std::string at = type == "idat" ? "iref" : type;
    const std::string file = WithBox(
        repeats, "meta", at, [&second](const std::string& first) { return first + second; });
    EXPECT_TRUE(MendAvif(AsBytes(file)).empty()) << type;
  }
}

TEST(AvifMend, OnlyTheFirstMetaBoxIsMended) {
  const std::string split = Split(Plain());
  const std::size_t at = split.find("meta") - 4;
  const std::string meta(FindBox(AsBytes(split), "meta")->whole.begin(),
                         FindBox(AsBytes(split), "meta")->whole.end());
  const std::string twice = split + meta;
  const auto mended = MendAvif(AsBytes(twice));
  ASSERT_EQ(mended.size(), 1U);
  EXPECT_EQ(mended[0].at, at);
}

// Extents of no bytes, and properties without an end, made a small file hours of work.
TEST(AvifMend, ItemsThatSayMoreThanTheirBytesAreNotRead) {
  const auto meta_of = [](const std::string& box) {
    return MadeBox("meta", BigEndian(0, 4) + box);
  };
  const auto is_read = [&](const std::string& box) {
    const std::string meta = meta_of(box);
    return ReadItems(*FindBox(AsBytes(meta), "meta")).has_value();
  };
  const auto locations = [](unsigned sizes, unsigned extents, int bytes) {
    return FullBox("iloc", BigEndian(sizes, 2) + BigEndian(1, 2) + BigEndian(1, 2) +
                               BigEndian(0, 2) + BigEndian(extents, 2) +
                               std::string(static_cast<std::size_t>(bytes), '\0'));
  };
  EXPECT_TRUE(is_read(locations(0, 1, 0)));
  EXPECT_TRUE(is_read(locations(0, 65535, 0)));
  EXPECT_TRUE(is_read(locations(0x4000, 2, 8)));
  EXPECT_TRUE(is_read(locations(0x0400, 2, 8)));
  const auto associations = [](const std::vector<unsigned>& counts) {
    std::string entries;
    for (const unsigned count : counts) {
      entries += BigEndian(1, 2) + BigEndian(count, 1) + std::string(count, '\0');
    }
    return MadeBox("iprp", FullBox("ipma", BigEndian(counts.size(), 4) + entries));
  };
  EXPECT_TRUE(is_read(associations({254})));
  EXPECT_TRUE(is_read(associations({200, 54})));
  EXPECT_FALSE(is_read(associations({200, 55})));
}

// libavif keeps 16 bytes for each extent, and an extent may take none to say.
TEST(AvifMend, FilesOfTooManyExtentsAreRefusedWhereverTheySaySo) {
  const auto iloc = [](unsigned more) {
    const auto item = [](unsigned id, unsigned extents) {
      return BigEndian(id, 2) + BigEndian(0, 2) + BigEndian(extents, 2);
    };
    return FullBox("iloc", BigEndian(0, 2) + BigEndian(2, 2) + item(1, 65535) + item(2, more));
  };
  const auto meta = [&](unsigned more) { return MadeBox("meta", BigEndian(0, 4) + iloc(more)); };
  const std::string ftyp = MadeBox("ftyp", "avif" + BigEndian(0, 4) + "avifmif1");
  const auto says_too_much = [&](const std::string& boxes) {
    const std::string file = ftyp + boxes;
    const bool too_much = SaysTooMuch(AsBytes(file));
    EXPECT_EQ(kAvif.probe(AsBytes(file), {}).error().kind == ErrorKind::kTooLarge, too_much);
    return too_much;
  };
  EXPECT_FALSE(says_too_much(meta(1)));
  EXPECT_TRUE(says_too_much(meta(2)));
  std::string behind_many;
  for (int i = 0; i < 1100; ++i) behind_many += MadeBox("free", "");
  EXPECT_TRUE(says_too_much(behind_many + meta(2)));
  const std::string content = BigEndian(0, 4) + iloc(2);
  EXPECT_TRUE(
      says_too_much(BigEndian(1, 4) + "meta" + BigEndian(content.size() + 16, 8) + content));
  EXPECT_TRUE(says_too_much(MadeBox("moov", MadeBox("trak", meta(2)))));
  EXPECT_TRUE(says_too_much(MadeBox("meta", BigEndian(0, 4) + MadeBox("free", "") + iloc(2))));
}

TEST(AvifMend, WhatNamesNoItemStaysUndecodable) {
  for (const auto& cells : {std::vector<unsigned>{2, 3, 2, 99}, {2, 2, 2, 0}, {1, 1, 1, 1}}) {
    const auto decoded = DecodeSamples(kAvif, AsBytes(WithCells(Grid(), cells)));
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().kind, ErrorKind::kUndecodable);
  }
}

// A file of AV1 pictures of 64x64, each of one shade; item 1 is a grid of two.
MadeHeif Av1Grid(const std::vector<unsigned>& cells) {
  MadeHeif file;
  file.brand = "avif";
  file.items.push_back(
      {.id = 1, .type = "grid", .data = GridPayload(1, 2, 128, 64), .properties = {4, 3}});
  for (int i = 0; i < 2; ++i) {
    const std::string made(
        AsText(MakeAvif(SamplesOf(test::Blank(64, 64, 3, static_cast<std::uint8_t>(kShades[i])),
                                  PixelFormat::kRgb8))
                   .view()));
    const auto items = ReadItems(*FindBox(AsBytes(made), "meta"));
    const Item& item = items->all.at(items->primary);
    if (i == 0) {
      file.properties = {Ispe(64, 64), BoxOf(made, "av1C"), BoxOf(made, "pixi"), Ispe(128, 64)};
    }
    file.items.push_back({.id = cells[static_cast<std::size_t>(i)],
                          .type = "av01",
                          .data = made.substr(static_cast<std::size_t>(item.extents.at(0).offset),
                                              static_cast<std::size_t>(item.extents.at(0).length)),
                          .properties = {1, 2, 3}});
  }
  file.references = {{"dimg", 1, cells}};
  return file;
}

TEST(AvifMend, TwoGridsShareTheirCells) {
  MadeHeif file = Av1Grid({3, 4});
  const SampleRows plain = Decoded(file.Make());
  EXPECT_NEAR(plain.at(10, 10, 0), kShades[0], 2);
  EXPECT_NEAR(plain.at(100, 10, 0), kShades[1], 2);
  file.items.insert(
      file.items.begin() + 1,
      {.id = 2, .type = "grid", .data = GridPayload(1, 2, 128, 64), .properties = {4, 3}});
  file.references.push_back({"dimg", 2, {3, 4}});
  EXPECT_EQ(Decoded(file.Make()).bytes, plain.bytes);
}

// Numbers of new items fit into 16 bits, or there are none.
TEST(AvifMend, NumbersOfNewItemsEndAtTheHighestThereIs) {
  const auto mended = [](unsigned last) {
    MadeHeif file = Av1Grid({3, last});
    file.references[0].to = {last, 3};
    return MendAvif(AsBytes(file.Make())).size();
  };
  EXPECT_EQ(mended(0xFFFD), 1U);
  EXPECT_EQ(mended(0xFFFE), 0U);
}

// The number behind the highest of 32 bits would be 0, which fits again.
TEST(AvifMend, NumbersOfNewItemsDoNotBeginAnew) {
  const std::string repeats = WithCells(Grid(), {2, 2, 2, 2});
  const auto mended = [&](unsigned last) {
    const std::string file = WithBox(repeats, "meta", "ipma", [&](const std::string& ipma) {
      return ipma + FullBox("ipma", BigEndian(1, 4) + BigEndian(last, 4) + BigEndian(0, 1), 1);
    });
    return MendAvif(AsBytes(file)).size();
  };
  EXPECT_EQ(mended(0x100), 1U);
  EXPECT_EQ(mended(0xFFFFFFFF), 0U);
}

// The copy's number would be written into the long size of its box.
TEST(AvifMend, ItemsWithLongHeadersAreNotCopied) {
  const auto mended = [](const std::vector<unsigned>& cells) {
    const std::string file = WithBox(Grid(), "meta", "iinf", [](const std::string& iinf) {
      std::string changed = iinf;
      const std::size_t at = iinf.find("infe", iinf.find("infe") + 1) - 4;  // of item 2
      const std::uint32_t size = NumberReader(AsBytes(iinf).subspan(at)).Take32();
      changed.replace(at, 4, BigEndian(1, 4));
      changed.insert(at + 8, BigEndian(size + 8, 8));
      changed.replace(0, 4, BigEndian(changed.size(), 4));
      return changed;
    });
    std::string repeats = file;
    const std::size_t dimg = file.rfind("dimg");
    for (std::size_t i = 0; i < 4; ++i) {
      repeats.replace(dimg + 8 + 2 * i, 2, BigEndian(cells[i], 2));
    }
    EXPECT_TRUE(ReadItems(*FindBox(AsBytes(repeats), "meta")));
    return MendAvif(AsBytes(repeats)).size();
  };
  EXPECT_EQ(mended({3, 3, 3, 3}), 1U);
  EXPECT_EQ(mended({2, 2, 2, 2}), 0U);
}

TEST(AvifMend, ItemsAreReadUpToALimit) {
  const auto is_read = [](std::size_t items) {
    std::string ipma = BigEndian(items, 4), iloc = BigEndian(0, 2) + BigEndian(items, 2), iinf;
    for (std::size_t i = 0; i < items; ++i) {
      ipma += BigEndian(i, 2) + BigEndian(0, 1);
      iloc += BigEndian(i, 2) + BigEndian(0, 4);
      iinf += FullBox("infe", BigEndian(i, 2) + BigEndian(0, 2) + "av01", 2);
    }
    int read = 0;
    for (const std::string& box : {MadeBox("iprp", FullBox("ipma", ipma)), FullBox("iloc", iloc),
                                   FullBox("iinf", BigEndian(items, 2) + iinf)}) {
      const std::string meta = MadeBox("meta", BigEndian(0, 4) + box);
      read += ReadItems(*FindBox(AsBytes(meta), "meta")).has_value();
    }
    return read;
  };
  EXPECT_EQ(is_read(kMostItems), 3);
  EXPECT_EQ(is_read(kMostItems + 1), 0);
}

// They are held as long as the decoder is.
TEST(AvifMend, MendedBoxesAreCounted) {
  for (const std::size_t more : {0U, 100'000U}) {
    const std::string skipped = MadeBox("skip", std::string(more, ' '));
    const auto padded = [&](const std::string& box) { return box + skipped; };
    const std::string plain = WithBox(Plain(), "meta", "hdlr", padded);
    const std::string split = Split(plain);
    const auto mended = MendAvif(AsBytes(split));
    ASSERT_EQ(mended.size(), 1U);
    EXPECT_EQ(kAvif.probe(AsBytes(split), {})->decode_bytes,
              kAvif.probe(AsBytes(plain), {})->decode_bytes + mended[0].box.size());
  }
}

// Behind a meta box of another size libavif would not find the tracks.
TEST(AvifMend, AFileWithTracksKeepsItsSizes) {
  const std::string plain(
      AsText(MakeAvif(SamplesOf(test::Photo(40, 30), PixelFormat::kRgba8), {.frames = 2}).view()));
  EXPECT_TRUE(MendAvif(AsBytes(Split(plain))).empty());
}

// A file cannot make us write more than so much anew: an item of 300 kB of name, four times.
TEST(AvifMend, CopiesNoMoreThanItsLimit) {
  const auto mended = [](std::size_t name) {
    const std::string file = WithBox(Grid(), "meta", "iinf", [&](const std::string& iinf) {
      std::string changed = iinf;
      const std::size_t at = iinf.find("infe", iinf.find("infe") + 1) - 4;  // of item 2
      const std::uint32_t size = NumberReader(AsBytes(iinf).subspan(at)).Take32();
      changed.insert(at + size - 1, std::string(name, 'n'));
      changed.replace(at, 4, BigEndian(size + name, 4));
      changed.replace(0, 4, BigEndian(changed.size(), 4));
      return changed;
    });
    std::string cells = file;
    const std::size_t dimg = file.rfind("dimg");
    for (std::size_t i = 0; i < 4; ++i) cells.replace(dimg + 8 + 2 * i, 2, BigEndian(2, 2));
    return MendAvif(AsBytes(cells)).size();
  };
  EXPECT_EQ(mended(200'000), 1U);
  EXPECT_EQ(mended(300'000), 0U);
}

// Sound is a track without a size, which libavif takes for a broken picture.
TEST(AvifMend, TracksOfSoundAreLeftOut) {
  const std::string plain(
      AsText(MakeAvif(SamplesOf(test::Photo(40, 30), PixelFormat::kRgb8), {.frames = 3}).view()));
  const auto with_track = [&](std::string_view handler) {
    return WithBox(plain, "moov", "trak", [&](const std::string& trak) {
      std::string sound = trak;
      sound.replace(sound.find("tkhd") + 4 + 4 + 32 + 52, 8, BigEndian(0, 8));
      sound.replace(sound.find("hdlr") + 12, 4, handler);
      return sound + trak;
    });
  };
  const std::string file = with_track("soun");
  ASSERT_EQ(MendAvif(AsBytes(file)).size(), 1U);
  EXPECT_EQ(Decoded(file).bytes, Decoded(plain).bytes);
  // Not where all of a large box would have to be copied.
  for (const std::size_t more : {0U, 1U}) {
    const std::size_t moov = BoxOf(file, "moov").size();
    const std::string large = WithBox(file, "moov", "mvhd", [&](const std::string& mvhd) {
      return mvhd + MadeBox("skip", std::string(kMostMeta - moov - 8 + more, ' '));
    });
    EXPECT_EQ(MendAvif(AsBytes(large)).size(), more == 0 ? 1U : 0U);
  }
  EXPECT_TRUE(MendAvif(AsBytes(with_track("pict"))).empty());
  EXPECT_TRUE(MendAvif(AsBytes(with_track("auxv"))).empty());
}

TEST(AvifMend, DamageAndCutsAreNoHarm) {
  const std::string file = Split(WithCells(Grid(), {3, 2, 2, 5}));
  const std::size_t meta = file.rfind("meta");
  for (std::size_t at = meta - 4; at < file.size(); ++at) {
    for (const int bit : {0, 4, 7}) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      const auto decoded = DecodeSamples(kAvif, AsBytes(damaged), {.max_working_bytes = 64 << 20});
      if (!decoded) EXPECT_NE(decoded.error().kind, ErrorKind::kInternal) << at;
    }
  }
  for (std::size_t size = meta - 4; size < file.size(); ++size) {
    EXPECT_FALSE(DecodeSamples(kAvif, AsBytes(file).first(size))) << size;
  }
}

// A file whose configuration says another chroma: tier, depth, grey, chroma's two shifts, place.
std::string Relabelled(avifPixelFormat planes, int flags, int depth) {
  std::string file(AsText(MakeAvif(SamplesOf(test::Photo(64, 48), PixelFormat::kRgb8),
                                   {.depth = depth, .planes = planes})
                              .view()));
  const std::size_t at = file.find("av1C") + 6;
  file[at] = static_cast<char>((file[at] & ~0x0C) | flags);
  return file;
}

// Whether a picture goes by planes or by rows depends on what it is to become.
TEST(AvifMend, RowsRefuseWhatPlanesRefuse) {
  const auto refused = [](const std::string& file) {
    const auto planes = kAvif.open_planes(AsBytes(file), {}, {});
    EXPECT_TRUE(planes);
    const bool by_planes = !(*planes)->Read().has_value();
    EXPECT_EQ(!DecodeSamples(kAvif, AsBytes(file)).has_value(), by_planes);
    return by_planes;
  };
  EXPECT_FALSE(refused(Relabelled(AVIF_PIXEL_FORMAT_YUV420, 0x0C, 8)));
  EXPECT_FALSE(refused(Relabelled(AVIF_PIXEL_FORMAT_YUV422, 0, 8)));  // mended before
  EXPECT_TRUE(refused(Relabelled(AVIF_PIXEL_FORMAT_YUV420, 0, 8)));
  EXPECT_TRUE(refused(Relabelled(AVIF_PIXEL_FORMAT_YUV420, 0x08, 8)));
  // The range that the boxes say holds, whatever AV1's own header has.
  std::string range = Relabelled(AVIF_PIXEL_FORMAT_YUV420, 0x0C, 8);
  range[range.find("nclx") + 10] ^= static_cast<char>(0x80);
  EXPECT_FALSE(refused(range));
  // Where there are no planes, less chroma is no harm.
  EXPECT_TRUE(DecodeSamples(kAvif, AsBytes(Relabelled(AVIF_PIXEL_FORMAT_YUV420, 0, 10))));
}

// av1C says 4:4:4 of 4:2:2; the other way round, memory was counted for less.
TEST(AvifMend, LessChromaThanPromisedIsShown) {
  for (const int depth : {8, 10, 12}) {
    const std::string as_444 = Relabelled(AVIF_PIXEL_FORMAT_YUV422, 0, depth);
    const std::string plain = Relabelled(AVIF_PIXEL_FORMAT_YUV422, 0x08, depth);
    EXPECT_EQ(Decoded(as_444).bytes, Decoded(plain).bytes) << depth;
    EXPECT_EQ(kAvif.probe(AsBytes(as_444), {})->planes, kAvif.probe(AsBytes(plain), {})->planes);
    if (depth == 8) EXPECT_EQ(LumaRows(as_444), 48);
    const auto decoded =
        DecodeSamples(kAvif, AsBytes(Relabelled(AVIF_PIXEL_FORMAT_YUV444, 0x0C, depth)));
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().kind, ErrorKind::kUndecodable);
  }
  const std::string grey = Relabelled(AVIF_PIXEL_FORMAT_YUV400, 0, 8);
  std::string as_colour = grey;
  as_colour[grey.find("av1C") + 6] &= static_cast<char>(~0x10);
  EXPECT_TRUE(kAvif.probe(AsBytes(as_colour), {}));
  EXPECT_FALSE(DecodeSamples(kAvif, AsBytes(as_colour)));
}

// Matrix coefficients 10 and 13 weigh colours as 9 and 12 do.
TEST(AvifMend, ConstantLuminanceIsShownAsTheOther) {
  const std::string plain(
      AsText(MakeAvif(SamplesOf(test::Photo(40, 30), PixelFormat::kRgb8), {.matrix = 9}).view()));
  const auto with_matrix = [&](int matrix) {
    std::string file = plain;
    file.replace(file.find("nclx") + 8, 2, BigEndian(static_cast<unsigned>(matrix), 2));
    return file;
  };
  EXPECT_EQ(Decoded(with_matrix(10)).bytes, Decoded(plain).bytes);
  EXPECT_EQ(Decoded(with_matrix(13)).bytes, Decoded(with_matrix(12)).bytes);
  EXPECT_FALSE(DecodeSamples(kAvif, AsBytes(with_matrix(14))));
}

}  // namespace
}  // namespace whittle::codec
