// GIF decoding, held against canvases composed by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "codec/registry.h"
#include "tests/codec/gif_files.h"
#include "tests/codec/made_icc.h"

namespace whittle::codec {
namespace {

const Codec& Gif() { return *ByName("gif"); }

const std::vector<GifRgb> kPalette = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {7, 8, 9}};

std::vector<std::uint8_t> Solid(int width, int height, std::uint8_t index) {
  return std::vector<std::uint8_t>(static_cast<std::size_t>(width * height), index);
}

std::vector<std::uint8_t> Random(int width, int height, unsigned colours) {
  std::minstd_rand random(static_cast<unsigned>(width * 1000 + height));
  std::vector<std::uint8_t> indices(static_cast<std::size_t>(width * height));
  for (auto& index : indices) index = static_cast<std::uint8_t>(random() % colours);
  return indices;
}

Expected<std::vector<std::uint8_t>> ReadRows(RowSource& source, int batch) {
  const auto stride = static_cast<std::size_t>(source.width() * PixelBytes(source.format()));
  std::vector<std::uint8_t> rows(stride * static_cast<std::size_t>(source.height()));
  for (int y = 0; y < source.height();) {
    WHITTLE_TRY(
        const int got,
        source.Read({rows.data() + static_cast<std::size_t>(y) * stride, stride, source.width(),
                     std::min(batch, source.height() - y), source.format()}));
    EXPECT_GT(got, 0);
    y += got;
  }
  return rows;
}

Expected<std::vector<std::uint8_t>> Rows(const std::string& file, const Limits& limits = {},
                                         int batch = 5) {
  WHITTLE_TRY(const auto source, Gif().open(AsBytes(file), limits, {}));
  return ReadRows(*source, batch);
}

struct Shown {
  std::string canvas;  // a letter for each pixel: r, g, b, k and . for transparent
  int duration;
};

char Letter(const std::uint8_t* pixel) {
  if (pixel[3] == 0) return '.';
  if (pixel[3] != 255) return '?';
  static const std::map<GifRgb, char> kLetters = {
      {kPalette[0], 'r'}, {kPalette[1], 'g'}, {kPalette[2], 'b'}, {kPalette[3], 'k'}};
  const auto found = kLetters.find({pixel[0], pixel[1], pixel[2]});
  return found == kLetters.end() ? '?' : found->second;
}

Expected<std::vector<Shown>> Frames(const std::string& file, const Limits& limits = {}) {
  WHITTLE_TRY(const auto source, Gif().open_frames(AsBytes(file), limits, {}));
  std::vector<Shown> frames;
  while (true) {
    WHITTLE_TRY(const auto frame, source->Next());
    if (!frame) return frames;
    Shown shown{{}, frame->duration};
    for (int y = 0; y < frame->canvas.rows; ++y) {
      for (int x = 0; x < frame->canvas.width; ++x) {
        shown.canvas += Letter(frame->canvas.row(y) + 4 * x);
      }
    }
    frames.push_back(shown);
  }
}

std::string KindOf(const auto& result) {
  return result ? "ok" : std::string(Name(result.error().kind));
}

TEST(Gif, GivesEveryPixelInEverySizeAndOrder) {
  for (const bool interlaced : {false, true}) {
    for (int width = 1; width <= 9; ++width) {
      for (int height = 1; height <= 19; ++height) {
        SCOPED_TRACE(testing::Message() << width << 'x' << height << interlaced);
        const auto indices = Random(width, height, 4);
        const std::string file = Made({.width = width,
                                       .height = height,
                                       .palette = kPalette,
                                       .frames = {{.width = width,
                                                   .height = height,
                                                   .indices = indices,
                                                   .interlaced = interlaced}}});
        const auto header = Gif().probe(AsBytes(file), {});
        ASSERT_TRUE(header);
        EXPECT_EQ(header->format, pixel::PixelFormat::kRgb8);
        EXPECT_EQ(header->info.progressive, interlaced);
        EXPECT_EQ(header->info.colours, 4U);
        EXPECT_EQ(header->info.frames, 1U);
        std::vector<std::uint8_t> wanted;
        for (const auto index : indices) {
          wanted.insert(wanted.end(), kPalette[index].begin(), kPalette[index].end());
        }
        for (const int batch : {1, 4, 100}) EXPECT_EQ(Rows(file, {}, batch), wanted);
      }
    }
  }
}

TEST(Gif, PutsTheFirstFrameOnATransparentCanvas) {
  const std::string file = Made({.width = 4,
                                 .height = 3,
                                 .palette = kPalette,
                                 .frames = {{.left = 1,
                                             .top = 1,
                                             .width = 2,
                                             .height = 1,
                                             .indices = Solid(2, 1, 1),
                                             .transparent = 2}}});
  const auto header = Gif().probe(AsBytes(file), {});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->format, pixel::PixelFormat::kRgba8);
  EXPECT_TRUE(header->info.alpha);
  EXPECT_EQ(header->info.channels, 3);
  const auto rows = Rows(file);
  ASSERT_TRUE(rows);
  std::string letters;
  for (std::size_t i = 0; i < rows->size(); i += 4) letters += Letter(rows->data() + i);
  EXPECT_EQ(letters,
            "...."
            ".gg."
            "....");
}

