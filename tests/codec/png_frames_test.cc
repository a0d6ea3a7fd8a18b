// Animated PNG: what is shown after each frame, by the specification's rules.
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "codec/png/file.h"
#include "codec/png/rows.h"
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
      ChunkOf("acTL", BigEndian32(frames) + BigEndian32(static_cast<std::uint32_t>(options.plays)));
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
  bool truncated = false;
  std::optional<ErrorKind> error;
};

Shown ShownBy(ByteView file, const Limits& limits = {}) {
  Shown shown;
  const auto source = *Png().open_frames(file, limits, {});
  while (true) {
    const auto frame = source->Next();
    if (!frame) shown.error = frame.error().kind;
    shown.truncated = source->truncated();
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

// In whole numbers, to the nearest (PNG third edition, 13.16): the colour of both by their shares
// of the light that is let through.
TEST(PngFrames, BlendingRounds) {
  const auto over = [](const Colour& under, const Colour& colour) {
    const Part part{.colour = colour, .blend = 1};
    return ShownBy(Animated({{.colour = under}, part}).view()).canvases[1][0];
  };
  EXPECT_EQ(over({1, 1, 1, 255}, {254, 254, 254, 128}), (Colour{128, 128, 128, 255}));
  for (const int under : {0, 1, 100, 254, 255}) {
    for (const int below : {0, 1, 77, 128, 254, 255}) {
      for (const int above : {0, 1, 50, 128, 254, 255}) {
        const int code = 255 - under / 2;
        const Colour shown = over({under, 7, 255, below}, {code, 9, 0, above});
        const int left = below * (255 - above);
        const int all = above * 255 + left;
        const auto mixed = [&](int a, int b) {
          return above == 0 ? b : (2 * (a * above * 255 + b * left) + all) / (2 * all);
        };
        EXPECT_EQ(shown[0], mixed(code, under));
        EXPECT_EQ(shown[1], mixed(9, 7));
        EXPECT_EQ(shown[2], mixed(0, 255));
        EXPECT_EQ(shown[3], (2 * all + 255) / 510);
      }
    }
  }
}

// A still as both frames of an animation.
Bytes Doubled(const Bytes& still) {
  const std::string text(AsText(still.view()));
  const auto at = text.find("IDAT") - 4;
  const auto data = text.substr(at + 8, text.find("IEND") - 4 - 4 - at - 8);
  const auto head = [&text](std::size_t sequence) {
    return ChunkOf("fcTL", BigEndian32(sequence) + text.substr(16, 8) + std::string(8, '\0') +
                               Big16(1) + Big16(10) + std::string(2, '\0'));
  };
  const std::string file = text.substr(0, at) + ChunkOf("acTL", BigEndian32(2) + BigEndian32(0)) +
                           head(0) + ChunkOf("IDAT", data) + head(1) +
                           ChunkOf("fdAT", BigEndian32(2) + data) + ChunkOf("IEND", "");
  return Bytes::CopyOf(AsBytes(file));
}

TEST(PngFrames, AreRgbaOf8BitsWhateverTheFileHas) {
  constexpr std::pair<int, int> kKinds[] = {
      {PNG_COLOR_TYPE_GRAY, 1},       {PNG_COLOR_TYPE_GRAY, 8},
      {PNG_COLOR_TYPE_GRAY, 16},      {PNG_COLOR_TYPE_RGB, 8},
      {PNG_COLOR_TYPE_RGB, 16},       {PNG_COLOR_TYPE_PALETTE, 4},
      {PNG_COLOR_TYPE_RGB_ALPHA, 8},  {PNG_COLOR_TYPE_RGB_ALPHA, 16},
      {PNG_COLOR_TYPE_GRAY_ALPHA, 8}, {PNG_COLOR_TYPE_GRAY_ALPHA, 16}};
  for (const auto& [colour, depth] : kKinds) {
    for (const bool interlaced : {false, true}) {
      const Bytes still = MakePng({.width = 60,
                                   .height = 40,
                                   .depth = depth,
                                   .colour = colour,
                                   .interlaced = interlaced,
                                   .piece = 100'000});
      const Rows rows = ReadByLibpng(still.view());
      const auto eight = [&rows](int x, int y, int c) {
        const int sample = rows.Sample(x, y, c);
        return IsWide(rows.format) ? static_cast<int>(sample / 257.0 + 0.5) : sample;
      };
      const Shown shown = ShownBy(Doubled(still).view());
      ASSERT_EQ(shown.canvases.size(), 2U);
      const int colours = IsGrey(rows.format) ? 1 : 3;
      for (int y = 0; y < 40; ++y) {
        for (int x = 0; x < 60; ++x) {
          const Colour wanted{eight(x, y, 0), eight(x, y, colours / 2), eight(x, y, colours - 1),
                              HasAlpha(rows.format) ? eight(x, y, colours) : 255};
          for (const auto& canvas : shown.canvases) {
            ASSERT_EQ(canvas[static_cast<std::size_t>(y * 60 + x)], wanted)
                << colour << " " << depth;
          }
        }
      }
    }
  }
}

TEST(PngFrames, SamplesOf16BitsRound) {
  std::string rows(1, '\0');
  rows += std::string("\0\x80\0\x81\0\xFF\xFE\x7E\xFE\x7F\xFF\xFF", 12);
  const Bytes still = Bytes::CopyOf(AsBytes(PngOf(6, 1, 16, PNG_COLOR_TYPE_GRAY, rows)));
  const Shown shown = ShownBy(Doubled(still).view());
  for (const auto& [x, code] : {std::pair(0, 0), {1, 1}, {2, 1}, {3, 254}, {4, 254}, {5, 255}}) {
    // 0x80 / 257 is 0.498, 0x81 / 257 is 0.502, 0xFE7E / 257 is 253.50.
    EXPECT_EQ(shown.canvases[0][static_cast<std::size_t>(x)][0], code) << x;
  }
}

TEST(PngFrames, TellsFramesLoopsAndDurations) {
  const Bytes file = Animated({{.colour = kRed, .delay = 1, .delay_of = 10},
                               {.colour = kGreen, .delay = 7, .delay_of = 0},
                               {.colour = kRed, .delay = 65535, .delay_of = 1}});
  const auto header = *Png().probe(file.view(), {});
  EXPECT_EQ(header.info.frames, 3U);
  EXPECT_EQ(header.loops, 3);
  EXPECT_EQ(ShownBy(file.view()).durations, (std::vector<int>{100, 70, 65'535'000}));
  const Bytes many = Animated({{.colour = kRed}, {.colour = kGreen}}, {.plays = -1});
  EXPECT_EQ(Png().probe(many.view(), {})->loops, 0x7FFFFFFF);  // of 4294967295
}

// Two canvases, a row in two formats, and what a frame as large as the canvas is decoded from: all
// its rows and the compressed ones; no more than 64 KiB besides.
TEST(PngFrames, NeedWhatTheyHold) {
  const Bytes file = Doubled(MakePng({.width = 7000, .height = 50, .piece = 1 << 20}));
  const std::uint64_t needs = Png().probe(file.view(), {})->frames_bytes;
  const std::uint64_t canvas = 7000 * 50 * 4;
  const std::uint64_t holds = 2 * canvas + 7000 * (6 + 4) + (7000 * 3 + 1) * 51 + file.size();
  EXPECT_GE(needs, holds);
  EXPECT_LE(needs, holds + (64 << 10) + 7000 * 2);
  // Of a canvas whose rows are more than 32 MiB a frame may have 32 MiB.
  const Bytes large = Doubled(
      MakePng({.width = 4000, .height = 3000, .filters = PNG_FILTER_NONE, .piece = 40 << 20}));
  EXPECT_GE(Png().probe(large.view(), {})->frames_bytes,
            2ULL * 4000 * 3000 * 4 + kMaxInflatedPng + large.size());
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
  const std::uint64_t needs = Png().probe(file.view(), {})->frames_bytes;
  EXPECT_EQ(ShownBy(file.view(), {.max_working_bytes = needs}).canvases.size(), 3U);
  const Limits less{.max_working_bytes = needs - 1};
  EXPECT_EQ(Png().open_frames(file.view(), less, {}).error().kind, ErrorKind::kTooLarge);
  EXPECT_EQ(Png().probe(file.view(), less)->info.frames, 3U);  // the answer is not another picture
  EXPECT_TRUE(DecodeRows(file.view(), less));
  const Bytes lies = Animated({{.colour = kRed}, {.colour = kGreen}}, {.announced = 0x7FFFFFFF});
  EXPECT_EQ(Png().probe(lies.view(), {})->info.frames, 2U);
}

// Chunks one by one, as animations have them. Frames are 8x8 and of one colour.
std::string ControlOf(std::size_t frames) {
  return ChunkOf("acTL", BigEndian32(frames) + BigEndian32(0));
}
std::string HeadOf(std::size_t sequence, const Part& part = {}) {
  std::string body = BigEndian32(sequence);
  for (const int value : {part.width, part.height, part.x, part.y}) {
    body += BigEndian32(static_cast<std::size_t>(value));
  }
  body += Big16(part.delay) + Big16(part.delay_of);
  body += static_cast<char>(part.dispose);
  body += static_cast<char>(part.blend);
  return ChunkOf("fcTL", body);
}
std::string DataOf(std::size_t sequence, const std::string& data) {
  return ChunkOf("fdAT", BigEndian32(sequence) + data);
}
const std::string kRedImage = ChunkOf("IDAT", Compressed({.colour = kRed}));
const std::string kGreenData = Compressed({.colour = kGreen});
const std::string kRedData = Compressed({.colour = kRed});

std::string FileOf(const std::string& chunks, bool ends = true) {
  std::string file(reinterpret_cast<const char*>(kPngSignature), sizeof kPngSignature);
  file += ChunkOf("IHDR", BigEndian32(8) + BigEndian32(8) + std::string("\x08\x06\0\0\0", 5));
  return file + chunks + (ends ? ChunkOf("IEND", "") : "");
}

// What comes of a file: how many frames its header says, and in all cases the still.
std::uint32_t FramesOf(const std::string& file) {
  const auto rows = DecodeRows(AsBytes(file));
  EXPECT_TRUE(rows);
  if (rows) EXPECT_EQ(rows->Sample(0, 0, 0), 255);
  return Png().probe(AsBytes(file), {})->info.frames;
}

// Counts were seen in Chromium 156, which keeps an animation as far as its chunks are in order.
TEST(PngFrames, AnAnimationOutOfOrderIsAStill) {
  const std::string two = ControlOf(2);
  const std::string first = HeadOf(0) + kRedImage;
  const std::string half = kGreenData.substr(0, 6);
  const std::string rest = kGreenData.substr(6);
  EXPECT_EQ(FramesOf(FileOf(two + first + HeadOf(1) + DataOf(2, half) + DataOf(3, rest))), 2U);
  // Two pieces of a frame, or two frames, changed places.
  EXPECT_EQ(FramesOf(FileOf(two + first + HeadOf(1) + DataOf(3, rest) + DataOf(2, half))), 1U);
  EXPECT_EQ(FramesOf(FileOf(ControlOf(3) + first + HeadOf(3) + DataOf(4, kRedData) + HeadOf(1) +
                            DataOf(2, kGreenData))),
            1U);
  // A gap, a repetition, and a late beginning.
  EXPECT_EQ(FramesOf(FileOf(two + first + HeadOf(5) + DataOf(6, kGreenData))), 1U);
  EXPECT_EQ(FramesOf(FileOf(two + first + HeadOf(0) + DataOf(1, kGreenData))), 1U);
  EXPECT_EQ(FramesOf(FileOf(two + HeadOf(1) + kRedImage + HeadOf(2) + DataOf(3, kGreenData))), 1U);
  // Data before its head, before the picture, or without a number.
  EXPECT_EQ(FramesOf(FileOf(two + first + DataOf(2, kGreenData) + HeadOf(1))), 1U);
  EXPECT_EQ(FramesOf(FileOf(two + HeadOf(0) + DataOf(2, kGreenData) + HeadOf(1) + kRedImage)), 1U);
  EXPECT_EQ(FramesOf(FileOf(two + HeadOf(1) + DataOf(2, kGreenData) + HeadOf(0) + kRedImage)), 1U);
  EXPECT_EQ(FramesOf(FileOf(two + first + HeadOf(1) + ChunkOf("fdAT", "abc"))), 1U);
  // acTL behind the picture, and one of another length.
  EXPECT_EQ(FramesOf(FileOf(first + two + HeadOf(1) + DataOf(2, kGreenData))), 1U);
  EXPECT_EQ(
      FramesOf(FileOf(ChunkOf("acTL", BigEndian32(2)) + first + HeadOf(1) + DataOf(2, kGreenData))),
      1U);
  // A default image of a part of the canvas.
  EXPECT_EQ(FramesOf(FileOf(two + HeadOf(0, {.width = 4}) + kRedImage + HeadOf(1) +
                            DataOf(2, kGreenData))),
            1U);
  // Of two heads the latter counts.
  EXPECT_EQ(
      FramesOf(FileOf(two + HeadOf(0) + HeadOf(1) + kRedImage + HeadOf(2) + DataOf(3, kGreenData))),
      2U);
}

TEST(PngFrames, EndBeforeAHeadThatMakesNoSense) {
  for (const Part& wrong : {Part{.x = 1}, Part{.y = 1}, Part{.x = 9, .width = 1}, Part{.width = 0},
                            Part{.height = 0}, Part{.dispose = 3}, Part{.blend = 2}}) {
    const std::string file =
        FileOf(ControlOf(4) + HeadOf(0) + kRedImage + HeadOf(1) + DataOf(2, kGreenData) +
               HeadOf(3, wrong) + DataOf(4, kRedData) + HeadOf(5) + DataOf(6, kRedData));
    EXPECT_EQ(FramesOf(file), 2U);
    const Shown shown = ShownBy(AsBytes(file));
    EXPECT_EQ(shown.canvases.size(), 2U);
    EXPECT_TRUE(shown.truncated);
    EXPECT_FALSE(shown.error);
  }
  for (const Part& right : {Part{.x = 7, .y = 7, .width = 1, .height = 1, .dispose = 2},
                            Part{.dispose = 1, .blend = 1}}) {
    const std::string data = Compressed(right);
    EXPECT_EQ(
        FramesOf(FileOf(ControlOf(2) + HeadOf(0) + kRedImage + HeadOf(1, right) + DataOf(2, data))),
        2U);
  }
}

TEST(PngFrames, ADamagedHeadEndsThem) {
  std::string file = FileOf(ControlOf(3) + HeadOf(0) + kRedImage + HeadOf(1) +
                            DataOf(2, kGreenData) + HeadOf(3) + DataOf(4, kRedData));
  EXPECT_EQ(FramesOf(file), 3U);
  file[file.rfind("fcTL") + 4 + 26] ^= 1;  // its CRC
  EXPECT_EQ(FramesOf(file), 2U);
}

TEST(PngFrames, GoOnAsFarAsTheyAreWhole) {
  const std::string two = ControlOf(3) + HeadOf(0) + kRedImage + HeadOf(1) + DataOf(2, kGreenData);
  const std::string third = HeadOf(3) + DataOf(4, kRedData);
  const Shown all = ShownBy(AsBytes(FileOf(two + third)));
  EXPECT_EQ(all.canvases.size(), 3U);
  EXPECT_FALSE(all.truncated);
  // All frames that were announced are there, if not the file's end.
  const Shown endless = ShownBy(AsBytes(FileOf(two + third, false)));
  EXPECT_EQ(endless.canvases.size(), 3U);
  EXPECT_FALSE(endless.truncated);
  // So is one whose checksums alone are cut off.
  const std::string file = FileOf(two + third, false);
  EXPECT_FALSE(ShownBy(AsBytes(file).first(file.size() - 8)).truncated);
  for (std::size_t size = file.size() - 9; size + third.size() >= file.size(); --size) {
    const Shown cut = ShownBy(AsBytes(file).first(size));
    EXPECT_FALSE(cut.error) << size;
    EXPECT_TRUE(cut.truncated) << size;
    ASSERT_EQ(cut.canvases.size(), 2U) << size;
    EXPECT_EQ(cut.canvases[1][63], kGreen);
    const auto still = *Png().open(AsBytes(file).first(size), {}, {});
    EXPECT_FALSE(still->truncated());
  }
  // A file that ends with IEND and has fewer frames than it announced is as its writer meant.
  EXPECT_FALSE(ShownBy(AsBytes(FileOf(two))).truncated);
  EXPECT_TRUE(ShownBy(AsBytes(FileOf(two, false))).truncated);
}

TEST(PngFrames, AFrameInDamageEndsThem) {
  const auto with = [](const std::string& data) {
    return FileOf(ControlOf(3) + HeadOf(0) + kRedImage + HeadOf(1) + DataOf(2, data) + HeadOf(3) +
                  DataOf(4, kRedData));
  };
  std::string nonsense = kGreenData;
  nonsense[0] = 'x';
  nonsense[1] = 'x';
  std::string crc = with(kGreenData.substr(0, kGreenData.size() - 4));
  EXPECT_EQ(ShownBy(AsBytes(crc)).canvases.size(), 3U);  // lacks a checksum only
  crc[crc.find("fdAT") + 4 + 4 + kGreenData.size() - 4] ^= 1;
  for (const std::string& file : {with(nonsense), with(Compressed({.height = 5})), with(""), crc}) {
    EXPECT_EQ(FramesOf(file), 3U);
    const Shown shown = ShownBy(AsBytes(file));
    ASSERT_EQ(shown.canvases.size(), 1U);
    EXPECT_EQ(shown.canvases[0][0], kRed);
    EXPECT_TRUE(shown.truncated);
    EXPECT_FALSE(shown.error);
  }
}

// What is left of a first frame is shown like a still; a default image that is no frame stands in.
TEST(PngFrames, TheFirstFrameFallsBackToTheDefaultImage) {
  std::string rows;
  for (int y = 0; y < 3; ++y) rows += std::string(1, '\0') + std::string(32, static_cast<char>(y));
  const std::string second = HeadOf(1) + DataOf(2, kGreenData);
  const Shown part =
      ShownBy(AsBytes(FileOf(ControlOf(2) + HeadOf(0) + ChunkOf("IDAT", Deflated(rows)) + second)));
  ASSERT_EQ(part.canvases.size(), 1U);
  EXPECT_EQ(part.canvases[0][8], (Colour{1, 1, 1, 1}));
  EXPECT_EQ(part.canvases[0][63], (Colour{2, 2, 2, 2}));
  EXPECT_EQ(part.durations, std::vector<int>{100});
  EXPECT_TRUE(part.truncated);

  const Shown other = ShownBy(
      AsBytes(FileOf(ControlOf(2) + kRedImage + HeadOf(0) + DataOf(1, kGreenData.substr(0, 9)) +
                     HeadOf(2) + DataOf(3, kGreenData))));
  ASSERT_EQ(other.canvases.size(), 1U);
  EXPECT_EQ(other.canvases[0][0], kRed);
  EXPECT_TRUE(other.truncated);

  const std::string none =
      FileOf(ControlOf(2) + HeadOf(0) + ChunkOf("IDAT", Deflated(rows.substr(0, 9))) + second);
  const auto source = *Png().open_frames(AsBytes(none), {}, {});
  for (int n = 0; n < 2; ++n) {  // the error stays
    const auto frame = source->Next();
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().kind, ErrorKind::kUndecodable);
  }
}

// Half of an upload: a still now, and an animation when it is complete.
TEST(PngFrames, AStillThatWasToBeAnAnimationIsTruncated) {
  const std::string first = ControlOf(2) + HeadOf(0) + kRedImage;
  const auto truncated = [](const std::string& file) {
    const auto source = *Png().open(AsBytes(file), {}, {});
    return source->truncated();
  };
  EXPECT_TRUE(truncated(FileOf(first, false)));
  EXPECT_TRUE(truncated(FileOf(first + HeadOf(1), false)));
  EXPECT_TRUE(truncated(FileOf(ControlOf(2) + kRedImage, false)));
  EXPECT_FALSE(truncated(FileOf(first + HeadOf(1) + DataOf(2, kGreenData), false)));
  EXPECT_FALSE(truncated(FileOf(first)));
  EXPECT_FALSE(truncated(FileOf(ControlOf(1) + HeadOf(0) + kRedImage, false)));
  EXPECT_FALSE(truncated(FileOf(kRedImage, false)));
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
  constexpr std::pair<const char*, Colour> kLast[] = {
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
