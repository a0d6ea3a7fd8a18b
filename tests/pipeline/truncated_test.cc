// Files that end too early, through the whole call: what is there is shown, at the file's whole
// size, and said to be truncated; or it is an error where the request wants that. What the pixels
// are is tested with each codec.
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/codec/jpeg_files.h"
#include "tests/pipeline/jobs.h"
#include "tests/support/pictures.h"
#include "whittle/whittle.h"

namespace whittle {
namespace {

enum class Shown { kWhole, kTruncated, kNothing };
using enum Shown;

struct Row {
  const char* name;
  std::function<std::string()> file;  // of a picture of 160x120
  Shown shown;
};

std::string Jpeg(const test::JpegOptions& options = {.h_sampling = 2, .v_sampling = 2}) {
  return std::string(AsText(test::EncodeJpeg(test::Photo(160, 120), options).view()));
}

// A whole file of another format, as Whittle writes it.
[[maybe_unused]] std::string Made(const Transform::Params& params) {
  const std::string source = Jpeg();
  const auto made = Process(AsBytes(source), *Transform::Make(params), {});
  if (!made) throw std::runtime_error(made.error().detail);
  return std::string(AsText(made->bytes.view()));
}

std::string First(const std::string& file, double part) {
  return file.substr(0, static_cast<std::size_t>(part * static_cast<double>(file.size())));
}

std::string Less(const std::string& file, std::size_t bytes) {
  return file.substr(0, file.size() - bytes);
}

std::string WithZeros(const std::string& file, std::size_t bytes) {
  return Less(file, bytes) + std::string(bytes, '\0');
}

std::string UpTo(const std::string& jpeg, int marker) {
  return jpeg.substr(0, codec::FindMarker(jpeg, marker));
}

[[maybe_unused]] std::string Png(bool interlaced = false) {
  return Made({.width = 160, .format = Format::kPng, .progressive = interlaced});
}
[[maybe_unused]] std::string Gif() { return Made({.width = 160, .format = Format::kGif}); }
[[maybe_unused]] std::string Webp(bool lossless) {
  return Made({.width = 160, .format = Format::kWebp, .lossless = lossless});
}

// A TIFF of two strips, as Whittle writes it, the second of which is said to lie behind the end.
// (Its directory stands there: a file that is cut has none.)
[[maybe_unused]] std::string TiffWithoutSecondStrip() {
  std::string file = Made({.width = 160, .format = Format::kTiff});
  const auto number = [&](std::size_t at, int bytes) {
    std::size_t value = 0;
    for (int i = bytes; i-- > 0;) {
      value = value << 8 | static_cast<std::uint8_t>(file[at + static_cast<std::size_t>(i)]);
    }
    return value;
  };
  constexpr std::size_t kStripOffsets = 273;
  std::size_t entry = number(4, 4) + 2;
  while (number(entry, 2) != kStripOffsets) entry += 12;
  file[number(entry + 8, 4) + 7] = 0x7F;
  return file;
}

const std::vector<Row>& Rows() {
  static const std::vector<Row> kRows = {
      {"jpeg", [] { return Jpeg(); }, kWhole},
      {"jpeg without end", [] { return Less(Jpeg(), 2); }, kWhole},
      {"jpeg without end, and zeros", [] { return WithZeros(Jpeg(), 2) + std::string(999, 0); },
       kWhole},
      {"jpeg without end, progressive", [] { return Less(Jpeg({.progressive = true}), 2); },
       kWhole},
      {"jpeg less 100 bytes", [] { return Less(Jpeg(), 100); }, kTruncated},
      {"jpeg half", [] { return First(Jpeg(), 0.5); }, kTruncated},
      {"jpeg half, progressive", [] { return First(Jpeg({.progressive = true}), 0.5); },
       kTruncated},
      {"jpeg with zeros", [] { return WithZeros(Jpeg(), 2000); }, kTruncated},
      {"jpeg's header", [] { return UpTo(Jpeg(), 0xDA); }, kNothing},
#if WHITTLE_PNG
      {"png", [] { return Png(); }, kWhole},
      {"png without IEND", [] { return Less(Png(), 12); }, kWhole},
      {"png without its checksums", [] { return Less(Png(), 20); }, kWhole},
      {"png less 100 bytes", [] { return Less(Png(), 100); }, kTruncated},
      {"png half", [] { return First(Png(), 0.5); }, kTruncated},
      {"png half, interlaced", [] { return First(Png(true), 0.5); }, kTruncated},
      {"png's header", [] { return Png().substr(0, 41); }, kNothing},
#endif
#if WHITTLE_GIF
      {"gif without trailer", [] { return Less(Gif(), 1); }, kWhole},
      {"gif less 100 bytes", [] { return Less(Gif(), 100); }, kTruncated},
      {"gif half", [] { return First(Gif(), 0.5); }, kTruncated},
      {"gif's header", [] { return First(Gif(), 0.02); }, kNothing},
#endif
#if WHITTLE_WEBP
      {"webp of another size", [] { return Webp(false) + std::string(3, '\0'); }, kWhole},
      {"webp less 100 bytes", [] { return Less(Webp(false), 100); }, kTruncated},
      {"webp half", [] { return First(Webp(false), 0.5); }, kTruncated},
      {"webp's header", [] { return Webp(false).substr(0, 40); }, kNothing},
      {"webp lossless, less 100 bytes", [] { return Less(Webp(true), 100); }, kTruncated},
      {"webp lossless, half", [] { return First(Webp(true), 0.5); }, kTruncated},
#endif
#if WHITTLE_TIFF
      {"tiff without its second strip", TiffWithoutSecondStrip, kTruncated},
      {"tiff without its directory",
       [] { return Less(Made({.width = 160, .format = Format::kTiff}), 200); }, kNothing},
#endif
#if WHITTLE_JXL
      {"jxl", [] { return Made({.width = 160, .format = Format::kJxl}); }, kWhole},
      // Up to 256x256 pixels are one piece.
      {"jxl less 9 bytes", [] { return Less(Made({.width = 160, .format = Format::kJxl}), 9); },
       kNothing},
#endif
#if WHITTLE_AVIF
      {"avif", [] { return Made({.width = 160, .format = Format::kAvif}); }, kWhole},
      {"avif less 9 bytes", [] { return Less(Made({.width = 160, .format = Format::kAvif}), 9); },
       kNothing},
#endif
  };
  return kRows;
}

Expected<Encoded> Shrunk(const std::string& file, bool shows_truncated = true) {
  return Process(AsBytes(file), *Transform::Make({.width = 80, .shows_truncated = shows_truncated}),
                 {});
}

TEST(Truncated, EveryFileIsShownAsFarAsItGoes) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.name);
    const auto result = Shrunk(row.file());
    if (row.shown == kNothing) {
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().kind, ErrorKind::kUndecodable);
      continue;
    }
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->truncated, row.shown == kTruncated);
    EXPECT_EQ(result->width, 80U);
    EXPECT_EQ(result->height, 60U);
    EXPECT_EQ(result->source.width, 160U);
  }
}