TEST(Gif, MakesTheTransparentIndexTransparent) {
  for (const bool interlaced : {false, true}) {
    const std::string file = Made({.width = 2,
                                   .height = 2,
                                   .palette = kPalette,
                                   .frames = {{.width = 2,
                                               .height = 2,
                                               .indices = {0, 3, 3, 1},
                                               .transparent = 3,
                                               .interlaced = interlaced}}});
    const std::vector<std::uint8_t> wanted = {255, 0, 0, 255, 0, 0,   0, 0,
                                              0,   0, 0, 0,   0, 255, 0, 255};
    EXPECT_EQ(Rows(file), wanted);
  }
}

// Every disposal between two frames of which the second is small.
TEST(Gif, ComposesDisposals) {
  const auto file = [](int first, int second, int third) {
    return Made(
        {.width = 3,
         .height = 2,
         .palette = kPalette,
         .frames = {{.width = 3, .height = 2, .indices = Solid(3, 2, 0), .disposal = first},
                    {.left = 1,
                     .width = 2,
                     .height = 1,
                     .indices = {1, 3},
                     .disposal = second,
                     .transparent = 3},
                    {.top = 1, .width = 2, .height = 1, .indices = {2, 2}, .disposal = third},
                    {.left = 2, .top = 1, .width = 1, .height = 1, .indices = {1}}}});
  };
  const auto canvases = [&](int first, int second, int third) {
    std::string all;
    for (const Shown& shown : *Frames(file(first, second, third))) all += shown.canvas + " ";
    return all;
  };
  EXPECT_EQ(canvases(0, 0, 0), "rrrrrr rgrrrr rgrbbr rgrbbg ");
  EXPECT_EQ(canvases(1, 1, 1), "rrrrrr rgrrrr rgrbbr rgrbbg ");
  EXPECT_EQ(canvases(2, 1, 1), "rrrrrr .g.... .g.bb. .g.bbg ");
  EXPECT_EQ(canvases(1, 2, 1), "rrrrrr rgrrrr r..bbr r..bbg ");
  EXPECT_EQ(canvases(1, 3, 2), "rrrrrr rgrrrr rrrbbr rrr..g ");
  EXPECT_EQ(canvases(3, 3, 3), "rrrrrr .g.... ...bb. .....g ");
  EXPECT_EQ(canvases(1, 3, 3), "rrrrrr rgrrrr rrrbbr rrrrrg ");
}

