// WebP files that end too early or whose sizes lie: what is there of a picture, and nothing else.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/codec/webp_files.h"

namespace whittle::codec {
namespace {

// Rows from the top that both have.
int CommonRows(const test::Picture& a, const test::Picture& b) {
  const auto stride = static_cast<std::size_t>(a.width * a.channels);
  int rows = 0;
  while (rows < a.height &&
         std::equal(a.samples.begin() + static_cast<std::ptrdiff_t>(stride) * rows,
                    a.samples.begin() + static_cast<std::ptrdiff_t>(stride) * (rows + 1),
                    b.samples.begin() + static_cast<std::ptrdiff_t>(stride) * rows)) {
    ++rows;
  }
  return rows;
}

// `whole` as it is to look when only `rows` rows of it are there.
test::Picture FilledIn(test::Picture whole, int rows) {
  for (int c = 0; c < whole.channels; ++c) {
    int sum = 0;
    for (int x = 0; x < whole.width; ++x) sum += whole.at(x, rows - 1, c);
    for (int y = rows; y < whole.height; ++y) {
      for (int x = 0; x < whole.width; ++x) {
        whole.at(x, y, c) = static_cast<std::uint8_t>((sum + whole.width / 2) / whole.width);
      }
    }
  }
  return whole;
}

struct Shown {
  std::vector<test::Picture> pictures;  // one of rows, three of planes
  bool truncated = false;
};

Expected<Shown> ByRows(ByteView file, int batch = 8) {
  WHITTLE_TRY(const auto source, Webp().open(file, {}, {}));
  Shown shown{{test::Blank(source->width(), source->height(), Channels(source->format()), 77)}};
  test::Picture& picture = shown.pictures[0];
  for (int y = 0; y < picture.height;) {
    WHITTLE_TRY(const int got,
                source->Read(WebpRows(picture, y, std::min(batch, picture.height - y))));
    y += got;
  }
  shown.truncated = source->truncated();
  return shown;
}

Expected<Shown> ByPlanes(ByteView file, bool to_shrink) {
  const auto open = to_shrink ? Webp().open_planes_to_shrink : Webp().open_planes;
  WHITTLE_TRY(const auto source, open(file, {}, {}));
  Shown shown{std::vector<test::Picture>(kPlanes)};
  while (true) {
    WHITTLE_TRY(const PlaneBands bands, source->Read());
    shown.truncated = source->truncated();
    if (bands[0].rows == 0) return shown;
    for (std::size_t p = 0; p < kPlanes; ++p) {
      test::Picture& plane = shown.pictures[p];
      plane.width = bands[p].width;
      plane.channels = 1;
      plane.height += bands[p].rows;
      for (int y = 0; y < bands[p].rows; ++y) {
        plane.samples.insert(plane.samples.end(), bands[p].row(y),
                             bands[p].row(y) + bands[p].width);
      }
    }
  }
}

Bytes Encoded(bool lossless, int channels, int width = 61, int height = 90) {
  const test::Picture picture =
      channels == 4 ? Translucent(width, height) : test::Noise(width, height);
  return *EncodeWebpFile(picture, {.lossless = lossless});
}

TEST(WebpCut, ShowsTheRowsThatAreThere) {
  for (const bool lossless : {false, true}) {
    for (const int channels : {3, 4}) {
      const Bytes file = Encoded(lossless, channels);
      const test::Picture whole = ByRows(file.view())->pictures[0];
      int most = 0;
      for (std::size_t size = 0; size < file.size(); size += size + 29 < file.size() ? 23 : 1) {
        SCOPED_TRACE(testing::Message() << lossless << channels << " cut to " << size);
        const ByteView part = file.view().first(size);
        const auto shown = ByRows(part);
        if (!shown) {
          ASSERT_EQ(KindOf(shown), "Undecodable");
          ASSERT_EQ(most, 0);
          continue;
        }
        const int rows = CommonRows(shown->pictures[0], whole);
        ASSERT_GE(rows, std::max(most, 1));
        most = rows;
        ASSERT_EQ(shown->truncated, rows < whole.height);
        ASSERT_EQ(shown->pictures[0].samples, FilledIn(whole, rows).samples);
        for (const int batch : {1, 33, 90}) {
          ASSERT_EQ(ByRows(part, batch)->pictures[0].samples, shown->pictures[0].samples);
        }
        if (lossless || channels == 4) continue;
        // As planes it ends at the same row, whether smoothed or not.
        const auto wholes = ByPlanes(file.view(), false);
        const auto planes = ByPlanes(part, false);
        const auto shrunk = ByPlanes(part, true);
        ASSERT_EQ(planes->truncated, shown->truncated);
        ASSERT_EQ(shrunk->truncated, shown->truncated);
        for (std::size_t p = 0; p < kPlanes; ++p) {
          const int there = p == 0 ? rows : (rows + 1) / 2;
          ASSERT_EQ(planes->pictures[p].samples, FilledIn(wholes->pictures[p], there).samples);
          if (rows < whole.height) {
            ASSERT_EQ(shrunk->pictures[p].samples, planes->pictures[p].samples);
          }
        }
      }
      EXPECT_GE(most, whole.height * 3 / 4);
    }
  }
}

TEST(WebpCut, GivesTheSameEveryTime) {
  for (const bool lossless : {false, true}) {
    const Bytes file = Encoded(lossless, 3, 300, 200);
    const ByteView part = file.view().first(file.size() * 2 / 3);
    const auto first = ByRows(part);
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->truncated);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(ByRows(part)->pictures[0].samples, first->pictures[0].samples);
    }
  }
}

