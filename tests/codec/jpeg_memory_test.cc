// What JPEG decoders allocate, by malloc's own count, against Header::decode_bytes. (Where a
// sanitizer takes malloc's place nothing is counted, and the upper bound holds by itself.)
#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/codec/decode.h"
#include "tests/codec/planes.h"

namespace whittle::codec {
namespace {

std::uint64_t Allocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// The most that is held after any Read, and before.
std::uint64_t HeldByRows(ByteView file) {
  test::Picture rows = test::Blank(30'000, 16, 4);  // wide enough for all
  const std::uint64_t before = Allocated();
  const auto source = *ByName("jpeg")->open(file, {}, {});
  std::uint64_t most = Allocated() - before;
  while (true) {
    const auto stride = static_cast<std::size_t>(source->width() * Channels(source->format()));
    const auto got =
        source->Read({rows.samples.data(), stride, source->width(), 16, source->format()});
    most = std::max(most, Allocated() - before);
    if (!got || *got == 0) return most;
  }
}

std::uint64_t HeldByPlanes(ByteView file, JpegDecoder decoder) {
  const std::uint64_t before = Allocated();
  UseJpegDecoder(decoder);
  const auto source = *ByName("jpeg")->open_planes(file, {}, {});
  UseJpegDecoder(JpegDecoder::kAuto);
  std::uint64_t most = Allocated() - before;
  while (true) {
    const auto got = source->Read();
    most = std::max(most, Allocated() - before);
    if (!got || (*got)[0].rows == 0) return most;
  }
}

TEST(JpegMemory, IsNoMoreThanTheEstimate) {
  for (const int channels : {1, 3, 4}) {
    const test::Picture photo = test::Photo(1003, 301, channels);
    for (const auto& [h, v] : {std::pair{1, 1}, {2, 2}, {2, 1}, {1, 4}, {4, 2}}) {
      if (channels == 4 && h * v > 4) continue;  // K is sampled as luma is: too much for an MCU
      for (const bool progressive : {false, true}) {
        const Bytes file =
            test::EncodeJpeg(photo, {.h_sampling = h, .v_sampling = v, .progressive = progressive});
        for (const bool cut : {false, true}) {
          SCOPED_TRACE(testing::Message() << channels << h << v << progressive << cut);
          const ByteView view = file.view().first(cut ? file.size() * 2 / 3 : file.size());
          const Header header = *ByName("jpeg")->probe(view, {});
          const std::uint64_t rows = HeldByRows(view);
          EXPECT_LE(rows, header.decode_bytes);
          if (rows != 0) EXPECT_GE(3 * rows + (256 << 10), header.decode_bytes) << "a wild guess";
          if (!header.planes) continue;
          for (const JpegDecoder decoder : {JpegDecoder::kAuto, JpegDecoder::kTurbo}) {
            EXPECT_LE(HeldByPlanes(view, decoder), header.decode_bytes);
          }
        }
      }
    }
  }
}

// Where the tables count for little.
TEST(JpegMemory, OfWidePicturesIsNoMoreThanTheEstimate) {
  for (const int channels : {1, 3, 4}) {
    const test::Picture wide = test::Blank(30'000, 20, channels, 99);
    for (const auto& [h, v] : {std::pair{1, 1}, {2, 2}, {1, 4}, {4, 1}}) {
      SCOPED_TRACE(testing::Message() << channels << h << v);
      const Bytes file = test::EncodeJpeg(wide, {.h_sampling = h, .v_sampling = v});
      const Header header = *ByName("jpeg")->probe(file.view(), {});
      EXPECT_LE(HeldByRows(file.view()), header.decode_bytes);
      if (!header.planes) continue;
      EXPECT_LE(HeldByPlanes(file.view(), JpegDecoder::kAuto), header.decode_bytes);
      EXPECT_LE(HeldByPlanes(file.view(), JpegDecoder::kTurbo), header.decode_bytes);
    }
  }
}

// By its definition: with several scans all coefficients are held, 128 bytes a block.
TEST(JpegMemory, OfSeveralScansIsThatOfAllCoefficients) {
  const auto needed = [](int width, int height, bool progressive) {
    const Bytes file = test::EncodeJpeg(
        test::Blank(width, height), {.h_sampling = 2, .v_sampling = 2, .progressive = progressive});
    return ByName("jpeg")->probe(file.view(), {})->decode_bytes;
  };
  // 100x50 MCUs of six blocks.
  const std::uint64_t coefficients = 100 * 50 * 6 * 128;
  const std::uint64_t more = needed(1600, 800, true) - needed(1600, 800, false);
  EXPECT_GE(more, coefficients);
  EXPECT_LE(more, coefficients * 11 / 10);
}

}  // namespace
}  // namespace whittle::codec
