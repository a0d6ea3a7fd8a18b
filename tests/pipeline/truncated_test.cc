// Files that end too early, through the whole call: what is there is shown, at the file's whole
// size, and said to be truncated; or it is an error where the request wants that. What the pixels
// are is tested with each codec.
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/codec/jpeg_files.h"
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
[[maybe_unused]] std::string Made(Format format, bool progressive = false) {
  const std::string source = Jpeg();
  const auto made =
      Process(AsBytes(source),
              *Transform::Make({.width = 160, .format = format, .progressive = progressive}), {});
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
      {"png", [] { return Made(Format::kPng); }, kWhole},
      {"png without IEND", [] { return Less(Made(Format::kPng), 12); }, kWhole},
      {"png without its checksums", [] { return Less(Made(Format::kPng), 20); }, kWhole},
      {"png less 100 bytes", [] { return Less(Made(Format::kPng), 100); }, kTruncated},
      {"png half", [] { return First(Made(Format::kPng), 0.5); }, kTruncated},
      {"png half, interlaced", [] { return First(Made(Format::kPng, true), 0.5); }, kTruncated},
      {"png's header", [] { return Made(Format::kPng).substr(0, 41); }, kNothing},
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

// Even where nothing changes pixels and the source has fewer bytes.
TEST(Truncated, IsNeverSentBackAsItIs) {
  for (const Row& row : Rows()) {
    if (row.shown != kTruncated) continue;
    const std::string file = row.file();
    const auto result =
        Process(AsBytes(file), *Transform::Make({.width = 1000, .quality = 100}), {});
    ASSERT_TRUE(result) << row.name << ": " << result.error().text;
    EXPECT_NE(AsText(result->bytes.view()), file) << row.name;
  }
}

}  // namespace
}  // namespace whittle
