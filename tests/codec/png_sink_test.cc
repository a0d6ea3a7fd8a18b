// PNG encoding: what is written is what was meant, in the form that takes fewest bytes.
#include <gtest/gtest.h>

#include <set>
#include <stop_token>

#include "codec/png/filter.h"
#include "codec/png/image.h"
#include "codec/png/sink.h"
#include "tests/codec/made_icc.h"
#include "tests/codec/png_files.h"

namespace whittle::codec {
namespace {

using pixel::PixelFormat;

const Codec& Png() { return *ByName("png"); }

Bytes Written(const Rows& rows, const EncodeSpec& spec = {}) { return *Encode(Png(), rows, spec); }

// Depth and colour type as the file has them.
std::pair<int, int> ShapeOf(const Bytes& file) { return {file.data()[24], file.data()[25]}; }

Rows Made(int width, int height, PixelFormat format, auto&& sample) {
  Rows rows = BlankRows(width, height, format);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < Channels(format); ++c) rows.Set(x, y, c, sample(x, y, c));
    }
  }
  return rows;
}

// Of red, green, blue and alpha in 8 bits.
double MeanDifference(const Rows& a, const Rows& b) {
  double sum = 0;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      const auto i = static_cast<std::size_t>(x);
      const std::uint32_t p = PngRgbaAt(a.Span(y, 1).data, i, a.format);
      const std::uint32_t q = PngRgbaAt(b.Span(y, 1).data, i, b.format);
      for (const int shift : {0, 8, 16, 24}) {
        sum += std::abs(static_cast<int>(p >> shift & 255) - static_cast<int>(q >> shift & 255));
      }
    }
  }
  return sum / (4.0 * a.width * a.height);
}

TEST(PngSink, KeepsEverySampleAtEveryEffortAndSize) {
  for (const PixelFormat format : Png().writes) {
    for (const auto [width, height] : {std::pair(1, 1), {2, 9}, {9, 2}, {33, 20}}) {
      for (int effort = 0; effort <= 10; ++effort) {
        for (const bool interlaced : {false, true}) {
          const Rows rows = PhotoRows(width, height, format);
          const Bytes file = Written(rows, {.effort = effort, .progressive = interlaced});
          const Rows back = ReadByLibpng(file.view());
          ASSERT_EQ(back.width, width);
          for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
              EXPECT_EQ(PngRgbaAt(back.Span(y, 1).data, static_cast<std::size_t>(x), back.format),
                        PngRgbaAt(rows.Span(y, 1).data, static_cast<std::size_t>(x), format))
                  << int(format) << " " << effort << " at " << x << "," << y;
            }
          }
          if (back.format == format) EXPECT_EQ(back, rows);
          EXPECT_EQ(Png().probe(file.view(), {})->info.progressive, interlaced);
        }
      }
    }
  }
}

TEST(PngSink, DropsWhatSaysNothing) {
  const auto many = [](int x, int y, int) { return (x * 7 + y * 31) % 256; };
  // 256 greys would suit a palette, too; grey itself is no larger.
  EXPECT_EQ(ShapeOf(Written(Made(64, 64, PixelFormat::kRgb8, many))).second, 0);
  EXPECT_EQ(ShapeOf(Written(Made(64, 64, PixelFormat::kGrey16,
                                 [&](int x, int y, int c) { return many(x, y, c) * 257; }))),
            std::pair(8, 0));
  EXPECT_EQ(ShapeOf(Written(PhotoRows(64, 64, PixelFormat::kRgb16))), std::pair(16, 2));
  Rows opaque = PhotoRows(64, 64, PixelFormat::kRgba8);
  EXPECT_EQ(ShapeOf(Written(opaque)), std::pair(8, 6));
  for (int i = 0; i < 64 * 64; ++i) opaque.Set(i % 64, i / 64, 3, 255);
  EXPECT_EQ(ShapeOf(Written(opaque)), std::pair(8, 2));
  opaque.Set(63, 63, 3, 254);
  EXPECT_EQ(ShapeOf(Written(opaque)), std::pair(8, 6));
}

TEST(PngSink, FewColoursBecomeAPaletteOfTheSmallestDepth) {
  for (const auto [colours, depth] :
       {std::pair(2, 1), {3, 2}, {4, 2}, {5, 4}, {16, 4}, {17, 8}, {256, 8}}) {
    const Rows rows = Made(80, 80, PixelFormat::kRgba8, [colours](int x, int y, int c) {
      const int i = (x * 3 + y * 5) % colours;
      return c == 0 ? i : c == 1 ? 255 - i : c == 2 ? 9 : i % 2 == 0 ? 255 : i % 128;
    });
    const Bytes file = Written(rows);
    EXPECT_EQ(ShapeOf(file), std::pair(depth, 3)) << colours;
    EXPECT_EQ(*DecodeRows(file.view()), rows) << colours;
  }
}