TEST(Gif, ClipsWhatPassesTheCanvas) {
  const std::string file = Made(
      {.width = 2,
       .height = 2,
       .palette = kPalette,
       .frames = {
           {.width = 2, .height = 2, .indices = Solid(2, 2, 0)},
           {.left = 1, .top = 1, .width = 3, .height = 2, .indices = Solid(3, 2, 1), .disposal = 3},
           {.left = 9, .top = 9, .width = 2, .height = 2, .indices = Solid(2, 2, 2), .disposal = 2},
           {.left = 1, .width = 4, .height = 9, .indices = Solid(4, 9, 3), .interlaced = true}}});
  const auto frames = Frames(file);
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), 4U);
  EXPECT_EQ((*frames)[0].canvas, "rrrr");
  EXPECT_EQ((*frames)[1].canvas, "rrrg");
  EXPECT_EQ((*frames)[2].canvas, "rrrr");
  EXPECT_EQ((*frames)[3].canvas, "rkrk");
}

// Found by fuzzing: what lay under such a frame is nothing, and was copied from nowhere.
TEST(Gif, TakesAFrameBesideTheCanvasAwayAgain) {
  for (const int disposal : {2, 3}) {
    const MadeFrame first{.width = 2, .height = 1, .indices = {0, 1}};
    const MadeFrame beside{
        .left = 9, .width = 2, .height = 1, .indices = {2, 2}, .disposal = disposal};
    const MadeFrame last{.width = 1, .height = 1, .indices = {1}};
    const auto frames = Frames(
        Made({.width = 2, .height = 1, .palette = kPalette, .frames = {first, beside, last}}));
    ASSERT_TRUE(frames) << frames.error().detail;
    ASSERT_EQ(frames->size(), 3U);
    EXPECT_EQ((*frames)[1].canvas, "rg");
    EXPECT_EQ((*frames)[2].canvas, "gg");
  }
}

TEST(Gif, TakesEachFramesOwnPalette) {
  const std::string file = Made(
      {.width = 1,
       .height = 1,
       .palette = kPalette,
       .frames = {{.width = 1, .height = 1, .indices = {0}},
                  {.width = 1, .height = 1, .indices = {0}, .palette = {{0, 0, 255}, {0, 0, 0}}},
                  {.width = 1, .height = 1, .indices = {1}}}});
  std::string all;
  for (const Shown& shown : *Frames(file)) all += shown.canvas;
  EXPECT_EQ(all, "rbg");
}

TEST(Gif, CountsTimeAndLoops) {
  MadeGif gif{.width = 1, .height = 1, .palette = kPalette};
  for (const int hundredths : {0, 1, 2, 10, 65535}) {
    gif.frames.push_back({.width = 1, .height = 1, .indices = {0}, .hundredths = hundredths});
  }
  gif.frames.push_back({.width = 1, .height = 1, .indices = {0}, .control = false});
  const auto frames = Frames(Made(gif));
  ASSERT_TRUE(frames);
  std::vector<int> durations;
  for (const Shown& shown : *frames) durations.push_back(shown.duration);
  EXPECT_EQ(durations, (std::vector{100, 100, 20, 100, 655350, 100}));

  const auto loops = [&](std::optional<int> repeats) {
    gif.repeats = repeats;
    const std::string file = Made(gif);
    return Gif().probe(AsBytes(file), {})->loops;
  };
  EXPECT_EQ(loops(std::nullopt), 1);
  EXPECT_EQ(loops(0), 0);
  EXPECT_EQ(loops(1), 2);
  EXPECT_EQ(loops(65535), 65536);
}

