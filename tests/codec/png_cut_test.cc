// PNG files that end too early, or whose zlib stream does not end as it should: what is there is
// shown, beside a plain reading by zlib and, for interlaced ones, the blocks of the specification's
// own sample code. Chromium 156 shows the same rows and the same blocks.
#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "codec/inflater.h"
#include "codec/png/interlace.h"
#include "codec/png/rows.h"
#include "tests/codec/png_files.h"

namespace whittle::codec {
namespace {

const Codec& Png() { return *ByName("png"); }

struct Shown {
  Rows rows;
  bool truncated = false;
  bool truncated_at_first = false;  // before any row was read
};

Expected<Shown> Show(ByteView file, const Limits& limits = {}, int batch = 3) {
  WHITTLE_TRY(const auto source, Png().open(file, limits, {}));
  Shown shown{.rows = BlankRows(source->width(), source->height(), source->format(), 0xA5),
              .truncated_at_first = source->truncated()};
  for (int y = 0; y < source->height();) {
    const int most = std::min(batch, source->height() - y);
    WHITTLE_TRY(const int count, source->Read(shown.rows.Span(y, most)));
    y += count;
  }
  shown.truncated = source->truncated();
  return shown;
}

ErrorKind KindOf(ByteView file) {
  const auto shown = Show(file);
  return shown ? ErrorKind::kInternal : shown.error().kind;
}

// The compressed picture of a file, joined.
std::string DataOf(ByteView file) {
  std::string data;
  PngChunks chunks(file);
  while (const auto chunk = chunks.Next()) {
    if (chunk->name == PngName("IDAT")) data += AsText(chunk->body);
  }
  return data;
}

// A file that ends as it should, with other data, in chunks of `piece` bytes.
std::string WithData(const Bytes& file, const std::string& data, std::size_t piece = 8192) {
  const std::string_view text = AsText(file.view());
  std::string made(text.substr(0, text.find("IDAT") - 4));
  for (std::size_t at = 0; at < data.size(); at += piece) {
    made += ChunkOf("IDAT", data.substr(at, piece));
  }
  return made + ChunkOf("IEND", "");
}

// As much as zlib makes of it.
std::string Inflated(std::string data, std::size_t most) {
  std::string out(most, '\0');
  z_stream stream{};
  inflateInit(&stream);
  stream.next_in = reinterpret_cast<Bytef*>(data.data());
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(most);
  inflate(&stream, Z_SYNC_FLUSH);
  out.resize(most - stream.avail_out);
  inflateEnd(&stream);
  return out;
}

// Stored blocks, the last of which says that it is longer than it is.
std::string Stored(const std::string& rows, bool lies) {
  std::string data("\x78\x01");
  constexpr std::size_t kBlock = 500;
  for (std::size_t at = 0; at < rows.size(); at += kBlock) {
    const std::string block = rows.substr(at, kBlock);
    const bool last = at + kBlock >= rows.size();
    const unsigned size = last && lies ? 65535 : static_cast<unsigned>(block.size());
    for (const unsigned byte : {last ? 1U : 0U, size, size >> 8, ~size, ~size >> 8}) {
      data += static_cast<char>(byte);
    }
    data += block;
  }
  const uLong sum = adler32(1, AsBytes(rows).data(), static_cast<uInt>(rows.size()));
  return data + BigEndian32(sum);
}

PngShape ShapeOf(const Bytes& file) { return ParsePng(file.view(), {})->shape; }

// What the passes of a whole picture give when only so many of its filtered bytes are there: blocks
// as in the specification's sample code, which fills them while it reads. -1: nothing.
std::vector<int> SourceOf(const PngShape& shape, std::size_t bytes) {
  constexpr std::array<std::array<std::size_t, 6>, 7> kPasses = {{{0, 0, 8, 8, 8, 8},
                                                                  {4, 0, 8, 8, 4, 8},
                                                                  {0, 4, 4, 8, 4, 4},
                                                                  {2, 0, 4, 4, 2, 4},
                                                                  {0, 2, 2, 4, 2, 2},
                                                                  {1, 0, 2, 2, 1, 2},
                                                                  {0, 1, 1, 2, 1, 1}}};
  std::vector<int> source(std::size_t{shape.width} * shape.height, -1);
  for (const auto& [left, top, across, down, wide, high] : kPasses) {
    const std::size_t count = left < shape.width ? (shape.width - left + across - 1) / across : 0;
    const std::size_t row =
        count == 0 ? 0 : 1 + (count * static_cast<std::size_t>(shape.pixel_bits()) + 7) / 8;
    for (std::size_t y = top; count > 0 && y < shape.height; y += down) {
      if (bytes < row) return source;
      bytes -= row;
      for (std::size_t x = left; x < shape.width; x += across) {
        for (std::size_t by = y; by < std::min<std::size_t>(y + high, shape.height); ++by) {
          for (std::size_t bx = x; bx < std::min<std::size_t>(x + wide, shape.width); ++bx) {
            source[by * shape.width + bx] = static_cast<int>(y * shape.width + x);
          }
        }
      }
    }
  }
  return source;
}

// `whole` as it is to be shown when `bytes` of its filtered rows are there; nothing if not one row.
std::optional<Shown> Wanted(const Rows& whole, const PngShape& shape, std::size_t bytes) {
  Shown wanted{.rows = whole};
  int there =
      static_cast<int>(std::min<std::size_t>(bytes / (shape.row_bytes() + 1), shape.height));
  if (shape.interlaced) {
    const std::vector<int> source = SourceOf(shape, bytes);
    const auto first_missing = std::ranges::find(source, -1) - source.begin();
    there = static_cast<int>(first_missing) / whole.width;
    for (int y = 0; y < there; ++y) {
      for (int x = 0; x < whole.width; ++x) {
        const int from = source[static_cast<std::size_t>(y * whole.width + x)];
        for (int c = 0; c < Channels(whole.format); ++c) {
          wanted.rows.Set(x, y, c, whole.Sample(from % whole.width, from / whole.width, c));
        }
        wanted.truncated = wanted.truncated || from != y * whole.width + x;
      }
    }
  }
  if (there == 0) return std::nullopt;
  wanted.truncated = wanted.truncated || there < whole.height;
  for (int c = 0; c < Channels(whole.format); ++c) {
    std::uint64_t sum = 0;
    for (int x = 0; x < whole.width; ++x) {
      sum += static_cast<unsigned>(wanted.rows.Sample(x, there - 1, c));
    }
    const auto width = static_cast<std::uint64_t>(whole.width);
    const auto mean = static_cast<int>((2 * sum + width) / (2 * width));
    for (int y = there; y < whole.height; ++y) {
      for (int x = 0; x < whole.width; ++x) wanted.rows.Set(x, y, c, mean);
    }
  }
  return wanted;
}

const MadePng kKinds[] = {
    {.colour = PNG_COLOR_TYPE_RGB},
    {.depth = 1, .colour = PNG_COLOR_TYPE_GRAY},
    {.depth = 2, .colour = PNG_COLOR_TYPE_PALETTE},
    {.depth = 4, .colour = PNG_COLOR_TYPE_PALETTE, .trns = 9},
    {.colour = PNG_COLOR_TYPE_GRAY_ALPHA},
    {.depth = 16, .colour = PNG_COLOR_TYPE_RGB},
    {.depth = 16, .colour = PNG_COLOR_TYPE_RGB_ALPHA},
    {.width = 1, .height = 40, .colour = PNG_COLOR_TYPE_RGB_ALPHA},
    {.width = 3, .height = 2, .colour = PNG_COLOR_TYPE_GRAY, .trns = 1},
};

// Every kind, interlaced or not.
void ForEachKind(const std::function<void(const Bytes& file)>& check) {
  for (MadePng made : kKinds) {
    for (const bool interlaced : {false, true}) {
      made.interlaced = interlaced;
      SCOPED_TRACE(testing::Message() << made.colour << " depth " << made.depth << " interlaced "
                                      << interlaced << " width " << made.width);
      check(MakePng(made));
    }
  }
}

TEST(PngCut, ShowsWhatIsThereOfEveryTruncation) {
  ForEachKind([](const Bytes& sound) {
    const Rows whole = ReadByLibpng(sound.view());
    const PngShape shape = ShapeOf(sound);
    const std::string file = WithData(sound, DataOf(sound.view()), 300);
    std::size_t seen[2] = {};
    for (std::size_t size = 33; size < file.size(); ++size) {
      const ByteView cut = AsBytes(file).first(size);
      const auto shown = Show(cut);
      const auto wanted = Wanted(whole, shape, Inflated(DataOf(cut), 1 << 16).size());
      ASSERT_EQ(shown.has_value(), wanted.has_value()) << size;
      if (!shown) {
        EXPECT_EQ(shown.error().kind, ErrorKind::kUndecodable);
        continue;
      }
      ASSERT_EQ(shown->rows, wanted->rows) << size;
      ASSERT_EQ(shown->truncated, wanted->truncated) << size;
      ASSERT_FALSE(shown->truncated_at_first) << size;
      ++seen[shown->truncated ? 1 : 0];
    }
    EXPECT_GE(seen[0], 12U);  // IEND, a CRC, a checksum
    if (shape.height > 2) EXPECT_GE(seen[1], 3U);
  });
}

// Rows that are not there are the same whether asked for one by one or at once, across batches.
TEST(PngCut, FillsInWhateverTheBatch) {
  ForEachKind([](const Bytes& sound) {
    const ByteView half = sound.view().first(sound.size() * 2 / 3);
    const auto one = Show(half, {}, 1);
    for (const int batch : {2, 7, 100}) {
      const auto many = Show(half, {}, batch);
      ASSERT_EQ(one.has_value(), many.has_value());
      if (one) EXPECT_EQ(one->rows, many->rows) << batch;
    }
  });
}

TEST(PngCut, BothWaysGiveTheSame) {
  ForEachKind([](const Bytes& sound) {
    for (std::size_t size = 60; size <= sound.size(); size += 7) {
      const auto png = ParsePng(sound.view().first(size), {});
      if (!png) continue;
      const PngPicture picture{png->bytes, png->shape, png->data};
      const auto quick = OpenPngRows(picture, {});
      const auto slow = OpenPngStreamRows(picture, {});
      for (std::uint32_t y = 0; y < png->shape.height; ++y) {
        const auto a = quick->Next();
        const auto b = slow->Next();
        ASSERT_EQ(a.has_value(), b.has_value()) << size << " row " << y;
        if (!a) break;
        ASSERT_EQ(*a == nullptr, *b == nullptr) << size << " row " << y;
        if (*a != nullptr) ASSERT_EQ(std::memcmp(*a, *b, png->shape.row_bytes()), 0);
      }
    }
  });
}

// Rows and what they are compressed to, with which something is done.
struct End {
  const char* name;
  std::function<std::string(const std::string& data, const std::string& rows)> made;
};

const End kWholeEnds[] = {
    {"without a checksum", [](auto& data, auto&) { return data.substr(0, data.size() - 4); }},
    {"half a checksum", [](auto& data, auto&) { return data.substr(0, data.size() - 2); }},
    {"a zero checksum",
     [](auto& data, auto&) { return data.substr(0, data.size() - 4) + std::string(4, '\0'); }},
    {"a long last block", [](auto&, auto& rows) { return Stored(rows, true); }},
    {"stored", [](auto&, auto& rows) { return Stored(rows, false); }},
    {"bytes behind", [](auto& data, auto&) { return data + "behind"; }},
    {"a row too many", [](auto&, auto& rows) { return Deflated(rows + rows.substr(0, 99)); }},
    {"no last block",
     [](auto&, auto& rows) {
       const std::string all = Stored(rows + "more", false);
       return all.substr(0, all.size() - 8);
     }},
    {"a small window",
     [](auto& data, auto&) {
       std::string small = data;
       small[0] = '\x08';  // 256 bytes, and a check of the two
       small[1] = '\x1D';
       return small;
     }},
};

TEST(PngCut, IsWholeWhateverComesBehindTheLastRow) {
  ForEachKind([](const Bytes& sound) {
    const Rows whole = ReadByLibpng(sound.view());
    const std::string data = DataOf(sound.view());
    const std::string rows = Inflated(data, 1 << 16);
    for (const End& end : kWholeEnds) {
      for (const std::size_t piece : {std::size_t{8192}, data.size() / 2 + 1}) {
        SCOPED_TRACE(end.name);
        const auto shown = Show(AsBytes(WithData(sound, end.made(data, rows), piece)));
        ASSERT_TRUE(shown);
        EXPECT_FALSE(shown->truncated);
        EXPECT_EQ(shown->rows, whole);
      }
    }
  });
}

// A chunk's CRC speaks where zlib's checksum does not: then it is damage, not a cut. It does not
// speak for data that zlib's checksum agrees with, nor where the file ends before it.
TEST(PngCut, WhatWasDamagedOnItsWayIsNoPicture) {
  ForEachKind([](const Bytes& sound) {
    const std::string data = DataOf(sound.view());
    const std::string rows = Inflated(data, 1 << 16);
    const auto last_crc = [](std::string file) {
      file[file.size() - 13] ^= 1;
      return file;
    };
    EXPECT_TRUE(Show(AsBytes(last_crc(WithData(sound, data)))));
    for (const End& end : kWholeEnds) {
      const std::string name = end.name;
      if (name == "stored" || name == "bytes behind" || name == "a small window") continue;
      const std::string file = last_crc(WithData(sound, end.made(data, rows), 40));
      EXPECT_EQ(KindOf(AsBytes(file)), ErrorKind::kUndecodable) << name;
      // Without an end of its own the last chunk cannot be wrong.
      EXPECT_TRUE(Show(AsBytes(file).first(file.size() - 13))) << name;
    }
    // Missing rows, and a chunk before them that is not sound.
    std::string half = WithData(sound, data.substr(0, data.size() / 2), data.size() / 4 + 1);
    half[half.find("IDAT") + 4 + data.size() / 4 + 1] ^= 1;
    EXPECT_EQ(KindOf(AsBytes(half)), ErrorKind::kUndecodable);
  });
}

TEST(PngCut, RowsEndWhereTheDataMakesNoSense) {
  const Bytes sound = MakePng({.width = 19, .height = 13});
  const Rows whole = ReadByLibpng(sound.view());
  const PngShape shape = ShapeOf(sound);
  const std::size_t stride = shape.row_bytes() + 1;
  const std::string rows = Inflated(DataOf(sound.view()), 1 << 16);
  std::string filtered = rows;
  filtered[7 * stride] = 5;
  std::string damaged = Stored(rows, false);
  damaged[2 + 505 + 3] ^= 1;  // the second block's length and its complement differ
  const std::pair<std::string, std::size_t> cases[] = {
      {Deflated(filtered), 7 * stride},                        // no such filter
      {Deflated(rows.substr(0, 9 * stride)), 9 * stride},      // fewer rows, with a checksum
      {Deflated(rows.substr(0, 9 * stride + 4)), 9 * stride},  // and part of one
      {damaged, 500},
  };
  for (const auto& [data, bytes] : cases) {
    const auto shown = Show(AsBytes(WithData(sound, data)));
    ASSERT_TRUE(shown);
    EXPECT_TRUE(shown->truncated);
    EXPECT_EQ(shown->rows, Wanted(whole, shape, bytes)->rows);
  }
  filtered[0] = 5;
  EXPECT_EQ(KindOf(AsBytes(WithData(sound, Deflated(filtered)))), ErrorKind::kUndecodable);
  EXPECT_EQ(KindOf(AsBytes(WithData(sound, "not zlib"))), ErrorKind::kUndecodable);
  EXPECT_EQ(KindOf(AsBytes(WithData(sound, ""))), ErrorKind::kUndecodable);
}

TEST(PngCut, DataEndsWithTheChunksInARow) {
  const Bytes sound = MakePng({.width = 40, .height = 30});
  const std::string rows = Inflated(DataOf(sound.view()), 1 << 16);
  std::string text = WithData(sound, Stored(rows, false), 600);
  text.insert(text.find("IDAT", text.find("IDAT") + 1) - 4, ChunkOf("tEXt", "a"));
  const auto shown = Show(AsBytes(text));
  ASSERT_TRUE(shown);
  EXPECT_TRUE(shown->truncated);
  // zlib's two bytes and the heads of two blocks are among the 600.
  const auto wanted = Wanted(ReadByLibpng(sound.view()), ShapeOf(sound), 600 - 2 - 5 - 5);
  EXPECT_EQ(shown->rows, wanted->rows);
}

// Above what is decompressed at once there is but the one way.
TEST(PngCut, LargePicturesAreShownAsSmallOnes) {
  const Bytes sound = MakePng({.width = 4000, .height = 2900, .filters = PNG_FILTER_NONE});
  const Rows whole = ReadByLibpng(sound.view());
  const std::size_t stride = whole.stride();
  const std::string data = DataOf(sound.view());
  const auto complete = Show(AsBytes(WithData(sound, data.substr(0, data.size() - 4))), {}, 16);
  ASSERT_TRUE(complete);
  EXPECT_FALSE(complete->truncated);
  EXPECT_EQ(complete->rows, whole);
  const ByteView half = sound.view().first(sound.size() / 2);
  const auto cut = Show(half, {}, 16);
  ASSERT_TRUE(cut);
  EXPECT_TRUE(cut->truncated);
  const std::size_t there = Inflated(DataOf(half), 40 << 20).size() / (stride + 1);
  ASSERT_GT(there, 100U);
  ASSERT_LT(there, 2900U);
  const std::uint8_t* rows = cut->rows.bytes.data();
  EXPECT_EQ(std::memcmp(rows, whole.bytes.data(), there * stride), 0);
  for (std::size_t i = there * stride + 3; i < cut->rows.bytes.size(); ++i) {
    ASSERT_EQ(rows[i], rows[i - 3]);
  }
}

// Neither a large picture that is mostly missing nor data that is mostly excess is held whole.
TEST(PngCut, WhatIsMissingOrInExcessCostsNoMemory) {
  const std::string rows(3 * 3000 + 1, '\0');
  const std::string missing = PngOf(3000, 3000, 8, PNG_COLOR_TYPE_RGB, rows);
  EXPECT_LT(Png().probe(AsBytes(missing), {})->decode_bytes, 100'000U);
  EXPECT_TRUE(Show(AsBytes(missing))->truncated);
  std::string excess = PngOf(2, 1, 8, PNG_COLOR_TYPE_RGB, std::string(7, '\0'));
  const std::string data = Deflated(std::string(7, '\0')) + std::string(33 << 20, '\0');
  excess.replace(33, excess.size() - 33 - 12, ChunkOf("IDAT", data));
  const auto header = Png().probe(AsBytes(excess), {.max_source_bytes = excess.size()});
  EXPECT_LT(header->decode_bytes, 100'000U);
}

TEST(PngCut, InflatingStops) {
  const Bytes sound = MakePng({});
  const auto png = *ParsePng(sound.view(), {});
  std::stop_source stop;
  const auto next = [pieces = PngPieces(png.bytes, png.data)]() mutable { return pieces.Next(); };
  Inflater inflater(Inflater::Wrapping::kZlib, next, stop.get_token());
  std::uint8_t bytes[8];
  EXPECT_EQ(*inflater.Fill(bytes, 8), 8U);
  stop.request_stop();
  EXPECT_EQ(inflater.Fill(bytes, 8).error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(inflater.EndsWell().error().kind, ErrorKind::kCancelled);
}

TEST(PngCut, FillingStops) {
  const Bytes sound = MakePng({.interlaced = true});
  const PngShape shape = ShapeOf(sound);
  std::vector<std::uint8_t> frame(shape.row_bytes() * shape.height, 9);
  const std::vector<std::uint8_t> before = frame;
  std::stop_source stop;
  stop.request_stop();
  const auto filled = FillPngFrame(frame.data(), shape, 1, 0, stop.get_token());
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(frame, before);
  EXPECT_EQ(FillPngFrame(frame.data(), shape, 1, 0, {}), shape.height);
}

TEST(PngCut, StopsInEveryWay) {
  for (const bool interlaced : {false, true}) {
    const Bytes sound = MakePng({.interlaced = interlaced});
    const auto png = *ParsePng(sound.view(), {});
    std::stop_source stop;
    const auto quick = OpenPngRows({png.bytes, png.shape, png.data}, stop.get_token());
    const auto slow = OpenPngStreamRows({png.bytes, png.shape, png.data}, stop.get_token());
    ASSERT_TRUE(quick->Next());
    ASSERT_TRUE(slow->Next());
    stop.request_stop();
    for (const auto* rows : {&quick, &slow}) {
      const auto row = (*rows)->Next();
      ASSERT_FALSE(row);
      EXPECT_EQ(row.error().kind, ErrorKind::kCancelled);
    }
  }
}

}  // namespace
}  // namespace whittle::codec
