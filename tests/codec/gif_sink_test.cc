// What is written as GIF is read again: exactly where 256 colours do, closely elsewhere.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <random>
#include <set>

#include "codec/registry.h"
#include "tests/support/pictures.h"

namespace whittle::codec {
namespace {

using pixel::PixelFormat;

const Codec& Gif() { return *ByName("gif"); }

using Rgba = std::vector<std::uint8_t>;  // 4 bytes a pixel

pixel::ConstRowSpan Span(const Rgba& canvas, int width, int height) {
  return {canvas.data(), static_cast<std::size_t>(width) * 4, width, height, PixelFormat::kRgba8};
}

Bytes EncodeStill(const Rgba& canvas, int width, int height, EncodeSpec spec = {}) {
  spec.width = width;
  spec.height = height;
  spec.format = PixelFormat::kRgba8;
  const auto sink = *Gif().create(spec);
  EXPECT_TRUE(sink->Write(Span(canvas, width, height)));
  auto file = sink->Finish();
  EXPECT_TRUE(file) << file.error().detail;
  return std::move(file).value_or(Bytes{});
}

Bytes EncodeFrames(const std::vector<Rgba>& frames, int width, int height, EncodeSpec spec = {}) {
  spec.width = width;
  spec.height = height;
  spec.format = PixelFormat::kRgba8;
  const auto sink = *Gif().create_frames(spec);
  int duration = 50;
  for (const Rgba& frame : frames) {
    EXPECT_TRUE(sink->Write({Span(frame, width, height), duration}));
    duration += 10;
  }
  auto file = sink->Finish();
  EXPECT_TRUE(file) << file.error().detail;
  return std::move(file).value_or(Bytes{});
}

struct Shown {
  Rgba canvas;
  int duration;
};

std::vector<Shown> DecodeFrames(ByteView file) {
  const auto source = *Gif().open_frames(file, {}, {});
  std::vector<Shown> frames;
  while (true) {
    const auto frame = source->Next();
    EXPECT_TRUE(frame);
    if (!frame || !*frame) return frames;
    const auto& canvas = (*frame)->canvas;
    Shown shown{{}, (*frame)->duration};
    for (int y = 0; y < canvas.rows; ++y) {
      shown.canvas.insert(shown.canvas.end(), canvas.row(y), canvas.row(y) + canvas.row_bytes());
    }
    frames.push_back(std::move(shown));
  }
}

// Any of `colours` colours in every pixel; the first is transparent where `holes` is set.
Rgba Patches(int width, int height, int colours, bool holes, unsigned seed) {
  std::minstd_rand random(seed);
  Rgba canvas;
  for (int i = 0; i < width * height; ++i) {
    const auto n = static_cast<int>(random() / 7 % static_cast<unsigned>(colours));
    if (holes && n == 0) {
      canvas.insert(canvas.end(), {0, 0, 0, 0});
    } else {
      canvas.insert(canvas.end(), {static_cast<std::uint8_t>(n * 91), static_cast<std::uint8_t>(n),
                                   static_cast<std::uint8_t>(255 - n), 255});
    }
  }
  return canvas;
}

Rgba Photo(int width, int height, unsigned seed = 1) {
  const test::Picture picture = test::Photo(width, height, 3, seed);
  Rgba canvas;
  for (std::size_t i = 0; i < picture.samples.size(); i += 3) {
    canvas.insert(canvas.end(),
                  {picture.samples[i], picture.samples[i + 1], picture.samples[i + 2], 255});
  }
  return canvas;
}

double MeanDifference(const Rgba& a, const Rgba& b) {
  EXPECT_EQ(a.size(), b.size());
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(int{a[i]} - int{b[i]});
  return sum / static_cast<double>(a.size());
}

TEST(GifSink, IsExactWhereThePaletteHoldsAllColours) {
  for (const auto [width, height] : {std::pair{1, 1}, {3, 2}, {17, 9}, {40, 50}}) {
    for (const bool holes : {false, true}) {
      for (const bool interlaced : {false, true}) {
        for (const int colours : {2, 3, 16, 17, 256}) {
          const Rgba canvas = Patches(width, height, colours, holes, 3);
          const Bytes file = EncodeStill(canvas, width, height, {.progressive = interlaced});
          const auto frames = DecodeFrames(file.view());
          ASSERT_EQ(frames.size(), 1U);
          EXPECT_EQ(frames[0].canvas, canvas) << width << ' ' << holes << ' ' << colours;
          EXPECT_EQ(Gif().probe(file.view(), {})->info.progressive, interlaced);
        }
      }
    }
  }
}

TEST(GifSink, ComesCloseToAPhoto) {
  const Rgba photo = Photo(120, 90);
  for (const auto effort : {0, 5, 10}) {
    const Bytes file = EncodeStill(photo, 120, 90, {.effort = effort});
    EXPECT_LT(MeanDifference(DecodeFrames(file.view())[0].canvas, photo), 4) << effort;
  }
}

TEST(GifSink, KeepsToAsManyColoursAsAreAskedFor) {
  for (const int colours : {2, 3, 4, 100, 256}) {
    for (const bool holes : {false, true}) {
      Rgba canvas = Photo(40, 40);
      if (holes) canvas[3] = 0;
      const Bytes file = EncodeStill(canvas, 40, 40, {.colours = colours});
      const auto frames = DecodeFrames(file.view());
      std::set<std::array<std::uint8_t, 4>> seen;
      for (std::size_t i = 0; i < frames[0].canvas.size(); i += 4) {
        const std::uint8_t* p = frames[0].canvas.data() + i;
        seen.insert({p[0], p[1], p[2], p[3]});
      }
      EXPECT_LE(seen.size(), static_cast<std::size_t>(colours));
      EXPECT_EQ(seen.contains({0, 0, 0, 0}), holes);
    }
  }
}

TEST(GifSink, DrawsWhatIsAtLeastHalfOpaque) {
  const Bytes file = EncodeStill({9, 8, 7, 128, 9, 8, 7, 127}, 2, 1);
  EXPECT_EQ(DecodeFrames(file.view())[0].canvas, (Rgba{9, 8, 7, 255, 0, 0, 0, 0}));
}

// Anything to anything: pixels appear, change, stay, and vanish.
TEST(GifSink, GivesBackAnimations) {
  for (const bool holes : {false, true}) {
    for (const int colours : {3, 30, 250}) {
      for (const int limit : {8, 256}) {
        std::vector<Rgba> frames;
        for (unsigned i = 0; i < 6; ++i) frames.push_back(Patches(13, 11, colours, holes, i + 1));
        // A small change, and none.
        frames.push_back(frames.back());
        std::copy_n(frames[0].begin() + 52, 8, frames.back().begin() + 52);
        const Bytes file = EncodeFrames(frames, 13, 11, {.colours = limit});
        const auto shown = DecodeFrames(file.view());
        ASSERT_EQ(shown.size(), frames.size());
        for (std::size_t i = 0; i < frames.size(); ++i) {
          EXPECT_EQ(shown[i].duration, 50 + 10 * static_cast<int>(i));
          for (std::size_t p = 3; p < frames[i].size(); p += 4) {
            ASSERT_EQ(shown[i].canvas[p], frames[i][p]);
          }
          if (colours <= limit) EXPECT_EQ(shown[i].canvas, frames[i]) << i << holes << colours;
        }
      }
    }
  }
}

TEST(GifSink, WritesOnlyWhatChanges) {
  std::vector<Rgba> frames(10, Photo(100, 80));
  for (std::size_t i = 0; i < frames.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) frames[i][4 * (40 * 100 + 10 * i) + c] = 255;
  }
  const std::size_t still = EncodeStill(frames[0], 100, 80).size();
  const Bytes file = EncodeFrames(frames, 100, 80);
  EXPECT_LT(file.size(), still + 10 * 100);
  EXPECT_EQ(DecodeFrames(file.view()).size(), 10U);
}

TEST(GifSink, JoinsFramesThatAreTheSame) {
  const std::vector<Rgba> frames(3, Patches(5, 5, 4, false, 1));
  const auto shown = DecodeFrames(EncodeFrames(frames, 5, 5).view());
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].duration, 50 + 60 + 70);
}