// What other writers than Netscape's say, and what is said twice.
TEST(Gif, CountsLoopsByTheirFirstWord) {
  const std::string plain = Made({.width = 1,
                                  .height = 1,
                                  .palette = kPalette,
                                  .frames = {{.width = 1, .height = 1, .indices = {0}},
                                             {.width = 1, .height = 1, .indices = {1}}}});
  const auto loops = [&](const std::string& blocks) {
    std::string file = plain;
    file.insert(file.find('!'), blocks);
    return Gif().probe(AsBytes(file), {})->loops;
  };
  const auto block = [](std::string_view name, char repeats) {
    return "!\xFF\x0B" + std::string(name) + std::string("\x03\x01", 2) + repeats +
           std::string(2, '\0');
  };
  EXPECT_EQ(loops(""), 1);
  EXPECT_EQ(loops(block("ANIMEXTS1.0", 4)), 5);
  EXPECT_EQ(loops(block("NETSCAPE2.0", 2) + block("NETSCAPE2.0", 7)), 3);
  EXPECT_EQ(loops(block("ANIMEXTS1.0", 2) + block("NETSCAPE2.0", 7)), 3);
  EXPECT_EQ(loops(block("NETSCAPE2.1", 2)), 1);
}

TEST(Gif, KnowsWhetherAnyCanvasIsTransparent) {
  const auto alpha = [](std::vector<MadeFrame> frames) {
    const std::string file =
        Made({.width = 2, .height = 1, .palette = kPalette, .frames = std::move(frames)});
    const auto header = Gif().probe(AsBytes(file), {});
    EXPECT_EQ(pixel::HasAlpha(header->format), header->info.alpha);
    return header->info.alpha;
  };
  const MadeFrame whole{.width = 2, .height = 1, .indices = {0, 1}};
  const MadeFrame part{.left = 1, .width = 1, .height = 1, .indices = {0}, .transparent = 0};
  MadeFrame cleared = whole;
  cleared.disposal = 2;
  EXPECT_FALSE(alpha({whole}));
  EXPECT_FALSE(alpha({whole, part}));
  EXPECT_FALSE(alpha({whole, part, cleared}));
  EXPECT_FALSE(alpha({cleared, whole}));
  EXPECT_TRUE(alpha({cleared, part}));
  EXPECT_TRUE(alpha({part}));
}

TEST(Gif, CarriesAProfile) {
  const std::string icc = MadeIcc(700, "RGB ");
  MadeGif gif{.width = 1,
              .height = 1,
              .palette = kPalette,
              .frames = {{.width = 1, .height = 1, .indices = {0}}}};
  gif.icc = icc;
  const std::string file = Made(gif);
  EXPECT_EQ(AsText(Gif().probe(AsBytes(file), {})->icc.view()), icc);
  EXPECT_EQ(Gif().probe(AsBytes(file), {.max_icc_bytes = 700})->icc.size(), 700U);
  EXPECT_TRUE(Gif().probe(AsBytes(file), {.max_icc_bytes = 699})->icc.empty());
  // Of several the first counts, as for stripping.
  const std::string other = MadeIcc(200, "RGB ");
  std::string twice = file;
  twice.insert(file.size() - 1, "!\xFF\x0BICCRGBG1012\xC8" + other + '\0');
  EXPECT_EQ(AsText(Gif().probe(AsBytes(twice), {})->icc.view()), icc);
}

TEST(Gif, CarriesXmp) {
  const std::string packet = "<x:xmpmeta>anything, without sub-blocks</x:xmpmeta>";
  std::string tail = "\x01";
  for (int i = 255; i >= 0; --i) tail += static_cast<char>(i);
  std::string file = Made({.width = 1,
                           .height = 1,
                           .palette = kPalette,
                           .frames = {{.width = 1, .height = 1, .indices = {0}}}});
  file.pop_back();
  file += std::string("!\xFF\x0BXMP DataXMP") + packet + tail + std::string(1, '\0') + ";";
  EXPECT_EQ(AsText(Gif().metadata(AsBytes(file), {}).xmp.view()), packet);
  const auto size = static_cast<std::uint32_t>(packet.size());
  EXPECT_EQ(Gif().metadata(AsBytes(file), {.max_icc_bytes = size}).xmp.size(), size);
  EXPECT_TRUE(Gif().metadata(AsBytes(file), {.max_icc_bytes = size - 1}).xmp.empty());
  EXPECT_TRUE(Rows(file));
}