TEST(Truncated, IsAnErrorWhereTheRequestSaysSo) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.name);
    const std::string file = row.file();
    const auto result = Shrunk(file, false);
    if (row.shown == kWhole) {
      ASSERT_TRUE(result) << result.error().detail;
      EXPECT_EQ(AsText(result->bytes.view()), AsText(Shrunk(file)->bytes.view()));
    } else {
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().kind, ErrorKind::kUndecodable);
    }
  }
}

TEST(Truncated, GivesTheSameBytesEveryTime) {
  for (const Row& row : Rows()) {
    if (row.shown != kTruncated) continue;
    const std::string file = row.file();
    EXPECT_EQ(AsText(Shrunk(file)->bytes.view()), AsText(Shrunk(file)->bytes.view())) << row.name;
  }
}

// Frames that differ everywhere, of which the last ends too early.
TEST(Truncated, AnimationsAreShownAsFarAsTheyGo) {
  for (const std::string_view format : {"gif", "webp", "png"}) {
    if (codec::ByName(format) == nullptr) continue;
    SCOPED_TRACE(format);
    const Bytes whole = pipeline::MadeAnimation(format, 80, 60, 4);
    const std::string file = First(std::string(AsText(whole.view())), 0.85);
    EXPECT_FALSE(Shrunk(std::string(AsText(whole.view())))->truncated);
    const auto shown = Shrunk(file);
    ASSERT_TRUE(shown) << shown.error().detail;
    EXPECT_TRUE(shown->truncated);
    EXPECT_GE(pipeline::FramesOf(shown->bytes.view()), 3U);
    const auto refused = Shrunk(file, false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kUndecodable);
  }
}

// Even where nothing changes pixels, all notes are to be kept and the source has fewer bytes.
TEST(Truncated, IsNeverSentBackAsItIs) {
  for (const Row& row : Rows()) {
    if (row.shown != kTruncated) continue;
    const std::string file = row.file();
    for (const Keep keep : {Keep::kNone, Keep::kAll}) {
      const auto result = Process(
          AsBytes(file), *Transform::Make({.width = 1000, .quality = 100, .keep = keep}), {});
      ASSERT_TRUE(result) << row.name << ": " << result.error().text;
      EXPECT_NE(AsText(result->bytes.view()), file) << row.name;
      EXPECT_TRUE(result->truncated) << row.name;
    }
  }
}

}  // namespace
}  // namespace whittle