TEST(PngSink, AProfileKeepsItsKindOfColour) {
  const Rows grey = Made(64, 64, PixelFormat::kRgb8, [](int x, int y, int) { return x + y; });
  const std::string rgb_icc = MadeIcc(500, "RGB ");
  const std::string grey_icc = MadeIcc(500, "GRAY");
  EXPECT_NE(ShapeOf(Written(grey, {.icc = AsBytes(rgb_icc)})).second & PNG_COLOR_MASK_COLOR, 0);
  const Rows two = Made(64, 64, PixelFormat::kGrey8, [](int x, int, int) { return x % 2 * 255; });
  EXPECT_EQ(ShapeOf(Written(two)).second, 3);
  EXPECT_EQ(ShapeOf(Written(two, {.icc = AsBytes(grey_icc)})).second, 0);
}

// Above that libimagequant takes too much: then all colours stay.
TEST(PngSink, QuantisesUpToSixteenMegapixels) {
  for (const int width : {4000, 4001}) {
    const Rows rows = Made(width, 4000, PixelFormat::kGrey8,
                           [](int x, int y, int) { return x / 64 % 2 * 100 + y / 64 % 2 * 50; });
    const auto header = *Png().probe(Written(rows, {.effort = 0, .colours = 2}).view(), {});
    EXPECT_EQ(header.info.colours == 2, width == 4000) << header.info.colours;
  }
}

TEST(PngSink, QuantisesWhereAsked) {
  for (const PixelFormat format : Png().writes) {
    for (const int colours : {2, 7, 64, 256}) {
      const Rows rows = PhotoRows(90, 70, format);
      const Bytes file = Written(rows, {.colours = colours});
      const auto header = *Png().probe(file.view(), {});
      EXPECT_GE(header.info.colours, 2U);
      EXPECT_LE(header.info.colours, static_cast<unsigned>(colours));
      const Rows back = *DecodeRows(file.view());
      std::set<std::uint32_t> met;
      for (int i = 0; i < 90 * 70; ++i) {
        met.insert(
            PngRgbaAt(back.Span(i / 90, 1).data, static_cast<std::size_t>(i % 90), back.format));
      }
      EXPECT_LE(met.size(), static_cast<std::size_t>(colours));
      if (colours == 256) EXPECT_LT(MeanDifference(back, rows), 12);
      EXPECT_EQ(AsText(Written(rows, {.colours = colours}).view()), AsText(file.view()));
    }
  }
  const Rows three =
      Made(50, 50, PixelFormat::kRgb8, [](int x, int, int c) { return x % 3 * 40 + c; });
  EXPECT_EQ(*DecodeRows(Written(three, {.colours = 3}).view()), three);  // enough as they are
}

TEST(PngSink, StreamsWhatIsTooLargeToBeHeld) {
  const Rows rows = Made(6000, 1900, PixelFormat::kRgb8,  // 34 MB
                         [](int x, int y, int c) { return x * 3 + y * (c + 1); });
  const Bytes file = Written(rows, {.preset = Preset::kFast});
  EXPECT_EQ(*DecodeRows(file.view()), rows);
  const Rows wide = Made(3000, 1500, PixelFormat::kRgba16,
                         [](int x, int y, int c) { return x * 21 + y * (c + 1); });
  EXPECT_EQ(*DecodeRows(Written(wide, {.preset = Preset::kFast}).view()), wide);
}

TEST(PngSink, HoldsExactly32MiB) {
  // Only what is held can become a palette.
  EXPECT_EQ(ShapeOf(Written(BlankRows(4096, 2048, PixelFormat::kRgba8))).second, 3);
  EXPECT_EQ(ShapeOf(Written(BlankRows(4096, 2049, PixelFormat::kRgba8))).second, 6);
}

