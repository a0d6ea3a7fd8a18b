// Animated PNG: what is shown after each frame, by the specification's rules.
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "codec/png_file.h"
#include "tests/codec/png_files.h"
#include "tests/support/corpus.h"

namespace whittle::codec {
namespace {

using Colour = std::array<int, 4>;
constexpr Colour kRed{255, 0, 0, 255}, kGreen{0, 255, 0, 255}, kNothing{0, 0, 0, 0};

const Codec& Png() { return *ByName("png"); }

// A rectangle of one colour.
struct Part {
  Colour colour;
  int x = 0, y = 0, width = 8, height = 8;
  int dispose = 0, blend = 0;
  int delay = 1, delay_of = 10;
};

std::string Big16(int value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }

std::string Compressed(const Part& part) {
  std::string rows;
  for (int y = 0; y < part.height; ++y) {
    rows += '\0';
    for (int x = 0; x < part.width; ++x) {
      for (const int code : part.colour) rows += static_cast<char>(code);
    }
  }
  return Deflated(rows);
}

struct Options {
  bool hidden_default = false;
  int announced = -1;
  int plays = 3;
};

// 8x8, RGBA. The first part must cover it.
Bytes Animated(const std::vector<Part>& parts, const Options& options = {}) {
  std::string file(reinterpret_cast<const char*>(kPngSignature), sizeof kPngSignature);
  file += ChunkOf("IHDR", BigEndian32(8) + BigEndian32(8) + std::string("\x08\x06\0\0\0", 5));
  const auto frames =
      options.announced >= 0 ? static_cast<std::size_t>(options.announced) : parts.size();
  file +=
      ChunkOf("acTL", BigEndian32(frames) + BigEndian32(static_cast<std::size_t>(options.plays)));
  if (options.hidden_default) file += ChunkOf("IDAT", Compressed({.colour = {9, 9, 9, 255}}));
  std::size_t sequence = 0;
  for (const Part& part : parts) {
    std::string head = BigEndian32(sequence++);
    for (const int value : {part.width, part.height, part.x, part.y}) {
      head += BigEndian32(static_cast<std::size_t>(value));
    }
    head += Big16(part.delay) + Big16(part.delay_of);
    head += static_cast<char>(part.dispose);
    head += static_cast<char>(part.blend);
    file += ChunkOf("fcTL", head);
    if (&part == parts.data() && !options.hidden_default) {
      file += ChunkOf("IDAT", Compressed(part));
    } else {
      const std::string data = Compressed(part);  // in two pieces
      file += ChunkOf("fdAT", BigEndian32(sequence++) + data.substr(0, 5));
      file += ChunkOf("fdAT", BigEndian32(sequence++) + data.substr(5));
    }
  }
  file += ChunkOf("IEND", "");
  return Bytes::CopyOf(AsBytes(file));
}

struct Shown {
  std::vector<std::vector<Colour>> canvases;
  std::vector<int> durations;
  std::optional<ErrorKind> error;
};

Shown ShownBy(ByteView file, const Limits& limits = {}) {
  Shown shown;
  const auto source = *Png().open_frames(file, limits, {});
  while (true) {
    const auto frame = source->Next();
    if (!frame) shown.error = frame.error().kind;
    if (!frame || !*frame) return shown;
    const pixel::ConstRowSpan& canvas = (*frame)->canvas;
    std::vector<Colour> pixels;
    for (int y = 0; y < canvas.rows; ++y) {
      for (int x = 0; x < canvas.width; ++x) {
        const std::uint8_t* p = canvas.row(y) + 4 * x;
        pixels.push_back({p[0], p[1], p[2], p[3]});
      }
    }
    shown.canvases.push_back(std::move(pixels));
    shown.durations.push_back((*frame)->duration);
  }
}

TEST(PngFrames, DisposesAndBlendsAsTheSpecificationSays) {
  const Part all{.colour = kRed};
  const auto second = [&all](int dispose, int blend, Colour colour) {
    const Part part{.colour = colour,
                    .x = 2,
                    .y = 1,
                    .width = 3,
                    .height = 4,
                    .dispose = dispose,
                    .blend = blend};
    const Part third{.colour = kNothing, .width = 1, .height = 1, .blend = 1};  // leaves all
    return ShownBy(Animated({all, part, third}).view());
  };
  constexpr std::size_t kInside = 1 * 8 + 2;
  constexpr std::size_t kLastInside = 4 * 8 + 4;
  constexpr std::size_t kOutside = 1 * 8 + 5;
  for (const auto& [dispose, left] : {std::pair(0, kGreen), {1, kNothing}, {2, kRed}}) {
    const Shown shown = second(dispose, 0, kGreen);
    ASSERT_EQ(shown.canvases.size(), 3U);
    EXPECT_EQ(shown.canvases[0][kInside], kRed);
    EXPECT_EQ(shown.canvases[1][kInside], kGreen);
    EXPECT_EQ(shown.canvases[1][kLastInside], kGreen);
    EXPECT_EQ(shown.canvases[1][kOutside], kRed);
    EXPECT_EQ(shown.canvases[2][kInside], left) << dispose;
    EXPECT_EQ(shown.canvases[2][kLastInside], left) << dispose;
    EXPECT_EQ(shown.canvases[2][kOutside], kRed);
    EXPECT_EQ(shown.canvases[2][0], kRed);
  }
  EXPECT_EQ(second(0, 0, {0, 0, 255, 51}).canvases[1][kInside], (Colour{0, 0, 255, 51}));
  EXPECT_EQ(second(0, 1, {0, 0, 255, 51}).canvases[1][kInside], (Colour{204, 0, 51, 255}));
  EXPECT_EQ(second(0, 1, kNothing).canvases[1][kInside], kRed);
}

TEST(PngFrames, TellsFramesLoopsAndDurations) {
  const Bytes file = Animated({{.colour = kRed, .delay = 1, .delay_of = 10},
                               {.colour = kGreen, .delay = 7, .delay_of = 0},
                               {.colour = kRed, .delay = 65535, .delay_of = 1}});
  const auto header = *Png().probe(file.view(), {});
  EXPECT_EQ(header.info.frames, 3U);
  EXPECT_EQ(header.loops, 3);
  EXPECT_EQ(ShownBy(file.view()).durations, (std::vector<int>{100, 70, 65'535'000}));
}

TEST(PngFrames, TheDefaultImageMayBeNoFrame) {
  const Bytes file = Animated({{.colour = kRed}, {.colour = kGreen}}, {.hidden_default = true});
  EXPECT_EQ(Png().probe(file.view(), {})->info.frames, 2U);
  const Shown shown = ShownBy(file.view());
  ASSERT_EQ(shown.canvases.size(), 2U);
  EXPECT_EQ(shown.canvases[0][0], kRed);
  EXPECT_EQ(DecodeRows(file.view())->Sample(0, 0, 0), 9);
}

TEST(PngFrames, KeepsTheLimits) {
  const Bytes file = Animated({{.colour = kRed}, {.colour = kGreen}, {.colour = kRed}});
  EXPECT_EQ(Png().probe(file.view(), {.max_frames = 2})->info.frames, 2U);
  EXPECT_EQ(ShownBy(file.view(), {.max_frames = 2}).canvases.size(), 2U);
  EXPECT_EQ(Png().probe(file.view(), {.max_animation_pixels = 191})->info.frames, 1U);
  EXPECT_EQ(Png().probe(file.view(), {.max_animation_pixels = 192})->info.frames, 3U);
  const Bytes lies = Animated({{.colour = kRed}, {.colour = kGreen}}, {.announced = 0x7FFFFFFF});
  EXPECT_EQ(Png().probe(lies.view(), {})->info.frames, 2U);
}

TEST(PngFrames, FramesOffTheCanvasAreNone) {
  const Bytes file = Animated({{.colour = kRed}, {.colour = kGreen, .x = 1}, {.colour = kGreen}});
  EXPECT_EQ(ShownBy(file.view()).canvases.size(), 2U);
}

TEST(PngFrames, ADamagedFrameIsAnErrorThatStays) {
  const Bytes file = Animated({{.colour = kRed}, {.colour = kGreen}});
  std::string text(AsText(file.view()));
  text[text.rfind("fdAT") + 9] ^= 0x55;
  const auto source = *Png().open_frames(AsBytes(text), {}, {});
  EXPECT_TRUE(source->Next());
  EXPECT_FALSE(source->Next());
  EXPECT_FALSE(source->Next());
  EXPECT_TRUE(DecodeRows(AsBytes(text)));
}

TEST(PngFrames, StopsWhenAsked) {
  const Bytes file = Animated({{.colour = kRed}, {.colour = kGreen}});
  std::stop_source stop;
  const auto source = *Png().open_frames(file.view(), {}, stop.get_token());
  EXPECT_TRUE(source->Next());
  stop.request_stop();
  const auto frame = source->Next();
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().kind, ErrorKind::kCancelled);
}

// These files of Pillow's are made so that the last picture shows one colour in its first pixel.
TEST(PngFrames, TheCorpusEndsAsItsMakersMeant) {
  WHITTLE_NEEDS_CORPUS();
  const std::pair<const char*, Colour> kLast[] = {
      {"blend_op_over", kGreen},
      {"blend_op_source_near_transparent", {0, 255, 0, 2}},
      {"blend_op_source_transparent", kNothing},
      {"dispose_op_background_before_region", kNothing},
      {"dispose_op_none", kGreen},
      {"dispose_op_previous", kGreen},
      {"dispose_op_previous_first", kNothing},
      {"dispose_op_previous_region", kGreen},
      {"single_frame_default", kGreen},
      {"split_fdat_zero_chunk", kGreen},
  };
  for (const auto& [name, last] : kLast) {
    const auto path = *test::CorpusDir() / "conformance/apng" / (std::string(name) + ".png");
    const Shown shown = ShownBy(test::ReadFile(path).view());
    EXPECT_FALSE(shown.error) << name;
    ASSERT_FALSE(shown.canvases.empty()) << name;
    EXPECT_EQ(shown.canvases.back()[0], last) << name;
  }
}

}  // namespace
}  // namespace whittle::codec
