// Animated WebP in and out: composition against canvases painted by hand.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/codec/made_icc.h"
#include "tests/codec/webp_files.h"

namespace whittle::codec {
namespace {

using Colour = std::array<std::uint8_t, 4>;
constexpr Colour kRed = {200, 10, 20, 255};
constexpr Colour kGreen = {30, 180, 40, 255};
constexpr Colour kBlue = {5, 15, 220, 255};
constexpr Colour kClear = {0, 0, 0, 0};

void Paint(test::Picture& picture, int left, int top, int width, int height, Colour colour) {
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) {
      for (int c = 0; c < 4; ++c) picture.at(x, y, c) = colour[static_cast<std::size_t>(c)];
    }
  }
}

test::Picture Filled(int width, int height, Colour colour) {
  test::Picture picture = test::Blank(width, height, 4);
  Paint(picture, 0, 0, width, height, colour);
  return picture;
}

struct Part {
  test::Picture picture;  // RGBA, written lossless
  int left = 0, top = 0;  // even, as the format wants
  int duration = 100;
  bool blend = true;
  bool dispose = false;
};

// An animation put together frame by frame.
Bytes Mux(int width, int height, int loops, const std::vector<Part>& parts) {
  WebPMux* mux = WebPMuxNew();
  WebPMuxSetCanvasSize(mux, width, height);
  for (const Part& part : parts) {
    const Bytes still = *EncodeWebpFile(part.picture, {.lossless = true});
    WebPMuxFrameInfo frame{};
    frame.bitstream = {still.data(), still.size()};
    frame.x_offset = part.left;
    frame.y_offset = part.top;
    frame.duration = part.duration;
    frame.id = WEBP_CHUNK_ANMF;
    frame.dispose_method = part.dispose ? WEBP_MUX_DISPOSE_BACKGROUND : WEBP_MUX_DISPOSE_NONE;
    frame.blend_method = part.blend ? WEBP_MUX_BLEND : WEBP_MUX_NO_BLEND;
    if (WebPMuxPushFrame(mux, &frame, 1) != WEBP_MUX_OK) throw std::runtime_error("frame");
  }
  const WebPMuxAnimParams params = {.bgcolor = 0xFF00FF00, .loop_count = loops};
  WebPMuxSetAnimationParams(mux, &params);
  WebPData data{};
  const WebPMuxError error = WebPMuxAssemble(mux, &data);
  WebPMuxDelete(mux);
  if (error != WEBP_MUX_OK) throw std::runtime_error("assemble");
  Bytes file = Bytes::CopyOf({data.bytes, data.size});
  WebPDataClear(&data);
  return file;
}

struct Shown {
  test::Picture picture;
  int duration = 0;
};

Expected<std::vector<Shown>> Play(ByteView file, const Limits& limits = {},
                                  std::stop_token stop = {}) {
  WHITTLE_TRY(const auto source, Webp().open_frames(file, limits, std::move(stop)));
  std::vector<Shown> shown;
  while (true) {
    WHITTLE_TRY(const auto frame, source->Next());
    if (!frame) return shown;
    const pixel::ConstRowSpan& canvas = frame->canvas;
    EXPECT_EQ(canvas.format, pixel::PixelFormat::kRgba8);
    test::Picture picture = test::Blank(canvas.width, canvas.rows, 4);
    for (int y = 0; y < canvas.rows; ++y) {
      std::copy_n(canvas.row(y), canvas.row_bytes(), WebpRows(picture, y, 1).data);
    }
    shown.push_back({std::move(picture), frame->duration});
  }
}