TEST(PngSink, StreamsStopAndTakeTheirRowsOnce) {
  std::stop_source stop;
  const Rows rows = PhotoRows(20, 10, PixelFormat::kRgb8);
  const auto kind = [](const auto& outcome) {
    return std::string(outcome ? "ok" : Name(outcome.error().kind));
  };
  const auto sink = *CreatePngStream({.width = 20, .height = 10, .stop = stop.get_token()});
  EXPECT_EQ(kind(sink->Write(rows.Span(0, 4))), "ok");
  stop.request_stop();
  EXPECT_EQ(kind(sink->Write(rows.Span(4, 4))), "Cancelled");
  EXPECT_EQ(kind(sink->Finish()), "Internal");
  const auto short_of = *CreatePngStream({.width = 20, .height = 10});
  EXPECT_EQ(kind(short_of->Write(rows.Span(0, 9))), "ok");
  EXPECT_EQ(kind(short_of->Finish()), "Internal");
  const auto too_many = *CreatePngStream({.width = 20, .height = 9});
  EXPECT_EQ(kind(too_many->Write(rows.Span(0, 10))), "Internal");
  const auto twice = *CreatePngStream({.width = 20, .height = 10});
  EXPECT_EQ(kind(twice->Write(rows.Span(0, 10))), "ok");
  EXPECT_EQ(kind(twice->Finish()), "ok");
  EXPECT_EQ(kind(twice->Finish()), "Internal");
}

// The specification's formulas, sample by sample.
TEST(PngFilter, DoesWhatTheSpecificationSays) {
  const Rows rows = PhotoRows(13, 11, PixelFormat::kRgb8);
  for (const auto filters : {PngFilters::kNone, PngFilters::kUp, PngFilters::kPaeth,
                             PngFilters::kSmallest, PngFilters::kEntropy}) {
    PngImage image = *ReducedPng(rows.Span(0, 11), PngKind::kAny, {});
    ASSERT_TRUE(FilterPng(image, filters, {}));
    const auto at = [&rows](int y, int i) {
      return y < 0 || i < 0 ? 0 : int{rows.Span(y, 1).data[i]};
    };
    for (int y = 0; y < 11; ++y) {
      const std::uint8_t* row = image.rows.data() + y * 40;
      ASSERT_LE(row[0], 4);
      for (int i = 0; i < 39; ++i) {
        const int a = at(y, i - 3);
        const int b = at(y - 1, i);
        const int c = i < 3 ? 0 : at(y - 1, i - 3);
        const int p = a + b - c;
        const int pa = std::abs(p - a);
        const int pb = std::abs(p - b);
        const int pc = std::abs(p - c);
        const int paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
        const int guess[] = {0, a, b, (a + b) / 2, paeth};
        EXPECT_EQ(row[1 + i], static_cast<std::uint8_t>(at(y, i) - guess[row[0]]));
      }
    }
  }
}

// Each step goes through all of the picture, which may be 32 MiB.
TEST(PngImage, EachStepIsStopped) {
  std::stop_source source;
  source.request_stop();
  const std::stop_token stop = source.get_token();
  const auto is_stopped = [](const auto& outcome) {
    return !outcome && outcome.error().kind == ErrorKind::kCancelled;
  };
  const Rows photo = PhotoRows(13, 11, PixelFormat::kRgb8);
  const Rows few = BlankRows(40, 40, PixelFormat::kRgba8, 255);
  PngImage image = *PlainPng(photo.Span(0, 11), {});
  const auto colours = *ColoursOf(few.Span(0, 40), 256, {});
  EXPECT_TRUE(is_stopped(PlainPng(photo.Span(0, 11), stop)));
  EXPECT_TRUE(is_stopped(ReducedPng(photo.Span(0, 11), PngKind::kAny, stop)));
  EXPECT_TRUE(is_stopped(ColoursOf(few.Span(0, 40), 256, stop)));
  EXPECT_TRUE(is_stopped(IndexedPng(few.Span(0, 40), *colours, stop)));
  EXPECT_TRUE(is_stopped(QuantisedPng(photo.Span(0, 11), 16, 8, stop)));
  EXPECT_TRUE(is_stopped(FilterPng(image, PngFilters::kUp, stop)));
  EXPECT_TRUE(is_stopped(InterlacePng(image, stop)));
  PngImage packed = *IndexedPng(few.Span(0, 40), *colours, {});
  EXPECT_TRUE(is_stopped(PackIndices(packed, std::vector<std::uint8_t>(1600), stop)));
}

TEST(PngStream, IsStoppedWithinARow) {
  std::stop_source stop;
  const auto sink = *CreatePngStream({.width = 100'000, .height = 2, .stop = stop.get_token()});
  const Rows noise = Made(100'000, 2, PixelFormat::kRgb8, [](int x, int y, int c) {
    const auto at = static_cast<unsigned>(x);
    const auto seed = at * 7919 + static_cast<unsigned>(y) * 31 + static_cast<unsigned>(c) * 101;
    return static_cast<int>(seed * at >> 5 & 255);
  });
  ASSERT_TRUE(sink->Write(noise.Span(0, 1)));
  stop.request_stop();
  const auto rest = sink->Write(noise.Span(1, 1));
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().kind, ErrorKind::kCancelled);
}

}  // namespace
}  // namespace whittle::codec
