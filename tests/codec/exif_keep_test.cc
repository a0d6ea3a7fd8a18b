#include "codec/exif_keep.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/exif.h"

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
  const Bytes kept = ExifToKeep(AsBytes(Tiff(kCamera)), Keep::kAll);
  EXPECT_TRUE(Holds(kept, "Maker of cameras"));
  EXPECT_TRUE(Holds(kept, "An artist"));
  EXPECT_TRUE(Holds(kept, "(c) somebody"));
  EXPECT_EQ(OrientationOf(kept), 1);
}

TEST(ExifToKeep, CopyrightIsAuthorAndCopyrightAlone) {
  const Bytes kept = ExifToKeep(AsBytes(Tiff(kCamera)), Keep::kCopyright);
  EXPECT_FALSE(Holds(kept, "Maker of cameras"));
  EXPECT_TRUE(Holds(kept, "An artist"));
  EXPECT_TRUE(Holds(kept, "(c) somebody"));
  EXPECT_EQ(OrientationOf(kept), 1);
}

TEST(ExifToKeep, NothingComesOfNothing) {
  EXPECT_TRUE(ExifToKeep(AsBytes(Tiff(kCamera)), Keep::kNone).empty());
  EXPECT_TRUE(ExifToKeep({}, Keep::kAll).empty());
  EXPECT_TRUE(ExifToKeep(AsBytes("no EXIF at all"), Keep::kAll).empty());
  EXPECT_TRUE(ExifToKeep(AsBytes(Tiff({{0x0112, "", 6}})), Keep::kAll).empty());
  EXPECT_TRUE(ExifToKeep(AsBytes(Tiff({{0x010F, "Maker"}})), Keep::kCopyright).empty());
}

TEST(ExifToKeep, BrokenBlocksDoNoHarm) {
  const std::string whole = Tiff(kCamera);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    ExifToKeep(AsBytes(part), Keep::kAll);
    ExifToKeep(AsBytes(part), Keep::kCopyright);
  }
}

}  // namespace
}  // namespace whittle::codec
