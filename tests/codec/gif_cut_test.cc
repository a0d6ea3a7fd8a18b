// GIF files that end too early, at every length, beside a plain decoder that knows only how much of
// the first frame a part of the file has.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/codec/decode.h"
#include "tests/codec/gif_files.h"

namespace whittle::codec {
namespace {

const Codec& Gif() { return *ByName("gif"); }

const std::vector<GifRgb> kPalette = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {7, 8, 9}};

std::vector<std::uint8_t> Random(int count) {
  std::minstd_rand random(7);
  std::vector<std::uint8_t> indices(static_cast<std::size_t>(count));
  for (auto& index : indices) index = static_cast<std::uint8_t>(random() % 4);
  return indices;
}

// Offset of the first frame's sub-blocks: behind its descriptor and the size of its codes.
std::size_t DataAt(const std::string& file) { return file.find(',') + 11; }

// Indices that the sub-blocks from `at` on have, by the book (GIF89a, appendix F), for four
// colours.
std::vector<std::uint8_t> PlainIndices(const std::string& file, std::size_t at) {
  std::vector<std::uint8_t> bytes;
  while (at < file.size() && file[at] != 0) {
    const std::size_t length = static_cast<std::uint8_t>(file[at++]);
    for (std::size_t i = 0; i < length && at < file.size(); ++i) {
      bytes.push_back(static_cast<std::uint8_t>(file[at++]));
    }
  }
  std::vector<std::uint8_t> indices;
  std::vector<std::vector<std::uint8_t>> strings;
  std::vector<std::uint8_t> last;
  std::size_t bit = 0;
  std::size_t size = 3;
  const auto clear = [&] {
    strings = {{0}, {1}, {2}, {3}, {}, {}};
    last.clear();
    size = 3;
  };
  clear();
  while (bit + size <= 8 * bytes.size()) {
    std::size_t code = 0;
    for (std::size_t i = 0; i < size; ++i, ++bit) {
      code |= static_cast<std::size_t>(bytes[bit / 8] >> bit % 8 & 1) << i;
    }
    if (code == 5) break;
    if (code == 4) {
      clear();
      continue;
    }
    std::vector<std::uint8_t> string = code < strings.size() ? strings[code] : last;
    if (code >= strings.size()) string.push_back(last[0]);
    if (!last.empty() && strings.size() < 4096) {
      last.push_back(string[0]);
      strings.push_back(last);
    }
    if (strings.size() == std::size_t{1} << size && size < 12) ++size;
    indices.insert(indices.end(), string.begin(), string.end());
    last = string;
  }
  return indices;
}

using Pixel = std::array<int, 4>;

// The frame as it is to be shown when only the first `lines` lines of it are there.
std::vector<Pixel> Expected4(const MadeFrame& frame, int lines) {
  std::vector<int> order;
  for (int y = 0; y < frame.height; ++y) order.push_back(y);
  if (frame.interlaced) {
    const auto pass = [](int y) { return y % 8 == 0 ? 0 : y % 8 == 4 ? 1 : y % 4 == 2 ? 2 : 3; };
    std::ranges::sort(order, {}, [&](int y) { return std::pair(pass(y), y); });
  }
  order.resize(static_cast<std::size_t>(lines));
  const auto pixel = [&](int x, int y) {
    const int index = frame.indices[static_cast<std::size_t>(y * frame.width + x)];
    if (index == frame.transparent) return Pixel{};
    const GifRgb& c = kPalette[static_cast<std::size_t>(index)];
    return Pixel{c[0], c[1], c[2], 255};
  };
  Pixel mean{};
  int opaque = 0;
  for (int x = 0; x < frame.width; ++x) {
    const Pixel p = pixel(x, order.back());
    opaque += p[3] / 255;
    for (std::size_t c = 0; c < 3; ++c) mean[c] += p[c];
  }
  const bool shown = 2 * opaque >= frame.width;
  for (std::size_t c = 0; c < 3; ++c) {
    mean[c] = shown ? (mean[c] + opaque / 2) / opaque : 0;
  }
  mean[3] = shown ? 255 : 0;
  std::vector<Pixel> pixels;
  for (int y = 0; y < frame.height; ++y) {
    // The nearest row above that is there, within the eight that the first pass stands for.
    int from = y;
    const int lowest = frame.interlaced ? y / 8 * 8 : y;
    while (from >= lowest && std::ranges::find(order, from) == order.end()) --from;
    for (int x = 0; x < frame.width; ++x) {
      pixels.push_back(from < lowest ? mean : pixel(x, from));
    }
  }
  return pixels;
}

std::vector<Pixel> PixelsOf(const Rows& rows) {
  std::vector<Pixel> pixels;
  for (int y = 0; y < rows.height; ++y) {
    for (int x = 0; x < rows.width; ++x) {
      Pixel pixel{0, 0, 0, 255};
      for (int c = 0; c < Channels(rows.format); ++c) {
        pixel[static_cast<std::size_t>(c)] = rows.Sample(x, y, c);
      }
      pixels.push_back(pixel);
    }
  }
  return pixels;
}

struct Cut {
  std::vector<Pixel> pixels;  // nothing where nothing was shown
  bool truncated = false;
};

Cut ByRows(const std::string& file, int batch) {
  const auto source = Gif().open(AsBytes(file), {}, {});
  if (!source) return {};
  const auto rows = ReadRows(**source, batch);
  if (!rows) {
    EXPECT_EQ(rows.error().kind, ErrorKind::kUndecodable);
    return {};
  }
  return {PixelsOf(*rows), (*source)->truncated()};
}

Cut ByFrames(const std::string& file) {
  const auto source = Gif().open_frames(AsBytes(file), {}, {});
  if (!source) return {};
  const auto frame = (*source)->Next();
  if (!frame) {
    EXPECT_EQ(frame.error().kind, ErrorKind::kUndecodable);
    return {};
  }
  const pixel::ConstRowSpan& canvas = (*frame)->canvas;
  Rows rows = BlankRows(canvas.width, canvas.rows, canvas.format);
  for (int y = 0; y < canvas.rows; ++y) {
    std::copy_n(canvas.row(y), canvas.row_bytes(), rows.Span(y, 1).row(0));
  }
  return {PixelsOf(rows), (*source)->truncated()};
}

TEST(GifCut, ShowsTheLinesThatAreThere) {
  for (const bool interlaced : {false, true}) {
    for (const int transparent : {-1, 2}) {
      for (const auto& [width, height] : {std::pair{21, 19}, {40, 8}, {3, 33}}) {
        const MadeFrame frame{.width = width,
                              .height = height,
                              .indices = Random(width * height),
                              .transparent = transparent,
                              .interlaced = interlaced};
        const std::string file =
            Made({.width = width, .height = height, .palette = kPalette, .frames = {frame}});
        int most = 0;
        for (std::size_t length = 0; length <= file.size(); ++length) {
          SCOPED_TRACE(testing::Message() << width << 'x' << height << interlaced << transparent
                                          << " cut to " << length << " of " << file.size());
          const std::string part = file.substr(0, length);
          const auto there = PlainIndices(part, DataAt(file)).size();
          const int lines = static_cast<int>(there) / width;
          most = std::max(most, lines);
          const Cut rows = ByRows(part, 5);
          const Cut frames = ByFrames(part);
          ASSERT_EQ(rows.pixels, lines == 0 ? std::vector<Pixel>() : Expected4(frame, lines));
          ASSERT_EQ(frames.pixels, rows.pixels);
          ASSERT_EQ(rows.truncated, lines > 0 && lines < height);
          ASSERT_EQ(frames.truncated, rows.truncated);
          ASSERT_EQ(ByRows(part, 100).pixels, rows.pixels);
        }
        EXPECT_EQ(most, height);
      }
    }
  }
}

// Beside the frame the canvas stays transparent.
TEST(GifCut, FillsTheFrameOnly) {
  const MadeFrame frame{
      .left = 2, .top = 1, .width = 9, .height = 20, .indices = Random(180), .interlaced = false};
  const std::string file =
      Made({.width = 12, .height = 23, .palette = kPalette, .frames = {frame}});
  const std::string part = file.substr(0, DataAt(file) + 20);
  const auto lines = static_cast<int>(PlainIndices(part, DataAt(file)).size()) / 9;
  ASSERT_GT(lines, 2);
  ASSERT_LT(lines, 15);
  const std::vector<Pixel> inside = Expected4(frame, lines);
  std::vector<Pixel> wanted;
  for (int y = 0; y < 23; ++y) {
    for (int x = 0; x < 12; ++x) {
      const bool in = x >= 2 && x < 11 && y >= 1 && y < 21;
      wanted.push_back(in ? inside[static_cast<std::size_t>((y - 1) * 9 + x - 2)] : Pixel{});
    }
  }
  EXPECT_EQ(ByRows(part, 7).pixels, wanted);
  EXPECT_EQ(ByFrames(part).pixels, wanted);
}

// All sub-blocks, and in them the code for the end, but not all pixels: Chromium shows these too.
TEST(GifCut, ShowsAFrameOfTooFewPixels) {
  MadeFrame frame{.width = 20, .height = 10, .indices = Random(200)};
  const std::string whole =
      Made({.width = 20, .height = 10, .palette = kPalette, .frames = {frame}});
  MadeFrame half = frame;
  half.height = 5;
  half.indices.resize(100);
  std::string file = Made({.width = 20, .height = 10, .palette = kPalette, .frames = {half, half}});
  file[file.find(',') + 7] = 10;  // the first frame's height
  EXPECT_EQ(ByRows(file, 4).pixels, Expected4(frame, 5));
  EXPECT_TRUE(ByRows(file, 4).truncated);
  EXPECT_EQ(ByFrames(file).pixels, Expected4(frame, 5));
  EXPECT_TRUE(ByFrames(file).truncated);
  EXPECT_FALSE(ByFrames(whole).truncated);
}

struct Played {
  std::vector<std::vector<Pixel>> frames;
  bool truncated = false;
};

Played Play(const std::string& file, const Limits& limits = {}) {
  const auto source = Gif().open_frames(AsBytes(file), limits, {});
  if (!source) return {};
  Played played;
  while (true) {
    const auto frame = (*source)->Next();
    played.truncated = (*source)->truncated();
    if (!frame || !*frame) return played;
    std::vector<Pixel> pixels;
    for (int y = 0; y < (*frame)->canvas.rows; ++y) {
      for (int x = 0; x < (*frame)->canvas.width; ++x) {
        const std::uint8_t* p = (*frame)->canvas.row(y) + 4 * x;
        pixels.push_back({p[0], p[1], p[2], p[3]});
      }
    }
    played.frames.push_back(pixels);
  }
}

MadeGif Animation() {
  MadeGif gif{.width = 11, .height = 9, .palette = kPalette};
  for (int i = 0; i < 3; ++i) {
    gif.frames.push_back(
        {.width = 11, .height = 9, .indices = Random(99), .interlaced = i % 2 == 1});
  }
  return gif;
}

TEST(GifCut, KeepsWholeFramesOfAnAnimation) {
  const std::string file = Made(Animation());
  const Played whole = Play(file);
  ASSERT_EQ(whole.frames.size(), 3U);
  EXPECT_FALSE(whole.truncated);
  std::array<std::size_t, 4> ends{};  // of what has so many whole frames
  std::size_t most = 0;
  for (std::size_t length = 0; length <= file.size(); ++length) {
    const Played part = Play(file.substr(0, length));
    ASSERT_GE(part.frames.size(), most) << length;
    if (part.frames.size() > most) ends[part.frames.size()] = length;
    most = part.frames.size();
    for (std::size_t i = 1; i < most; ++i) ASSERT_EQ(part.frames[i], whole.frames[i]) << length;
  }
  EXPECT_EQ(most, 3U);
  EXPECT_EQ(ends[3], file.size() - 1);  // all but the trailer
  // Between two frames nothing is known to be missing; amid one it is, and with a still as well,
  // since it would move if all were there.
  const std::size_t first = ends[2] - (ends[3] - ends[2]);
  for (const auto& [length, frames, truncated] : {std::tuple{ends[3], 3U, false},
                                                  {ends[3] - 1, 2U, true},
                                                  {ends[2] + 1, 2U, true},
                                                  {ends[2], 2U, false},
                                                  {ends[2] - 1, 1U, true},
                                                  {ends[2] - 9, 1U, true}}) {
    ASSERT_GT(length, first);
    const std::string part = file.substr(0, length);
    EXPECT_EQ(Play(part).frames.size(), frames) << length;
    EXPECT_EQ(Play(part).truncated, truncated) << length;
    EXPECT_EQ(ByRows(part, 9).truncated, truncated && frames == 1) << length;
    EXPECT_EQ(Gif().probe(AsBytes(part), {})->info.frames, frames);
  }
}

// What is left out because of a limit is not missing.
TEST(GifCut, IsNotWhatALimitLeavesOut) {
  const std::string file = Made(Animation());
  const std::string part = file.substr(0, file.size() - 9);
  EXPECT_TRUE(Play(part).truncated);
  EXPECT_EQ(Play(part, {.max_frames = 2}).frames.size(), 2U);
  EXPECT_FALSE(Play(part, {.max_frames = 2}).truncated);
}

// Damage is like an end: the lines before it are shown, as in Chromium, of the first frame; an
// animation ends before another that has it.
TEST(GifCut, ShowsTheLinesBeforeAnImpossibleCode) {
  const MadeGif gif = Animation();
  const std::string file = Made(gif);
  const std::size_t second = file.find(',', DataAt(file) + 30);
  for (const std::size_t data : {DataAt(file), second + 11}) {
    const bool first = data == DataAt(file);
    std::string damaged = file;
    // Ones are codes that are not yet known.
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(data + 8), 12, '\xFF');
    const Played played = Play(damaged);
    EXPECT_TRUE(played.truncated);
    ASSERT_EQ(played.frames.size(), first ? 3U : 1U);
    const Cut rows = ByRows(damaged, 3);
    EXPECT_EQ(rows.truncated, first);
    EXPECT_EQ(rows.pixels, played.frames[0]);
    const std::string part = damaged.substr(0, data + 8);
    const int lines = first ? static_cast<int>(PlainIndices(part, data).size()) / 11 : 9;
    EXPECT_GT(lines, 0);
    EXPECT_EQ(rows.pixels, Expected4(gif.frames[0], lines));
  }
}