// The file has hundredths of a second, and 16 bits for them.
TEST(GifSink, RoundsDurationsToHundredths) {
  for (const auto& [duration, shown] :
       {std::pair(44, 40), {45, 50}, {54, 50}, {55, 60}, {655'350, 655'350}, {655'360, 655'350}}) {
    const auto sink =
        *Gif().create_frames({.width = 5, .height = 5, .format = pixel::PixelFormat::kRgba8});
    for (const unsigned seed : {1U, 2U}) {
      const Rgba canvas = Patches(5, 5, 4, false, seed);
      ASSERT_TRUE(sink->Write(
          {.canvas = {canvas.data(), 20, 5, 5, pixel::PixelFormat::kRgba8}, .duration = duration}));
    }
    for (const Shown& frame : DecodeFrames(sink->Finish()->view())) {
      EXPECT_EQ(frame.duration, shown) << duration;
    }
  }
}

// 0 would be for ever.
TEST(GifSink, CountsAsManyLoopsAsTheFileHolds) {
  const std::vector<Rgba> frames = {Patches(5, 5, 4, false, 1), Patches(5, 5, 4, false, 2)};
  for (const int loops : {65536, 65537, 65538, 1 << 30}) {
    const Bytes file = EncodeFrames(frames, 5, 5, {.loops = loops});
    const std::string_view text = AsText(file.view());
    const auto at = text.find("NETSCAPE2.0");
    ASSERT_NE(at, text.npos);
    EXPECT_EQ(text.substr(at + 11, 4), "\x03\x01\xFF\xFF") << loops;
  }
}

TEST(GifSink, CountsLoops) {
  const std::vector<Rgba> frames = {Patches(5, 5, 4, false, 1), Patches(5, 5, 4, false, 2)};
  for (const int loops : {0, 1, 2, 7, 65535}) {
    const Bytes file = EncodeFrames(frames, 5, 5, {.loops = loops});
    EXPECT_EQ(Gif().probe(file.view(), {})->loops, loops);
  }
}

TEST(GifSink, RefusesWhatItCannotHold) {
  EXPECT_FALSE(Gif().create({.width = 0, .height = 1}));
  EXPECT_FALSE(Gif().create({.width = 65536, .height = 1}));
  EXPECT_FALSE(Gif().create({.width = 1, .height = 1, .format = PixelFormat::kGrey8}));
  EXPECT_FALSE(Gif().create_frames({.width = 1, .height = 1, .loops = -1}));
  const auto none = *Gif().create_frames({.width = 1, .height = 1});
  EXPECT_FALSE(none->Finish());
  const auto few = *Gif().create({.width = 1, .height = 2, .format = PixelFormat::kRgba8});
  EXPECT_TRUE(few->Write(Span({1, 2, 3, 4}, 1, 1)));
  EXPECT_EQ(few->Finish().error().kind, ErrorKind::kInternal);
}

}  // namespace
}  // namespace whittle::codec
