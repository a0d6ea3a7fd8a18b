// What codec.h promises of animations, asked of every codec that writes and reads them.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/codec/decode.h"

namespace whittle::codec {
namespace {

struct Shown {
  Rows rows;
  int duration = 0;
};

// Eight colours, each of them in any palette; alpha is all or nothing.
void Paint(Rows& rows, int left, int top, int width, int height, unsigned colour) {
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) {
      for (int c = 0; c < 3; ++c) rows.Set(x, y, c, (colour >> c & 1) != 0 ? 255 : 0);
      if (HasAlpha(rows.format)) rows.Set(x, y, 3, 255);
    }
  }
}
void Clear(Rows& rows, int left, int top, int width, int height) {
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) {
      for (int c = 0; c < 4; ++c) rows.Set(x, y, c, 0);
    }
  }
}

class AnimatingCodec : public testing::TestWithParam<const Codec*> {
 protected:
  const Codec& codec() const { return *GetParam(); }

  Expected<Bytes> Written(const std::vector<Shown>& frames, EncodeSpec spec = {}) const {
    spec.width = frames[0].rows.width;
    spec.height = frames[0].rows.height;
    spec.format = frames[0].rows.format;
    spec.lossless = true;
    WHITTLE_TRY(const auto sink, codec().create_frames(spec));
    for (const Shown& frame : frames) {
      WHITTLE_CHECK(sink->Write(
          {.canvas = frame.rows.Span(0, frame.rows.height), .duration = frame.duration}));
    }
    return sink->Finish();
  }

  // As RGBA, whatever the codec gives.
  Expected<std::vector<Shown>> Played(ByteView file) const {
    WHITTLE_TRY(const auto source, codec().open_frames(file, {}, {}));
    std::vector<Shown> shown;
    while (true) {
      WHITTLE_TRY(const auto frame, source->Next());
      if (!frame) return shown;
      const pixel::ConstRowSpan& canvas = frame->canvas;
      Rows rows = BlankRows(canvas.width, canvas.rows, pixel::PixelFormat::kRgba8);
      const int channels = Channels(canvas.format);
      for (int y = 0; y < canvas.rows; ++y) {
        for (int x = 0; x < canvas.width; ++x) {
          const std::uint8_t* pixel = canvas.row(y) + x * channels;
          const int alpha = channels == 4 ? pixel[3] : 255;
          for (int c = 0; c < 3; ++c) rows.Set(x, y, c, alpha == 0 ? 0 : pixel[c]);
          rows.Set(x, y, 3, alpha);
        }
      }
      shown.push_back({std::move(rows), frame->duration});
    }
  }

  void ExpectSame(const std::vector<Shown>& got, const std::vector<Shown>& wanted) const {
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      Rows rows = BlankRows(wanted[i].rows.width, wanted[i].rows.height, got[i].rows.format, 255);
      for (int y = 0; y < rows.height; ++y) {
        for (int x = 0; x < rows.width; ++x) {
          for (int c = 0; c < Channels(wanted[i].rows.format); ++c) {
            rows.Set(x, y, c, wanted[i].rows.Sample(x, y, c));
          }
        }
      }
      EXPECT_EQ(got[i].rows, rows) << "frame " << i;
      EXPECT_EQ(got[i].duration, wanted[i].duration) << "frame " << i;
    }
  }

  // What changes: a part, another part far off, all, nothing but one pixel, a part that goes clear
  // and comes back.
  std::vector<Shown> Frames(pixel::PixelFormat format) const {
    std::vector<Shown> frames;
    Rows canvas = BlankRows(37, 23, format, 255);
    const auto add = [&](int duration) { frames.push_back({canvas, duration}); };
    Paint(canvas, 0, 0, 37, 23, 1);
    add(100);
    Paint(canvas, 3, 2, 9, 8, 2);
    add(70);
    Paint(canvas, 0, 0, 2, 2, 4);
    Paint(canvas, 35, 21, 2, 2, 5);
    add(1000);
    Paint(canvas, 0, 0, 37, 23, 7);
    add(20);
    Paint(canvas, 36, 22, 1, 1, 0);
    add(40);
    if (HasAlpha(format)) {
      Clear(canvas, 5, 5, 20, 10);
      add(60);
      Paint(canvas, 8, 8, 4, 4, 3);
      add(60);
    }
    return frames;
  }
};

TEST_P(AnimatingCodec, GivesBackWhatWasShown) {
  for (const auto format : {pixel::PixelFormat::kRgb8, pixel::PixelFormat::kRgba8}) {
    if (std::ranges::find(codec().writes, format) == codec().writes.end()) continue;
    const std::vector<Shown> frames = Frames(format);
    const auto file = Written(frames, {.loops = 3});
    ASSERT_TRUE(file) << file.error().detail;
    const auto header = codec().probe(file->view(), {});
    ASSERT_TRUE(header) << header.error().detail;
    EXPECT_EQ(header->info.frames, frames.size());
    EXPECT_EQ(header->loops, 3);
    EXPECT_EQ(header->info.width, 37U);
    EXPECT_EQ(header->info.height, 23U);
    const auto shown = Played(file->view());
    ASSERT_TRUE(shown) << shown.error().detail;
    ExpectSame(*shown, frames);
    // Who shows stills shows the first frame.
    const auto still = DecodeRows(file->view());
    ASSERT_TRUE(still);
    EXPECT_EQ(PictureOf(*still).samples, PictureOf(frames[0].rows).samples);
  }
}

