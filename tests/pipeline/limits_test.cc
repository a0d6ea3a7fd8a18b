// What limits do to a result: they refuse, or choose and then are in its name; at their exact value
// they still allow.
#include <gtest/gtest.h>

#include <set>

#include "tests/codec/made_icc.h"
#include "tests/pipeline/jobs.h"
#include "tests/support/pictures.h"

namespace whittle::pipeline {
namespace {

using pixel::PixelFormat;

struct Source {
  std::string_view what;
  Bytes file;
};

std::vector<Source> Sources() {
  static const std::string icc = codec::MadeIcc(600, "RGB ");
  std::vector<Source> sources;
  for (const std::string_view format : {"gif", "webp", "png", "jxl"}) {
    sources.push_back({format, MadeAnimation(format, 60, 40, 3)});
  }
  for (const std::string_view format : {"jpeg", "png", "webp", "tiff"}) {
    sources.push_back(
        {"still", MadeFile(format, 60, 40, PixelFormat::kRgb8, {.icc = AsBytes(icc)})});
  }
  sources.push_back({"progressive", EncodeJpeg(test::Photo(60, 40), {.progressive = true})});
  return sources;
}

// Each field of Limits at values that matter to these sources.
std::vector<Limits> Variants() {
  std::vector<Limits> variants;
  const auto vary = [&variants](auto field, std::initializer_list<std::uint64_t> values) {
    for (const std::uint64_t value : values) {
      Limits limits;
      limits.*field = static_cast<std::remove_reference_t<decltype(limits.*field)>>(value);
      variants.push_back(limits);
    }
  };
  vary(&Limits::max_source_bytes, {100, 1000, 10'000});
  vary(&Limits::max_source_pixels, {100, 2399, 2400, 5000});
  vary(&Limits::max_scans, {0, 1, 2, 5});
  vary(&Limits::max_scan_pixels, {100, 2400, 5000});
  vary(&Limits::max_frames, {0, 1, 2, 3});
  vary(&Limits::max_animation_pixels, {100, 2400, 4800, 7199, 7200});
  vary(&Limits::max_icc_bytes, {0, 599, 600});
  for (std::uint64_t bytes = 4096; bytes < (16 << 20); bytes += bytes / 2) {
    variants.emplace_back().max_working_bytes = bytes;
  }
  return variants;
}

// Once an animated PNG was its first frame where memory was short, under the name of the animation.
TEST(Limits, ThatChooseAnotherPictureGiveItAnotherName) {
  std::set<std::string> differing;
  for (const Source& source : Sources()) {
    const ByteView file = source.file.view();
    const Transform transform = MadeTransform({.width = 8, .format = Format::kPng});
    const auto usual = Process(file, transform, Limits{});
    ASSERT_TRUE(usual) << source.what;
    const std::string name = ChoosingLimits(file, Limits{});
    for (const Limits& limits : Variants()) {
      const auto other = Process(file, transform, limits);
      if (!other || AsText(other->bytes.view()) == AsText(usual->bytes.view())) continue;
      EXPECT_NE(ChoosingLimits(file, limits), name) << source.what;
      differing.insert(ChoosingLimits(file, limits));
    }
  }
  EXPECT_GE(differing.size(), 4U) << "frames, pixels of animations, sizes of profiles";
}

TEST(Limits, OfMemoryRefuseAnAnimatedPngAndAllowItsFirstFrame) {
  const Bytes file = MadeAnimation("png", 60, 40, 3);
  const Limits enough = {.max_working_bytes = PlanOf(file.view(), {.width = 30}).working_bytes};
  const Limits short_of = {.max_working_bytes = enough.max_working_bytes - 1};
  const Transform animated = MadeTransform({.width = 30});
  const auto allowed = Process(file.view(), animated, enough);
  ASSERT_TRUE(allowed);
  EXPECT_EQ(FramesOf(allowed->bytes.view()), 3U);
  const auto refused = Process(file.view(), animated, short_of);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kTooLarge);
  const auto still = Process(file.view(), MadeTransform({.width = 30, .anim = false}), short_of);
  ASSERT_TRUE(still);
  EXPECT_EQ(FramesOf(still->bytes.view()), 1U);
}

TEST(Limits, OfMemoryAreInclusive) {
  for (const std::string_view format : {"jpeg", "png", "webp", "gif", "tiff", "avif", "jxl"}) {
    const Bytes file = MadeFile(format, 120, 80, PixelFormat::kRgb8);
    const Params params = {.width = 100, .format = Format::kPng};
    const std::uint64_t needed = PlanOf(file.view(), params).working_bytes;
    EXPECT_TRUE(Process(file.view(), MadeTransform(params), {.max_working_bytes = needed}))
        << format;
    const auto refused =
        Process(file.view(), MadeTransform(params), {.max_working_bytes = needed - 1});
    ASSERT_FALSE(refused) << format;
    EXPECT_EQ(refused.error().kind, ErrorKind::kTooLarge) << format;
  }
}

TEST(Limits, OfSourcesAreInclusive) {
  for (const std::string_view format : {"jpeg", "png", "webp", "gif", "tiff", "avif", "jxl"}) {
    const Bytes file = MadeFile(format, 30, 20, PixelFormat::kRgb8);
    const Transform small = MadeTransform({.width = 10});
    EXPECT_TRUE(Process(file.view(), small, {.max_source_bytes = file.size()})) << format;
    EXPECT_EQ(Process(file.view(), small, {.max_source_bytes = file.size() - 1}).error().kind,
              ErrorKind::kTooLarge)
        << format;
    EXPECT_TRUE(Process(file.view(), small, {.max_source_pixels = 600})) << format;
    EXPECT_EQ(Process(file.view(), small, {.max_source_pixels = 599}).error().kind,
              ErrorKind::kTooLarge)
        << format;
  }
}

TEST(Limits, OfAnimationsAreInclusive) {
  for (const std::string_view format : {"gif", "webp", "png", "jxl"}) {
    const Bytes file = MadeAnimation(format, 16, 4, 2);
    const auto frames = [&](const Limits& limits) {
      return FramesOf(Process(file.view(), MadeTransform({.width = 16}), limits)->bytes.view());
    };
    EXPECT_EQ(frames({.max_animation_pixels = 128}), 2U) << format;
    EXPECT_EQ(frames({.max_animation_pixels = 127}), 1U) << format;
    EXPECT_EQ(frames({.max_frames = 2}), 2U) << format;
    EXPECT_EQ(frames({.max_frames = 1}), 1U) << format;
    EXPECT_EQ(frames({.max_frames = 2, .max_animation_pixels = 128}), 2U) << format;
  }
  // What is left out does not count.
  const Bytes longer = MadeAnimation("gif", 16, 4, 5);
  const auto cut = Process(longer.view(), MadeTransform({.width = 16}),
                           {.max_frames = 2, .max_animation_pixels = 128});
  ASSERT_TRUE(cut);
  EXPECT_EQ(FramesOf(cut->bytes.view()), 2U);
}

// A profile, and notes that are to be kept, go along up to the limit, to the byte.
TEST(Limits, OfProfilesAndNotesAreInclusive) {
  const std::string icc = codec::MadeIcc(600, "RGB ");
  const std::string xmp =
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">" + std::string(700, ' ') + "</x:xmpmeta>";
  const Params keeping = {.width = 30, .keep = Keep::kAll};
  const auto size = [](std::size_t bytes) { return static_cast<std::uint32_t>(bytes); };
  for (const std::string_view format : {"jpeg", "png", "webp", "tiff"}) {
    const Bytes file =
        MadeFile(format, 60, 40, PixelFormat::kRgb8, {.icc = AsBytes(icc), .xmp = AsBytes(xmp)});
    const auto kept = [&](std::uint32_t most) {
      const auto result = Process(file.view(), MadeTransform(keeping), {.max_icc_bytes = most});
      const ByteView bytes = result->bytes.view();
      return std::pair(Probe(bytes, {})->icc_bytes,
                       !codec::ByName(format)->metadata(bytes, {}).xmp.empty());
    };
    EXPECT_EQ(kept(size(xmp.size())), std::pair(size(icc.size()), true)) << format;
    EXPECT_EQ(kept(size(xmp.size() - 1)), std::pair(size(icc.size()), false)) << format;
    EXPECT_EQ(kept(size(icc.size())), std::pair(size(icc.size()), false)) << format;
    EXPECT_EQ(kept(size(icc.size() - 1)), std::pair(0U, false)) << format;
  }
}

TEST(Limits, ThatChooseAreAllNamed) {
  const ByteView none;
  const std::string usual = ChoosingLimits(none, {});
  EXPECT_NE(ChoosingLimits(none, {.max_frames = 1}), usual);
  EXPECT_NE(ChoosingLimits(none, {.max_animation_pixels = 1}), usual);
  EXPECT_NE(ChoosingLimits(none, {.max_icc_bytes = 1}), usual);
  EXPECT_EQ(ChoosingLimits(none, {.max_working_bytes = 1}), usual);
}

TEST(Revision, NamesWhittleAndEveryLibraryThatMakesBytes) {
  const std::string_view revision = Revision();
  EXPECT_TRUE(revision.starts_with(Version()));
  for (const codec::Codec* codec : codec::All()) {
    EXPECT_NE(revision.find(codec->library_version()), std::string_view::npos) << codec->name;
  }
  for (const std::string_view library : {"lcms2 2.", ", libexif 0.", ", expat 2."}) {
    EXPECT_NE(revision.find(library), std::string_view::npos) << library << " in " << revision;
  }
}

}  // namespace
}  // namespace whittle::pipeline