TEST(WebpFrames, AreComposed) {
  const Bytes file = Mux(12, 8, 3,
                         {{.picture = Filled(12, 8, kRed), .duration = 40},
                          // Half of it clear: red shows through.
                          {.picture =
                               [] {
                                 test::Picture part = Filled(4, 4, kClear);
                                 Paint(part, 0, 0, 2, 4, kGreen);
                                 return part;
                               }(),
                           .left = 2,
                           .top = 2,
                           .duration = 70,
                           .dispose = true},
                          // The green part's place has been cleared before this.
                          {.picture = Filled(2, 2, kBlue), .left = 10, .top = 6, .duration = 0},
                          // Put down as it is, clear part and all.
                          {.picture = Filled(6, 4, kClear), .duration = 5, .blend = false}});
  const auto header = Webp().probe(file.view(), {});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->info.frames, 4U);
  EXPECT_EQ(header->loops, 3);
  EXPECT_EQ(header->info.width, 12U);
  EXPECT_EQ(header->format, pixel::PixelFormat::kRgba8);
  EXPECT_TRUE(header->info.alpha);
  EXPECT_FALSE(header->planes);

  std::vector<test::Picture> expected;
  test::Picture canvas = Filled(12, 8, kRed);
  expected.push_back(canvas);
  Paint(canvas, 2, 2, 2, 4, kGreen);
  expected.push_back(canvas);
  Paint(canvas, 2, 2, 4, 4, kClear);
  Paint(canvas, 10, 6, 2, 2, kBlue);
  expected.push_back(canvas);
  Paint(canvas, 0, 0, 6, 4, kClear);
  expected.push_back(canvas);

  const auto shown = Play(file.view());
  ASSERT_TRUE(shown);
  ASSERT_EQ(shown->size(), expected.size());
  const std::array durations = {40, 70, 0, 5};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(Seen((*shown)[i].picture).samples, expected[i].samples) << i;
    EXPECT_EQ((*shown)[i].duration, durations[i]);
  }
  EXPECT_EQ(DecodeWebp(file.view(), 3)->samples, expected[0].samples);
}

TEST(WebpFrames, BeginOnAClearCanvas) {
  const Bytes file = Mux(8, 8, 0, {{.picture = Filled(4, 4, kRed), .left = 2, .top = 2}});
  const auto header = Webp().probe(file.view(), {});
  EXPECT_EQ(header->info.frames, 1U);
  EXPECT_TRUE(header->info.alpha);
  test::Picture expected = Filled(8, 8, kClear);
  Paint(expected, 2, 2, 4, 4, kRed);
  EXPECT_EQ(Seen(*DecodeWebp(file.view())).samples, expected.samples);
}

TEST(WebpFrames, AreOpaqueWhenNothingEverShowsThrough) {
  const auto alpha = [](const std::vector<Part>& parts) {
    return Webp().probe(Mux(8, 8, 0, parts).view(), {})->info.alpha;
  };
  const Part whole{.picture = Filled(8, 8, kRed)};
  EXPECT_FALSE(alpha({whole, {.picture = Filled(4, 4, kBlue)}}));
  EXPECT_TRUE(alpha({whole, {.picture = Filled(4, 4, kClear)}}));
  EXPECT_TRUE(alpha({whole, {.picture = Filled(4, 4, kBlue), .dispose = true}, whole}));
  EXPECT_TRUE(alpha({{.picture = Filled(4, 4, kBlue)}, whole}));
}

TEST(WebpFrames, EndAtTheLimit) {
  const std::vector<Part> parts(9, Part{.picture = Filled(4, 4, kGreen)});
  const Bytes file = Mux(4, 4, 0, parts);
  EXPECT_EQ(Play(file.view())->size(), 9U);
  EXPECT_EQ(Play(file.view(), {.max_frames = 5})->size(), 5U);
  EXPECT_EQ(Webp().probe(file.view(), {.max_frames = 5})->info.frames, 5U);
}

TEST(WebpFrames, OfLongDurationsAddNothingUp) {
  const std::vector<Part> parts(200,
                                Part{.picture = Filled(2, 2, kGreen), .duration = (1 << 24) - 1});
  const auto shown = Play(Mux(2, 2, 0, parts).view());
  ASSERT_EQ(shown->size(), 200U);
  for (const Shown& frame : *shown) EXPECT_EQ(frame.duration, (1 << 24) - 1);
}

TEST(WebpFrames, StopBetweenFrames) {
  const Bytes file = Mux(4, 4, 0, {{.picture = Filled(4, 4, kRed)}, {Filled(4, 4, kBlue)}});
  std::stop_source stop;
  const auto source = *Webp().open_frames(file.view(), {}, stop.get_token());
  ASSERT_TRUE(*source->Next());
  stop.request_stop();
  EXPECT_EQ(KindOf(source->Next()), "Cancelled");
  EXPECT_EQ(KindOf(source->Next()), "Cancelled");
  EXPECT_EQ(KindOf(DecodeWebp(file.view(), 8, {}, stop.get_token())), "Cancelled");
}