TEST_P(AnimatingCodec, MakesOneLongerFrameOfEqualOnes) {
  Rows red = BlankRows(8, 8, pixel::PixelFormat::kRgba8);
  Paint(red, 0, 0, 8, 8, 1);
  Rows blue = red;
  Paint(blue, 0, 0, 8, 8, 4);
  const auto file = Written({{red, 30}, {red, 40}, {blue, 50}, {blue, 20}});
  ASSERT_TRUE(file);
  const auto shown = Played(file->view());
  ASSERT_TRUE(shown);
  ExpectSame(*shown, {{red, 70}, {blue, 70}});
}

// Once all but RGB was refused by one, and greyscale animations were a server's error.
TEST_P(AnimatingCodec, TakesWhatItTakesOfStillsIn8Bits) {
  for (const auto format : codec().writes) {
    if (IsWide(format)) continue;
    Rows dark = BlankRows(9, 7, format, 255);
    for (int y = 0; y < 7; ++y) {
      for (int x = 0; x < 9; ++x) {
        for (int c = 0; c < Channels(format) - (HasAlpha(format) ? 1 : 0); ++c) {
          dark.Set(x, y, c, 0);
        }
      }
    }
    Rows dotted = dark;
    for (int c = 0; c < Channels(format); ++c) dotted.Set(4, 3, c, 255);
    const auto file = Written({{dark, 30}, {dotted, 50}});
    ASSERT_TRUE(file) << int(format) << file.error().detail;
    const auto shown = Played(file->view());
    ASSERT_TRUE(shown);
    ASSERT_EQ(shown->size(), 2U);
    for (int c = 0; c < 3; ++c) {
      EXPECT_EQ((*shown)[0].rows.Sample(4, 3, c), 0) << int(format);
      EXPECT_EQ((*shown)[1].rows.Sample(4, 3, c), 255) << int(format);
      EXPECT_EQ((*shown)[1].rows.Sample(3, 3, c), 0) << int(format);
    }
  }
}

TEST_P(AnimatingCodec, PlaysForEver) {
  Rows red = BlankRows(8, 8, pixel::PixelFormat::kRgba8);
  Paint(red, 0, 0, 8, 8, 1);
  Rows blue = red;
  Paint(blue, 0, 0, 8, 8, 4);
  const auto file = Written({{red, 30}, {blue, 50}}, {.loops = 0});
  ASSERT_TRUE(file);
  EXPECT_EQ(codec().probe(file->view(), {})->loops, 0);
}

TEST_P(AnimatingCodec, RefusesWhatDoesNotFit) {
  const auto kind = [](const auto& result) { return result ? "ok" : Name(result.error().kind); };
  const EncodeSpec spec{.width = 8, .height = 8, .format = pixel::PixelFormat::kRgba8};
  const Rows right = BlankRows(8, 8, spec.format, 255);
  const Rows wide = BlankRows(9, 8, spec.format, 255);
  const auto none = *codec().create_frames(spec);
  EXPECT_EQ(kind(none->Finish()), "Internal");
  const auto wrong = *codec().create_frames(spec);
  EXPECT_EQ(kind(wrong->Write({.canvas = wide.Span(0, 8), .duration = 1})), "Internal");
  EXPECT_EQ(kind(wrong->Finish()), "Internal");
  const auto twice = *codec().create_frames(spec);
  EXPECT_EQ(kind(twice->Write({.canvas = right.Span(0, 8), .duration = 1})), "ok");
  EXPECT_EQ(kind(twice->Finish()), "ok");
  EXPECT_EQ(kind(twice->Finish()), "Internal");
}

TEST_P(AnimatingCodec, StopsWhenAsked) {
  std::stop_source stop;
  const EncodeSpec spec{
      .width = 37, .height = 23, .format = pixel::PixelFormat::kRgba8, .stop = stop.get_token()};
  const auto sink = *codec().create_frames(spec);
  const std::vector<Shown> frames = Frames(spec.format);
  const auto write = [&](const Shown& frame) {
    return sink->Write({.canvas = frame.rows.Span(0, 23), .duration = frame.duration});
  };
  ASSERT_TRUE(write(frames[0]));
  stop.request_stop();
  Expected<void> written = write(frames[1]);
  if (written) written = write(frames[2]);  // some write a frame when the next has come
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::kCancelled);
  EXPECT_FALSE(sink->Finish());
}

std::vector<const Codec*> Animating() {
  std::vector<const Codec*> codecs;
  for (const Codec* codec : All()) {
    if (codec->create_frames != nullptr && codec->open_frames != nullptr) codecs.push_back(codec);
  }
  return codecs;
}

INSTANTIATE_TEST_SUITE_P(All, AnimatingCodec, testing::ValuesIn(Animating()),
                         [](const auto& info) { return std::string(info.param->name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(AnimatingCodec);

}  // namespace
}  // namespace whittle::codec