MadeGif Animation(int width, int height, int frames) {
  MadeGif gif{.width = width, .height = height, .palette = kPalette};
  for (int i = 0; i < frames; ++i) {
    gif.frames.push_back({.width = width,
                          .height = height,
                          .indices = Random(width, height, 4),
                          .disposal = 1 + i % 3});
  }
  return gif;
}

TEST(Gif, HoldsTheLimits) {
  const std::string file = Made(Animation(20, 10, 4));
  const auto kind = [&](const Limits& limits) {
    const auto probed = KindOf(Gif().probe(AsBytes(file), limits));
    EXPECT_EQ(probed, KindOf(Gif().open(AsBytes(file), limits, {})));
    return probed;
  };
  EXPECT_EQ(kind({.max_source_bytes = file.size() - 1}), "TooLarge");
  EXPECT_EQ(kind({.max_source_pixels = 200}), "ok");
  EXPECT_EQ(kind({.max_source_pixels = 199}), "TooLarge");
  const std::uint64_t needed = Gif().probe(AsBytes(file), {})->decode_bytes;
  EXPECT_EQ(kind({.max_working_bytes = needed}), "ok");
  EXPECT_EQ(kind({.max_working_bytes = needed - 1}), "TooLarge");
  // Above max_animation_pixels only the first frame will be asked for.
  EXPECT_EQ(Gif().probe(AsBytes(file), {.max_animation_pixels = 799})->decode_bytes,
            needed - 20 * 10 * 4 * 2);
  EXPECT_EQ(Gif().probe(AsBytes(file), {.max_animation_pixels = 800})->decode_bytes, needed);
  EXPECT_EQ(Gif().probe(AsBytes(file), {.max_frames = 3})->info.frames, 3U);
  EXPECT_EQ(Frames(file, {.max_frames = 3})->size(), 3U);
}

// Beside the canvas, which a frame may pass by far.
TEST(Gif, HoldsEachFrameAgainstTheLimit) {
  const std::string file =
      Made({.width = 2,
            .height = 2,
            .palette = kPalette,
            .frames = {{.width = 2, .height = 2, .indices = Solid(2, 2, 0)},
                       {.width = 40, .height = 50, .indices = Solid(40, 50, 1)}}});
  EXPECT_EQ(KindOf(Gif().probe(AsBytes(file), {.max_source_pixels = 2000})), "ok");
  EXPECT_EQ(KindOf(Gif().probe(AsBytes(file), {.max_source_pixels = 1999})), "TooLarge");
}

// giflib remembers every frame that it has begun; the lines of an interlaced one wait for the last.
TEST(Gif, CountsItsMemory) {
  const auto needed = [](int frames, bool interlaced, int width) {
    MadeGif gif{.width = width, .height = 40, .palette = kPalette};
    for (int i = 0; i < frames; ++i) {
      gif.frames.push_back(
          {.width = width, .height = 40, .indices = Solid(width, 40, 1), .interlaced = interlaced});
    }
    const std::string file = Made(gif);
    return Gif().probe(AsBytes(file), {.max_animation_pixels = 1})->decode_bytes;
  };
  EXPECT_GE(needed(1, false, 30), 64U << 10);
  EXPECT_EQ(needed(1, true, 30), needed(1, false, 30) + 30 * 40);
  EXPECT_GE(needed(9, false, 30), needed(1, false, 30) + 8 * (1024 + sizeof(SavedImage)));
  EXPECT_EQ(needed(1, false, 130), needed(1, false, 30) + 2 * 100);  // two lines
}

TEST(Gif, RefusesALargeFrameWithoutData) {
  std::string file = Made({.width = 1,
                           .height = 1,
                           .palette = kPalette,
                           .frames = {{.width = 1, .height = 1, .indices = {0}}}});
  for (const auto at : {file.find(',') + 5, file.find(',') + 7, std::size_t{6}, std::size_t{8}}) {
    file[at] = '\x88';
    file[at + 1] = '\x13';  // 5000
  }
  EXPECT_EQ(KindOf(Gif().probe(AsBytes(file), {})), "TooLarge");
}