// The last byte of a chunk of odd size only makes it even.
TEST(WebpCut, ThatLacksOnlyTheEvenByteIsWhole) {
  int odd = 0;
  for (int height = 20; height < 40; ++height) {
    const Bytes file = Encoded(height % 2 != 0, 3, 40, height);
    const bool padded = (file.data()[16] & 1) != 0;
    const auto whole = ByRows(file.view());
    const auto part = ByRows(file.view().first(file.size() - 1));
    ASSERT_TRUE(part);
    if (!padded) continue;
    ++odd;
    EXPECT_FALSE(part->truncated);
    EXPECT_EQ(part->pictures[0].samples, whole->pictures[0].samples);
  }
  EXPECT_GT(odd, 3);
}

Bytes WithRiffSize(const Bytes& file, std::uint32_t size) {
  Bytes other = Bytes::CopyOf(file.view());
  for (std::size_t i = 0; i < 4; ++i) {
    other.data()[4 + i] = static_cast<std::uint8_t>(size >> (8 * i));
  }
  return other;
}

// Pictures of two frames.
Bytes Animation(bool lossless) {
  const auto sink = *Webp().create_frames(
      {.width = 40, .height = 30, .format = pixel::PixelFormat::kRgba8, .lossless = lossless});
  for (unsigned seed = 1; seed <= 3; ++seed) {
    test::Picture picture = Translucent(40, 30, seed);
    EXPECT_TRUE(sink->Write({.canvas = WebpRows(picture, 0, 30), .duration = 50}));
  }
  return *sink->Finish();
}

struct Played {
  std::vector<std::string> frames;
  bool truncated = false;
};

Expected<Played> Play(ByteView file, const Limits& limits = {}) {
  WHITTLE_TRY(const auto source, Webp().open_frames(file, limits, {}));
  Played played;
  while (true) {
    WHITTLE_TRY(const auto frame, source->Next());
    played.truncated = source->truncated();
    if (!frame) return played;
    std::string pixels;
    for (int y = 0; y < frame->canvas.rows; ++y) {
      pixels += AsText({frame->canvas.row(y), frame->canvas.row_bytes()});
    }
    played.frames.push_back(pixels);
  }
}

