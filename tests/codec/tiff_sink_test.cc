// What is written as TIFF is read again to the last bit, by us and by libtiff itself.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "codec/registry.h"
#include "tests/codec/made_icc.h"
#include "tests/codec/tiff_files.h"

namespace whittle::codec {
namespace {

using pixel::PixelFormat;

const Codec& Tiff() { return *ByName("tiff"); }

std::vector<std::uint8_t> Noise(std::size_t size) {
  std::minstd_rand random(5);
  std::vector<std::uint8_t> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() >> 9);
  return bytes;
}

Expected<Bytes> Encode(const std::vector<std::uint8_t>& samples, EncodeSpec spec, int batch = 9) {
  const auto stride = static_cast<std::size_t>(spec.width * PixelBytes(spec.format));
  WHITTLE_TRY(const auto sink, Tiff().create(spec));
  const pixel::ConstRowSpan all{samples.data(), stride, spec.width, spec.height, spec.format};
  for (int y = 0; y < spec.height; y += batch) {
    WHITTLE_CHECK(sink->Write(all.Slice(y, std::min(batch, spec.height - y))));
  }
  return sink->Finish();
}

TEST(TiffSink, IsExactInEveryFormatAndSize) {
  for (const auto format : Tiff().writes) {
    for (const auto [width, height] : {std::pair{1, 1}, {7, 63}, {31, 64}, {5, 129}}) {
      const auto stride = static_cast<std::size_t>(width * PixelBytes(format));
      const auto samples = Noise(stride * static_cast<std::size_t>(height));
      const auto file = Encode(samples, {.width = width, .height = height, .format = format});
      ASSERT_TRUE(file) << file.error().detail;
      const auto header = Tiff().probe(file->view(), {});
      ASSERT_TRUE(header);
      ASSERT_EQ(header->format, format);
      EXPECT_EQ(header->info.bits, pixel::IsWide(format) ? 16 : 8);
      const auto source = *Tiff().open(file->view(), {}, {});
      std::vector<std::uint8_t> read(samples.size());
      ASSERT_EQ(source->Read({read.data(), stride, width, height, format}), height);
      EXPECT_EQ(read, samples);
    }
  }
}

TEST(TiffSink, GivesLibtiffTheSamePixels) {
  const auto samples = Noise(20 * 70 * 3);
  const auto file = Encode(samples, {.width = 20, .height = 70});
  ASSERT_TRUE(file);
  tiff_memory::Memory memory{std::string(AsText(file->view()))};
  TIFF* tiff = TIFFClientOpen(
      "written", "r", &memory, tiff_memory::Read, tiff_memory::Write, tiff_memory::Seek,
      [](thandle_t) { return 0; },
      [](thandle_t handle) -> toff_t { return tiff_memory::Of(handle).bytes.size(); }, nullptr,
      nullptr);
  ASSERT_NE(tiff, nullptr);
  std::vector<std::uint8_t> row(60);
  for (std::uint32_t y = 0; y < 70; ++y) {
    ASSERT_EQ(TIFFReadScanline(tiff, row.data(), y, 0), 1);
    EXPECT_EQ(std::memcmp(row.data(), samples.data() + y * 60, 60), 0);
  }
  TIFFClose(tiff);
}

TEST(TiffSink, IsTheSameInAnyBatch) {
  const auto samples = Noise(20 * 130 * 3);
  const EncodeSpec spec{.width = 20, .height = 130};
  const Bytes whole = *Encode(samples, spec, 130);
  for (const int batch : {1, 16, 63, 64, 65}) {
    const Bytes file = *Encode(samples, spec, batch);
    EXPECT_EQ(AsText(file.view()), AsText(whole.view()));
  }
}

TEST(TiffSink, EmbedsProfileAndXmp) {
  const std::string icc = MadeIcc(70'001, "RGB ");
  const auto file = Encode(
      Noise(48), {.width = 4, .height = 4, .icc = AsBytes(icc), .xmp = AsBytes("<x:xmpmeta/>")});
  ASSERT_TRUE(file);
  EXPECT_EQ(AsText(Tiff().probe(file->view(), {})->icc.view()), icc);
  EXPECT_EQ(AsText(Tiff().metadata(file->view(), {}).xmp.view()), "<x:xmpmeta/>");
}

TEST(TiffSink, RefusesWhatItCannotHold) {
  EXPECT_FALSE(Tiff().create({.width = 0, .height = 1}));
  EXPECT_FALSE(Tiff().create({.width = 65535, .height = 65535}));
  EXPECT_TRUE(Tiff().create({.width = 65535, .height = 1}));
  EXPECT_TRUE(Tiff().create({.width = 1, .height = 65535}));
  EXPECT_FALSE(Tiff().create({.width = 65536, .height = 1}));
  EXPECT_FALSE(Tiff().create({.width = 1, .height = 65536}));
  EXPECT_TRUE(Tiff().create({.width = 64'000, .height = 62'500, .format = PixelFormat::kGrey8}))
      << "4 billion bytes";
  EXPECT_FALSE(Tiff().create({.width = 64'000, .height = 62'501, .format = PixelFormat::kGrey8}));
  EXPECT_FALSE(Tiff().create({.width = 1, .height = 1, .format = PixelFormat::kCmyk8}));
  const auto samples = Noise(48);
  const auto few = *Tiff().create({.width = 4, .height = 4});
  EXPECT_TRUE(few->Write({samples.data(), 12, 4, 3, PixelFormat::kRgb8}));
  EXPECT_EQ(few->Finish().error().kind, ErrorKind::kInternal);
  EXPECT_FALSE(few->Write({samples.data(), 12, 4, 1, PixelFormat::kRgb8}));
}

}  // namespace
}  // namespace whittle::codec
