// whittle strip: a file without its metadata, by the program.
#include <gtest/gtest.h>

#include "codec/registry.h"
#include "tests/app/program.h"
#include "tests/codec/made_icc.h"
#include "tests/support/pictures.h"

namespace whittle::test {
namespace {
namespace fs = std::filesystem;
using namespace std::string_literals;

const std::string kSecret = "52.5200N 13.4050E";

// With a comment and a trailer, which say where.
std::string Telling(const JpegOptions& options, int channels = 3) {
  std::string file(AsText(EncodeJpeg(Photo(40, 24, channels), options).view()));
  const std::string comment = "\xFF\xFE\0"s + static_cast<char>(kSecret.size() + 2) + kSecret;
  return file.insert(2, comment) + kSecret;
}

TEST(Strip, LeavesThePictureAndTheWayItIsTurned) {
  const TempDir dir;
  const fs::path in = dir.path() / "in.jpg";
  const fs::path out = dir.path() / "out.jpg";
  WriteFile(in, AsBytes(Telling({.orientation = 6})));
  const Finished run = RunProgram({"strip", in, out});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(run.err.starts_with(in.string() + ": ")) << run.err;
  EXPECT_TRUE(run.err.ends_with(" bytes\n")) << run.err;
  const Bytes stripped = ReadFile(out);
  EXPECT_EQ(AsText(stripped.view()).find(kSecret), std::string_view::npos);
  EXPECT_EQ(DecodeJpeg(stripped.view()).samples, DecodeJpeg(ReadFile(in).view()).samples);
  EXPECT_EQ(codec::Sniff(stripped.view())->probe(stripped.view(), {})->info.orientation, 6);
  const Finished piped = RunProgram({"strip", "-", "-"}, {}, in);
  EXPECT_EQ(piped.code, 0) << piped.err;
  EXPECT_EQ(piped.out, AsText(stripped.view()));
}

TEST(Strip, TheProfileStaysUnlessItIsNotWanted) {
  const TempDir dir;
  const fs::path in = dir.path() / "in.jpg";
  WriteFile(in, AsBytes(Telling({.icc = codec::MadeIcc(600, "RGB ")})));
  const auto profile = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"strip", in, "-"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished run = RunProgram(arguments);
    EXPECT_EQ(run.code, 0) << run.err;
    return codec::Sniff(AsBytes(run.out))->probe(AsBytes(run.out), {})->info.icc_bytes;
  };
  EXPECT_EQ(profile({}), 600U);
  EXPECT_EQ(profile({"--icc", "keep"}), 600U);
  EXPECT_EQ(profile({"--icc", "strip"}), 0U);
}

TEST(Strip, WhatItCannotDoExitsWith1AndSaysWhy) {
  const TempDir dir;
  const fs::path ink = dir.path() / "ink.jpg";
  const fs::path text = dir.path() / "text.jpg";
  const fs::path tiff = dir.path() / "picture.tiff";
  const fs::path cut = dir.path() / "cut.jpg";
  const std::string out = dir.path() / "out";
  WriteFile(ink, AsBytes(Telling({.icc = codec::MadeIcc(600, "CMYK")}, 4)));
  WriteFile(text, AsBytes("this is not a picture, whatever it is called"));
  const std::string whole = Telling({});
  WriteFile(cut,
            AsBytes(whole.substr(0, whole.size() - kSecret.size() - 40)));  // amid its last codes
  std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"strip", ink, out, "--icc", "strip"},
       ink.string() + ": the profile says what this picture's CMYK looks like and cannot be left "
                      "out\n"},
      {{"strip", text, out}, text.string() + ": unsupported image format"},
      {{"strip", cut, out}, cut.string() + ": a JPEG whose scans are damaged cannot be stripped"},
      {{"strip", dir.path() / "missing", out}, (dir.path() / "missing").string() + ": "},
      {{"strip", ink, "/nonexistent/out"}, "/nonexistent/out: "},
      {{"strip", ink, out, "--max-source-bytes", "100"}, ink.string() + ": "},
  };
  if (const codec::Codec* codec = codec::ByName("tiff")) {
    const auto sink = *codec->create({.width = 1, .height = 1});
    const std::uint8_t pixel[3] = {};
    ASSERT_TRUE(sink->Write({pixel, 3, 1, 1, pixel::PixelFormat::kRgb8}));
    WriteFile(tiff, sink->Finish()->view());
    cases.push_back({{"strip", tiff, out},
                     tiff.string() + ": tiff cannot be stripped without touching pixels\n"});
  }
  for (const auto& [arguments, says] : cases) {
    const Finished run = RunProgram(arguments);
    EXPECT_EQ(run.code, 1) << run.err;
    EXPECT_TRUE(run.err.starts_with("whittle: " + says)) << run.err << says;
    EXPECT_FALSE(fs::exists(out)) << run.err;
  }
  EXPECT_EQ(RunProgram({"strip", ink, out}).code, 0) << "its profile stays";
}

TEST(Strip, UsageErrorsExitWith2) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"strip"},
                                             {"strip", "in"},
                                             {"strip", "in", "out", "more"},
                                             {"strip", "in", "out", "--icc", "srgb"},
                                             {"strip", "in", "out", "--icc"}}) {
    const Finished run = RunProgram(arguments);
    EXPECT_EQ(run.code, 2) << run.err;
    EXPECT_TRUE(run.err.starts_with("whittle: ")) << run.err;
  }
}

}  // namespace
}  // namespace whittle::test