TEST(Gif, StopsWhenAsked) {
  const std::string file = Made(Animation(20, 40, 3));
  std::stop_source stop;
  const auto rows = *Gif().open(AsBytes(file), {}, stop.get_token());
  const auto frames = *Gif().open_frames(AsBytes(file), {}, stop.get_token());
  ASSERT_TRUE(frames->Next());
  stop.request_stop();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(KindOf(ReadRows(*rows, 8)), "Cancelled");
    EXPECT_EQ(KindOf(frames->Next()), "Cancelled");
  }
}

// As Chromium 156, asked with 16 files of such kinds: each side holds the first frame, and the rest
// of the canvas is transparent.
TEST(Gif, EnlargesTheScreenToItsFirstFrame) {
  struct Case {
    int width, height, left, top, wanted_width, wanted_height;
  };
  for (const bool interlaced : {false, true}) {
    for (const Case& c : {Case{2, 1, 0, 0, 3, 2},
                          {2, 1, 1, 1, 4, 3},
                          {1, 1, 0, 0, 3, 2},
                          {2, 4, 0, 0, 3, 4},
                          {5, 1, 0, 0, 5, 2},
                          {0, 1, 1, 0, 4, 2},
                          {0, 0, 1, 2, 4, 4},
                          {2, 1, 7, 8, 10, 10},
                          {3, 2, 0, 0, 3, 2},
                          {4, 3, 1, 1, 4, 3},
                          {3, 3, 1, 1, 4, 3},
                          {4, 2, 1, 1, 4, 3}}) {
      const std::string file = Made({.width = c.width,
                                     .height = c.height,
                                     .palette = kPalette,
                                     .frames = {{.left = c.left,
                                                 .top = c.top,
                                                 .width = 3,
                                                 .height = 2,
                                                 .indices = {0, 1, 2, 3, 2, 1},
                                                 .interlaced = interlaced},
                                                {.width = 1, .height = 1, .indices = {1}}}});
      std::string wanted(static_cast<std::size_t>(c.wanted_width * c.wanted_height), '.');
      for (int i = 0; i < 6; ++i) {
        const int at = (c.top + i / 3) * c.wanted_width + c.left + i % 3;
        wanted[static_cast<std::size_t>(at)] = "rgbkbg"[i];
      }
      const auto header = Gif().probe(AsBytes(file), {});
      ASSERT_TRUE(header);
      EXPECT_EQ(header->info.width, static_cast<unsigned>(c.wanted_width));
      EXPECT_EQ(header->info.height, static_cast<unsigned>(c.wanted_height));
      const bool covered = c.wanted_width == 3 && c.wanted_height == 2;
      EXPECT_EQ(header->info.alpha, !covered);
      const auto rows = Rows(file);
      ASSERT_TRUE(rows);
      std::string letters;
      for (std::size_t i = 0; i < rows->size(); i += covered ? 3 : 4) {
        std::array<std::uint8_t, 4> pixel{0, 0, 0, 255};
        std::copy_n(rows->begin() + static_cast<std::ptrdiff_t>(i), covered ? 3 : 4, pixel.begin());
        letters += Letter(pixel.data());
      }
      EXPECT_EQ(letters, wanted);
      const auto frames = Frames(file);
      ASSERT_TRUE(frames);
      ASSERT_EQ(frames->size(), 2U);
      EXPECT_EQ((*frames)[0].canvas, wanted);
    }
  }
}

TEST(Gif, EnlargesTheScreenToNoLaterFrame) {
  const std::string file = Made({.width = 2,
                                 .height = 1,
                                 .palette = kPalette,
                                 .frames = {{.width = 2, .height = 1, .indices = {0, 1}},
                                            {.width = 4, .height = 3, .indices = Solid(4, 3, 2)}}});
  const auto frames = Frames(file);
  ASSERT_TRUE(frames);
  EXPECT_EQ((*frames)[1].canvas, "bb");
  EXPECT_EQ(Gif().probe(AsBytes(file), {})->info.width, 2U);
}