TEST(WebpCut, IsNotAFileThatOnlySaysAnotherSize) {
  const std::string xmp = "<x:xmpmeta/>";
  for (const bool lossless : {false, true}) {
    for (const int channels : {3, 4}) {
      test::Picture picture = Translucent(40, 30);
      if (channels == 3) picture = test::Photo(40, 30);
      const Bytes plain = *EncodeWebpFile(picture, {.lossless = lossless});
      const Bytes extended = *EncodeWebpFile(picture, {.lossless = lossless, .xmp = AsBytes(xmp)});
      for (const Bytes* file : {&plain, &extended}) {
        const auto right = static_cast<std::uint32_t>(file->size() - 8);
        for (const std::uint32_t size : {right + 2, right + 1000, right - 20, right / 2, 22U, 0U,
                                         1U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
          SCOPED_TRACE(testing::Message() << lossless << channels << ' ' << size);
          const Bytes other = WithRiffSize(*file, size);
          const auto shown = ByRows(other.view());
          ASSERT_TRUE(shown) << shown.error().detail;
          EXPECT_FALSE(shown->truncated);
          EXPECT_EQ(shown->pictures[0].samples, ByRows(file->view())->pictures[0].samples);
        }
      }
      // Behind the picture there is only what a result would not have.
      const Bytes longer = WithRiffSize(extended, static_cast<std::uint32_t>(extended.size()));
      EXPECT_EQ(AsText(Webp().metadata(longer.view(), {}).xmp.view()), xmp);
      const ByteView cut = extended.view().first(extended.size() - 4);
      EXPECT_FALSE(ByRows(cut)->truncated);
      EXPECT_TRUE(Webp().metadata(cut, {}).xmp.empty());
    }
    const Bytes animation = Animation(lossless);
    const auto whole = Play(animation.view());
    for (const std::uint32_t size : {static_cast<std::uint32_t>(animation.size()), 60U, 0U}) {
      const auto played = Play(WithRiffSize(animation, size).view());
      ASSERT_TRUE(played) << played.error().detail;
      EXPECT_EQ(played->frames, whole->frames);
      EXPECT_FALSE(played->truncated);
    }
  }
}

TEST(WebpCut, KeepsWholeFramesOfAnAnimation) {
  const Bytes file = Animation(true);
  const auto whole = Play(file.view());
  ASSERT_EQ(whole->frames.size(), 3U);
  EXPECT_FALSE(whole->truncated);
  std::size_t most = 0;
  for (std::size_t size = 0; size < file.size(); ++size) {
    const ByteView part = file.view().first(size);
    const auto header = Webp().probe(part, {});
    const auto played = Play(part);
    ASSERT_EQ(header.has_value(), played.has_value());
    if (!played) {
      ASSERT_EQ(KindOf(played), "Undecodable");
      ASSERT_EQ(KindOf(ByRows(part)), "Undecodable");
      ASSERT_EQ(most, 0U);
      continue;
    }
    ASSERT_EQ(header->info.frames, played->frames.size());
    ASSERT_GE(played->frames.size(), std::max<std::size_t>(most, 1));
    // Where one ends and the next has not begun, nothing is known to be missing.
    const bool between = played->frames.size() > most;
    most = played->frames.size();
    for (std::size_t i = 0; i < most; ++i) ASSERT_EQ(played->frames[i], whole->frames[i]);
    ASSERT_EQ(played->truncated, !between) << size;
    // One that is left is no still.
    ASSERT_EQ(ByRows(part)->truncated, !between && most == 1) << size;
  }
  EXPECT_EQ(most, 2U);
  const ByteView part = file.view().first(file.size() - 9);
  EXPECT_TRUE(Play(part)->truncated);
  EXPECT_TRUE(Play(part, {.max_frames = 3})->truncated);
  EXPECT_FALSE(Play(part, {.max_frames = 2})->truncated);  // the third was not asked for
  EXPECT_EQ(Play(part, {.max_frames = 2})->frames.size(), 2U);
}

// A copy of the file is held, with the sizes that it should have.
TEST(WebpCut, CountsItsCopy) {
  for (const bool lossless : {false, true}) {
    const Bytes file = Encoded(lossless, 3, 200, 200);
    const ByteView part = file.view().first((file.size() - 500) & ~std::size_t{1});
    const std::uint64_t whole = Webp().probe(file.view(), {})->decode_bytes;
    const std::uint64_t needed = Webp().probe(part, {})->decode_bytes;
    EXPECT_EQ(needed, whole + part.size());
    const auto kind = [&](std::uint64_t bytes) {
      const Limits limits{.max_working_bytes = bytes};
      EXPECT_EQ(KindOf(Webp().probe(part, limits)), KindOf(Webp().open(part, limits, {})));
      return KindOf(Webp().probe(part, limits));
    };
    EXPECT_EQ(kind(needed), "ok");
    EXPECT_EQ(kind(needed - 1), "TooLarge");
    EXPECT_EQ(kind(part.size()), "TooLarge");
    // Before it is copied.
    EXPECT_EQ(Webp().probe(part, {.max_working_bytes = part.size()}).error().detail,
              "no room to mend the file");
  }
}

// Damage that makes data end early is no cut: who wrote the file meant it to be whole.
TEST(WebpCut, IsNotAPictureThatEndsEarlyInASoundContainer) {
  for (const bool lossless : {false, true}) {
    const Bytes whole = Encoded(lossless, 3);
    const std::size_t size = (whole.size() * 3 / 4) & ~std::size_t{1};
    Bytes file = Bytes::CopyOf(whole.view().first(size));
    for (std::size_t i = 0; i < 4; ++i) {
      file.data()[4 + i] = static_cast<std::uint8_t>((size - 8) >> (8 * i));
      file.data()[16 + i] = static_cast<std::uint8_t>((size - 20) >> (8 * i));
    }
    EXPECT_TRUE(Webp().probe(file.view(), {}));
    EXPECT_EQ(KindOf(ByRows(file.view())), "Undecodable");
  }
}

TEST(WebpCut, StopsWhenAsked) {
  const Bytes file = Encoded(false, 3);
  const ByteView part = file.view().first(file.size() / 2);
  std::stop_source stop;
  const auto source = *Webp().open(part, {}, stop.get_token());
  test::Picture rows = test::Blank(61, 90);
  ASSERT_TRUE(source->Read(WebpRows(rows, 0, 60)));
  EXPECT_TRUE(source->truncated());
  stop.request_stop();
  EXPECT_EQ(KindOf(source->Read(WebpRows(rows, 60, 30))), "Cancelled");
}

// The first canvas is composed at once; its rows are still handed out one by one.
TEST(WebpCut, AnAnimationsFirstCanvasStopsBetweenRows) {
  const Bytes file = Animation(true);
  std::stop_source stop;
  const auto source = *Webp().open(file.view(), {}, stop.get_token());
  test::Picture rows = test::Blank(40, 30, 4);
  ASSERT_EQ(source->Read(WebpRows(rows, 0, 8)), 8);
  stop.request_stop();
  EXPECT_EQ(KindOf(source->Read(WebpRows(rows, 8, 8))), "Cancelled");
}

}  // namespace
}  // namespace whittle::codec