TEST(WebpFrames, AreNotThereInAStill) {
  const auto file = EncodeWebpFile(test::Photo(8, 8));
  EXPECT_EQ(KindOf(Webp().open_frames(file->view(), {}, {})), "Internal");
}

Expected<Bytes> Write(std::vector<Shown> frames, EncodeSpec spec) {
  spec.width = frames[0].picture.width;
  spec.height = frames[0].picture.height;
  spec.format = WebpRows(frames[0].picture, 0, 0).format;
  WHITTLE_TRY(const auto sink, Webp().create_frames(spec));
  for (Shown& frame : frames) {
    WHITTLE_CHECK(sink->Write(
        {.canvas = WebpRows(frame.picture, 0, frame.picture.height), .duration = frame.duration}));
  }
  return sink->Finish();
}

TEST(WebpFrames, ComeBackLossless) {
  std::vector<Shown> frames;
  for (unsigned i = 0; i < 7; ++i) {
    frames.push_back({Translucent(33, 21, i), static_cast<int>(20 + i)});
  }
  const std::string icc = MadeIcc(500, "RGB ");
  const auto file = Write(frames, {.lossless = true, .loops = 4, .icc = AsBytes(icc)});
  ASSERT_TRUE(file);
  const auto header = Webp().probe(file->view(), {});
  EXPECT_EQ(header->info.frames, 7U);
  EXPECT_EQ(header->loops, 4);
  EXPECT_EQ(AsText(header->icc.view()), icc);
  const auto shown = Play(file->view());
  ASSERT_EQ(shown->size(), frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ((*shown)[i].duration, frames[i].duration);
    EXPECT_EQ(Seen((*shown)[i].picture).samples, Seen(frames[i].picture).samples) << i;
  }
}

TEST(WebpFrames, ComeBackCloseWhenLossy) {
  std::vector<Shown> frames;
  for (unsigned i = 0; i < 4; ++i) frames.push_back({test::Photo(64, 48, 3, i), 50});
  const auto file = Write(frames, {.quality = 95});
  const auto shown = Play(file->view());
  ASSERT_TRUE(shown);
  ASSERT_EQ(shown->size(), 4U);
  EXPECT_FALSE(Webp().probe(file->view(), {})->info.alpha);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    test::Picture opaque = Filled(64, 48, kRed);
    for (int y = 0; y < 48; ++y) {
      for (int x = 0; x < 64; ++x) {
        for (int c = 0; c < 3; ++c) opaque.at(x, y, c) = frames[i].picture.at(x, y, c);
      }
    }
    EXPECT_LT(test::Compare((*shown)[i].picture, opaque).mean, 5) << i;
  }
}

TEST(WebpFrames, ThatAreEqualBecomeOneLongerFrame) {
  const test::Picture red = Filled(8, 8, kRed);
  const test::Picture blue = Filled(8, 8, kBlue);
  const auto file = Write({{red, 30}, {red, 40}, {blue, 50}}, {.lossless = true});
  const auto shown = Play(file->view());
  ASSERT_EQ(shown->size(), 2U);
  EXPECT_EQ((*shown)[0].duration, 70);
  EXPECT_EQ((*shown)[1].duration, 50);
}

TEST(WebpFrames, RefuseWhatDoesNotFit) {
  test::Picture red = Filled(8, 8, kRed);
  const Frame frame{.canvas = WebpRows(red, 0, 8), .duration = 1};
  const auto none = *Webp().create_frames({.width = 8, .height = 8});
  EXPECT_EQ(KindOf(none->Finish()), "Internal");
  const auto wrong = *Webp().create_frames({.width = 8, .height = 8});
  EXPECT_EQ(KindOf(wrong->Write(frame)), "Internal");  // RGBA, where RGB was announced
  EXPECT_EQ(KindOf(wrong->Finish()), "Internal");
  const auto twice =
      *Webp().create_frames({.width = 8, .height = 8, .format = pixel::PixelFormat::kRgba8});
  EXPECT_EQ(KindOf(twice->Write(frame)), "ok");
  EXPECT_EQ(KindOf(twice->Finish()), "ok");
  EXPECT_EQ(KindOf(twice->Finish()), "Internal");
  EXPECT_EQ(KindOf(Webp().create_frames({.width = 16384, .height = 8})), "BadRequest");
}

}  // namespace
}  // namespace whittle::codec