// The screen says 1x1, and the frame lies as far out as it can.
TEST(Gif, HoldsTheLimitsOfTheEnlargedScreen) {
  const std::string file = Made(
      {.width = 1,
       .height = 1,
       .palette = kPalette,
       .frames = {{.left = 65535, .width = 65535, .height = 1, .indices = Solid(65535, 1, 1)}}});
  const auto kind = [&](const Limits& limits) {
    const auto probed = KindOf(Gif().probe(AsBytes(file), limits));
    EXPECT_EQ(probed, KindOf(Gif().open(AsBytes(file), limits, {})));
    EXPECT_EQ(probed, KindOf(Gif().open_frames(AsBytes(file), limits, {})));
    return probed;
  };
  EXPECT_EQ(kind({.max_source_pixels = 131070}), "ok");
  EXPECT_EQ(kind({.max_source_pixels = 131069}), "TooLarge");
  EXPECT_EQ(Rows(file)->size(), 131070U * 4);
  // Both ways, as far as it goes.
  std::string high = file;
  high[high.find(',') + 3] = '\xFF';
  high[high.find(',') + 4] = '\xFF';
  EXPECT_EQ(KindOf(Gif().probe(AsBytes(high), {})), "TooLarge");
  EXPECT_EQ(KindOf(Gif().probe(AsBytes(high), {.max_source_pixels = 131070ULL * 65536})), "ok");
  EXPECT_EQ(KindOf(Gif().probe(AsBytes(high), {.max_source_pixels = 131070ULL * 65536 - 1})),
            "TooLarge");
}

// Rows of an animation that is to become a still need no canvas; its frames do.
TEST(Gif, HoldsItsCanvasesAgainstTheLimit) {
  for (const bool restored : {false, true}) {
    MadeGif gif{.width = 300, .height = 200, .palette = kPalette};
    for (int i = 0; i < 2; ++i) {
      gif.frames.push_back({.width = 300,
                            .height = 200,
                            .indices = Solid(300, 200, 1),
                            .disposal = restored ? 3 : 1});
    }
    const std::string file = Made(gif);
    const std::uint64_t canvases = 300ULL * 200 * 4 * (restored ? 2 : 1);
    const auto kind = [&](std::uint64_t bytes) {
      const Limits limits{.max_working_bytes = bytes, .max_animation_pixels = 1};
      EXPECT_EQ(KindOf(Gif().open(AsBytes(file), limits, {})), "ok");
      return KindOf(Gif().open_frames(AsBytes(file), limits, {}));
    };
    EXPECT_EQ(kind(canvases), "ok");
    EXPECT_EQ(kind(canvases - 1), "TooLarge");
  }
}

TEST(Gif, EndsAnAnimationAtADamagedFrame) {
  MadeGif gif = Animation(30, 30, 3);
  std::string file = Made(gif);
  const std::size_t second = file.find(',', file.find(',') + 20 + 30 * 30 / 4);
  ASSERT_NE(second, std::string::npos);
  file[second + 10] = 12;  // bits of a code: no such GIF
  EXPECT_TRUE(Rows(file));
  const auto frames = Frames(file);
  ASSERT_TRUE(frames);
  EXPECT_LT(frames->size(), 3U);
}

TEST(Gif, IsSniffedByItsSignature) {
  EXPECT_EQ(Sniff(AsBytes("GIF87a")), &Gif());
  EXPECT_EQ(Sniff(AsBytes("GIF89a;")), &Gif());
  for (const std::string_view other : {"", "GIF", "GIF88a", "gif89a", "xGIF89a"}) {
    EXPECT_FALSE(Gif().sniff(AsBytes(other)));
  }
}

}  // namespace
}  // namespace whittle::codec