// Before the first line is whole there is nothing to show.
TEST(GifCut, IsUndecodableWithAnImpossibleCodeInItsFirstLine) {
  std::string file = Made(Animation());
  std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(DataAt(file) + 2), 12, '\xFF');
  EXPECT_TRUE(ByRows(file, 3).pixels.empty());
  EXPECT_TRUE(Play(file).frames.empty());
}

// Filling a frame of any size is work that a few bytes must not ask for.
TEST(GifCut, IsUndecodableWhereALargeFrameHasNextToNoData) {
  const MadeFrame frame{.width = 5000, .height = 2, .indices = Random(10'000)};
  std::string file = Made({.width = 1, .height = 1, .palette = kPalette, .frames = {frame}});
  const auto at = file.find(',') + 7;
  file[at] = '\x88';
  file[at + 1] = '\x13';  // 5000 rows, of which two are there
  for (const bool whole : {true, false}) {
    const auto header = Gif().probe(AsBytes(file), {});
    ASSERT_FALSE(header);
    EXPECT_EQ(header.error().kind, whole ? ErrorKind::kTooLarge : ErrorKind::kUndecodable);
    file.resize(file.size() - 2);
  }
}

TEST(GifCut, StopsWhileItFillsIn) {
  const MadeFrame frame{.width = 40, .height = 400, .indices = Random(16'000), .interlaced = true};
  const std::string file =
      Made({.width = 40, .height = 400, .palette = kPalette, .frames = {frame}});
  const std::string part = file.substr(0, DataAt(file) + 1000);
  std::stop_source stop;
  const auto rows = *Gif().open(AsBytes(part), {}, stop.get_token());
  const auto frames = *Gif().open_frames(AsBytes(part), {}, stop.get_token());
  stop.request_stop();
  const auto read = ReadRows(*rows, 8);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::kCancelled);
  const auto next = frames->Next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().kind, ErrorKind::kCancelled);
}

}  // namespace
}  // namespace whittle::codec
