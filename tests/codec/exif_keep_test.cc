#include "codec/metadata/exif_keep.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/metadata/exif.h"

namespace whittle::codec {
namespace {

// A little-endian TIFF structure with one directory of the given entries: short texts and numbers.
struct Entry {
  unsigned tag;
  std::string text;  ///< ASCII; when empty, `number` as SHORT
  unsigned number = 0;
};

std::string Tiff(const std::vector<Entry>& entries) {
  std::string tiff = "II";
  const auto put = [](std::string& to, unsigned value, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> 8 * i & 0xFF);
  };
  put(tiff, 42, 2);
  put(tiff, 8, 4);
  put(tiff, static_cast<unsigned>(entries.size()), 2);
  std::string behind;
  const unsigned behind_at = 8 + 2 + 12 * static_cast<unsigned>(entries.size()) + 4;
  for (const Entry& entry : entries) {
    put(tiff, entry.tag, 2);
    if (entry.text.empty()) {
      put(tiff, 3, 2);
      put(tiff, 1, 4);
      put(tiff, entry.number, 4);
      continue;
    }
    const std::string text = entry.text + '\0';
    put(tiff, 2, 2);
    put(tiff, static_cast<unsigned>(text.size()), 4);
    if (text.size() <= 4) {
      tiff += text + std::string(4 - text.size(), '\0');
    } else {
      put(tiff, behind_at + static_cast<unsigned>(behind.size()), 4);
      behind += text;
    }
  }
  put(tiff, 0, 4);
  return tiff + behind;
}

const std::vector<Entry> kCamera = {
    {0x010F, "Maker of cameras"}, {0x0112, "", 6}, {0x013B, "An artist"}, {0x8298, "(c) somebody"}};

bool Holds(const Bytes& exif, std::string_view text) {
  return AsText(exif.view()).find(text) != std::string_view::npos;
}

int OrientationOf(const Bytes& exif) {
  Bytes block = Bytes::CopyOf(AsBytes(std::string_view("Exif\0\0", 6)));
  block.Append(exif.view());
  return ExifOrientation(block.view());
}

TEST(ExifToKeep, AllButWhatNoLongerHolds) {
  const Bytes kept = ExifToKeep(AsBytes(Tiff(kCamera)), Keep::kAll, 300, 200);
  EXPECT_TRUE(Holds(kept, "Maker of cameras"));
  EXPECT_TRUE(Holds(kept, "An artist"));
  EXPECT_TRUE(Holds(kept, "(c) somebody"));
  EXPECT_EQ(OrientationOf(kept), 1);
  EXPECT_EQ(kept.view()[8], 3) << "and nothing that was not there";
}

TEST(ExifToKeep, CopyrightIsAuthorAndCopyrightAlone) {
  const Bytes kept = ExifToKeep(AsBytes(Tiff(kCamera)), Keep::kCopyright, 300, 200);
  EXPECT_FALSE(Holds(kept, "Maker of cameras"));
  EXPECT_TRUE(Holds(kept, "An artist"));
  EXPECT_TRUE(Holds(kept, "(c) somebody"));
  EXPECT_EQ(OrientationOf(kept), 1);
  EXPECT_EQ(kept.view()[8], 2);
}

TEST(ExifToKeep, NothingComesOfNothing) {
  EXPECT_TRUE(ExifToKeep(AsBytes(Tiff(kCamera)), Keep::kNone, 300, 200).empty());
  EXPECT_TRUE(ExifToKeep({}, Keep::kAll, 300, 200).empty());
  EXPECT_TRUE(ExifToKeep(AsBytes("no EXIF at all"), Keep::kAll, 300, 200).empty());
  EXPECT_TRUE(ExifToKeep(AsBytes(Tiff({{0x0112, "", 6}})), Keep::kAll, 300, 200).empty());
  EXPECT_TRUE(ExifToKeep(AsBytes(Tiff({{0x010F, "Maker"}})), Keep::kCopyright, 300, 200).empty());
}

// One entry of a directory, its value at most four bytes, or where it lies.
std::string Field(unsigned tag, unsigned type, unsigned count, unsigned value) {
  std::string field;
  const auto put = [&field](unsigned number, int bytes) {
    for (int i = 0; i < bytes; ++i) field += static_cast<char>(number >> 8 * i & 0xFF);
  };
  put(tag, 2);
  put(type, 2);
  put(count, 4);
  put(value, 4);
  return field;
}

constexpr unsigned kAscii = 2, kShort = 3, kLong = 4;

std::string Directory(const std::vector<std::string>& fields, unsigned next = 0) {
  std::string directory(1, static_cast<char>(fields.size()));
  directory += '\0';
  for (const std::string& field : fields) directory += field;
  for (int i = 0; i < 4; ++i) directory += static_cast<char>(next >> 8 * i & 0xFF);
  return directory;
}

const std::string kHead("II*\0\x08\0\0\0", 8);

// The value of a number in the directory at `at`, -1 where it is not there.
long NumberIn(const Bytes& exif, std::size_t at, unsigned tag) {
  const std::string_view text = AsText(exif.view());
  const auto get = [text](std::size_t from, int bytes) {
    unsigned long value = 0;
    while (bytes-- > 0) {
      value = value << 8 | static_cast<unsigned char>(text[from + static_cast<std::size_t>(bytes)]);
    }
    return value;
  };
  for (std::size_t n = 0; n < get(at, 2); ++n) {
    const std::size_t field = at + 2 + 12 * n;
    if (get(field, 2) != tag) continue;
    return static_cast<long>(get(field + 8, get(field + 2, 2) == kShort ? 2 : 4));
  }
  return -1;
}

TEST(ExifToKeep, SizesAreTheResults) {
  // 0x8769 leads to the directory of EXIF behind the first one, 0xA005 to that of interoperability.
  const unsigned exif_at = 8 + 2 + 4 * 12 + 4;
  const unsigned interoperability_at = exif_at + 2 + 3 * 12 + 4;
  const std::string tiff =
      kHead +
      Directory({Field(0x0100, kLong, 1, 4000), Field(0x0101, kShort, 1, 3000),
                 Field(0x0112, kShort, 1, 6), Field(0x8769, kLong, 1, exif_at)}) +
      Directory({Field(0xA002, kShort, 1, 4000), Field(0xA003, kLong, 1, 3000),
                 Field(0xA005, kLong, 1, interoperability_at)}) +
      Directory({Field(0x1001, kShort, 1, 4000), Field(0x1002, kShort, 1, 3000)});
  const Bytes kept = ExifToKeep(AsBytes(tiff), Keep::kAll, 300, 200);
  EXPECT_EQ(NumberIn(kept, 8, 0x0100), 300);
  EXPECT_EQ(NumberIn(kept, 8, 0x0101), 200);
  EXPECT_EQ(NumberIn(kept, 8, 0x0112), -1);
  const auto exif = static_cast<std::size_t>(NumberIn(kept, 8, 0x8769));
  ASSERT_LT(exif, kept.size());
  EXPECT_EQ(NumberIn(kept, exif, 0xA002), 300);
  EXPECT_EQ(NumberIn(kept, exif, 0xA003), 200);
  const auto interoperability = static_cast<std::size_t>(NumberIn(kept, exif, 0xA005));
  ASSERT_LT(interoperability, kept.size());
  EXPECT_EQ(NumberIn(kept, interoperability, 0x1001), 300);
  EXPECT_EQ(NumberIn(kept, interoperability, 0x1002), 200);
}

TEST(ExifToKeep, ASizeThatFitsNoShortIsLeftOut) {
  const std::string tiff =
      kHead + Directory({Field(0x0100, kShort, 1, 5), Field(0x0101, kLong, 1, 5),
                         Field(0x010F, kAscii, 4, 0x63626144)});
  const Bytes at_most = ExifToKeep(AsBytes(tiff), Keep::kAll, 65535, 65535);
  EXPECT_EQ(NumberIn(at_most, 8, 0x0100), 65535);
  const Bytes above = ExifToKeep(AsBytes(tiff), Keep::kAll, 65536, 65536);
  EXPECT_EQ(NumberIn(above, 8, 0x0100), -1);
  EXPECT_EQ(NumberIn(above, 8, 0x0101), 65536);
}

TEST(ExifToKeep, NoSizeIsAddedWhereNoneWas) {
  const Bytes kept = ExifToKeep(AsBytes(Tiff(kCamera)), Keep::kAll, 300, 200);
  EXPECT_EQ(NumberIn(kept, 8, 0x0100), -1);
  EXPECT_EQ(NumberIn(kept, 8, 0x0101), -1);
}

// Who has lost his picture's place by the thumbnail's has lost all (metadata/exif_keep.cc,
// DropThumbnail).
TEST(ExifToKeep, NothingOfTheThumbnailIsLeft) {
  const std::string maker = "Thumb maker";
  const std::string thumbnail = "\xFF\xD8 the source, small \xFF\xD9";
  const unsigned second_at = 8 + 2 + 2 * 12 + 4;
  const unsigned behind = second_at + 2 + 5 * 12 + 4;
  const auto size = [](const std::string& text) { return static_cast<unsigned>(text.size()); };
  const std::string tiff =
      kHead +
      Directory({Field(0x010F, kAscii, 4, 0x63626144), Field(0x0112, kShort, 1, 3)}, second_at) +
      Directory({Field(0x010F, kAscii, size(maker), behind), Field(0x0112, kShort, 1, 6),
                 Field(0x0201, kLong, 1, behind + size(maker)),
                 Field(0x0202, kLong, 1, size(thumbnail)), Field(0x0110, kAscii, 4, 0x78656465)}) +
      maker + thumbnail;
  const Bytes kept = ExifToKeep(AsBytes(tiff), Keep::kAll, 300, 200);
  EXPECT_TRUE(Holds(kept, "Dabc"));
  EXPECT_FALSE(Holds(kept, "Thumb maker"));
  EXPECT_FALSE(Holds(kept, "edex")) << "nor of its model";
  EXPECT_FALSE(Holds(kept, "the source, small"));
  EXPECT_EQ(NumberIn(kept, 8, 0x0112), -1);
  const std::size_t fields = kept.view()[8];
  EXPECT_EQ(AsText(kept.view()).substr(8 + 2 + 12 * fields, 4), std::string(4, '\0'))
      << "another directory is said to follow";
  const Bytes copyright = ExifToKeep(AsBytes(tiff), Keep::kCopyright, 300, 200);
  EXPECT_TRUE(copyright.empty());
}

TEST(ExifToKeep, AThumbnailMayBeSaidToBeInTheFirstDirectory) {
  const std::string thumbnail = "\xFF\xD8 the source, small \xFF\xD9";
  const std::string tiff =
      kHead +
      Directory({Field(0x010F, kAscii, 4, 0x63626144), Field(0x0201, kLong, 1, 8 + 2 + 36 + 4),
                 Field(0x0202, kLong, 1, static_cast<unsigned>(thumbnail.size()))}) +
      thumbnail;
  const Bytes kept = ExifToKeep(AsBytes(tiff), Keep::kAll, 300, 200);
  EXPECT_TRUE(Holds(kept, "Dabc"));
  EXPECT_FALSE(Holds(kept, "the source, small"));
  EXPECT_EQ(NumberIn(kept, 8, 0x0201), -1);
}

TEST(ExifToKeep, WhatPointsIntoTheSourceIsGone) {
  const unsigned exif_at = 8 + 2 + 9 * 12 + 4;
  const std::string tiff =
      kHead +
      Directory({Field(0x010F, kAscii, 4, 0x63626144), Field(0x0111, kLong, 1, 8),
                 Field(0x0116, kLong, 1, 9), Field(0x0117, kLong, 1, 4),
                 Field(0x0142, kLong, 1, 16), Field(0x0143, kLong, 1, 16),
                 Field(0x0144, kLong, 1, 8), Field(0x0145, kLong, 1, 4),
                 Field(0x8769, kLong, 1, exif_at)}) +
      Directory({Field(0xA214, kShort, 2, 5), Field(0x9214, kShort, 2, 5),
                 Field(0x0112, kShort, 1, 6), Field(0x8827, kShort, 1, 100)});
  const Bytes kept = ExifToKeep(AsBytes(tiff), Keep::kAll, 300, 200);
  EXPECT_TRUE(Holds(kept, "Dabc"));
  EXPECT_EQ(kept.view()[8], 2) << "the maker and the way to the second directory";
  const auto exif = static_cast<std::size_t>(NumberIn(kept, 8, 0x8769));
  ASSERT_LT(exif, kept.size());
  EXPECT_EQ(kept.view()[exif], 1) << "the sensitivity";
  EXPECT_EQ(NumberIn(kept, exif, 0x8827), 100);
}

TEST(ExifToKeep, ASizeOfTwoNumbersIsNone) {
  const std::string tiff =
      kHead + Directory({Field(0x0100, kLong, 2, 8), Field(0x0101, kShort, 2, 8),
                         Field(0x010F, kAscii, 4, 0x63626144)});
  const Bytes kept = ExifToKeep(AsBytes(tiff), Keep::kAll, 300, 200);
  EXPECT_EQ(NumberIn(kept, 8, 0x0100), -1);
  EXPECT_EQ(NumberIn(kept, 8, 0x0101), -1);
}

// Entries may share their values; libexif writes each anew.
TEST(ExifToKeep, WhatBecomesTooLargeForASegmentIsDropped) {
  const auto kept = [](unsigned bytes) {
    std::vector<std::string> fields;
    for (unsigned i = 0; i < 5; ++i) fields.push_back(Field(0x9C9B + i, 1, bytes, 400));
    std::string tiff = kHead + Directory(fields);
    tiff.resize(400 + bytes, 'x');
    return ExifToKeep(AsBytes(tiff), Keep::kAll, 300, 200);
  };
  EXPECT_GT(kept(13'000).size(), 65'000U);
  EXPECT_TRUE(kept(13'200).empty());
}

TEST(ExifToKeep, ABlockThatFitsNoSegmentIsNotRead) {
  for (const std::size_t size : {std::size_t{0xFFFF}, std::size_t{0x10000}}) {
    std::string tiff = Tiff(kCamera);
    tiff.resize(size, '\0');
    EXPECT_EQ(ExifToKeep(AsBytes(tiff), Keep::kAll, 300, 200).empty(), size > 0xFFFF);
  }
}

TEST(OrientationExif, SaysOneThing) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Bytes exif = OrientationExif(orientation);
    EXPECT_EQ(OrientationOf(exif), orientation);
    EXPECT_EQ(exif.size(), 26U);
    EXPECT_TRUE(ExifToKeep(exif.view(), Keep::kAll, 300, 200).empty());
  }
}

TEST(ExifToKeep, BrokenBlocksDoNoHarm) {
  const std::string whole = Tiff(kCamera);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    ExifToKeep(AsBytes(part), Keep::kAll, 300, 200);
    ExifToKeep(AsBytes(part), Keep::kCopyright, 300, 200);
  }
}

}  // namespace
}  // namespace whittle::codec
