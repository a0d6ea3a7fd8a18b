// JPEG XL files that end too early: what is there is shown, and said to be cut.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "codec/jxl/decoder.h"
#include "codec/jxl/missing.h"
#include "pixel/aligned.h"
#include "tests/codec/cut_files.h"
#include "tests/codec/jxl_files.h"

namespace whittle::codec {

extern const Codec kJxl;

namespace {

using pixel::PixelFormat;

TEST(CutJxl, ALossyPictureIsShownBlurred) {
  const test::Picture picture = test::Photo(600, 500);
  const Bytes file =
      *EncodeSamples(kJxl, SamplesOf(picture, PixelFormat::kRgb8), {.quality = 80}, 16);
  double last = 1000;
  for (const std::size_t percent : {99U, 80U, 60U, 40U}) {
    const ByteView part = file.view().first(file.size() * percent / 100);
    const Shown cut = ReadAll(kJxl, part);
    ASSERT_TRUE(cut.rows) << percent << cut.rows.error().detail;
    EXPECT_TRUE(cut.truncated);
    const double mean = test::Compare(cut.rows->Colour(), picture).mean;
    EXPECT_LT(mean, 25) << percent;
    if (percent == 99) last = mean;
    EXPECT_GE(mean, last * 0.9) << percent;
    EXPECT_EQ(ReadAll(kJxl, part, 3).rows->bytes, cut.rows->bytes);
  }
  EXPECT_FALSE(ReadAll(kJxl, file.view()).truncated);
  EXPECT_EQ(KindOf(ReadAll(kJxl, file.view().first(file.size() / 50)).rows), "Undecodable");
}

// Groups of 256x256 come one after the other.
TEST(CutJxl, ALosslessPictureShowsItsGroups) {
  const SampleRows rows = SamplesOf(test::Noise(600, 500), PixelFormat::kRgb8);
  const Bytes file = *EncodeSamples(kJxl, rows, {.effort = 1, .lossless = true}, 16);
  const Shown cut = ReadAll(kJxl, file.view().first(file.size() * 7 / 10));
  ASSERT_TRUE(cut.rows) << cut.rows.error().detail;
  EXPECT_TRUE(cut.truncated);
  int there = 0, filled = 0;
  for (const int y : {10, 300}) {
    for (const int x : {10, 300, 590}) {
      const bool same =
          cut.rows->at(x, y, 0) == rows.at(x, y, 0) && cut.rows->at(x, y, 1) == rows.at(x, y, 1);
      there += same;
      filled += !same && std::abs(cut.rows->at(x, y, 0) - 127) < 20;
    }
  }
  EXPECT_GE(there, 2);
  EXPECT_GE(filled, 1);
  EXPECT_EQ(there + filled, 6);
  EXPECT_EQ(KindOf(ReadAll(kJxl, file.view().first(file.size() / 20)).rows), "Undecodable");
}

// What was a JPEG is kept as lossy pictures are, and its black is black.
TEST(CutJxl, ARecompressedJpegKeepsItsBlack) {
  test::Picture picture = test::Photo(600, 500);
  for (int y = 0; y < 500; ++y) {
    for (int x = 0; x < 256; ++x) {
      for (int c = 0; c < 3; ++c) picture.at(x, y, c) = 0;
    }
  }
  const Bytes jpeg = test::EncodeJpeg(picture);
  JxlFile made;
  ASSERT_EQ(JxlEncoderStoreJPEGMetadata(made.get(), JXL_TRUE), JXL_ENC_SUCCESS);
  ASSERT_EQ(JxlEncoderAddJPEGFrame(made.NewFrame(), jpeg.data(), jpeg.size()), JXL_ENC_SUCCESS);
  const Bytes file = made.Finish();
  const Shown cut = ReadAll(kJxl, file.view().first(file.size() * 8 / 10));
  ASSERT_TRUE(cut.rows) << cut.rows.error().detail;
  EXPECT_TRUE(cut.truncated);
  for (const int y : {20, 200, 480}) EXPECT_EQ(cut.rows->at(60, y, 1), 0) << y;
}

// libjxl draws these in planes of its own, which it does not clear: what has not come yet would be
// whatever was in that memory.
TEST(CutJxl, WhatIsNotDrawnInPlaceIsNotShown) {
  const test::Picture picture = test::Photo(600, 500, 4);
  const auto kind = [&](PixelFormat format, bool lossless) {
    const Bytes file = *EncodeSamples(kJxl, SamplesOf(picture, format),
                                      {.quality = 80, .effort = 1, .lossless = lossless}, 16);
    EXPECT_TRUE(ReadAll(kJxl, file.view()).rows);
    return KindOf(ReadAll(kJxl, file.view().first(file.size() * 8 / 10)).rows);
  };
  for (const bool lossless : {false, true}) {
    EXPECT_EQ(kind(PixelFormat::kRgb8, lossless), "ok");
    EXPECT_EQ(kind(PixelFormat::kRgba8, lossless), "ok");
    for (const auto format : {PixelFormat::kGrey8, PixelFormat::kGreyA8, PixelFormat::kGrey16,
                              PixelFormat::kRgb16, PixelFormat::kRgba16}) {
      EXPECT_EQ(kind(format, lossless), "Undecodable") << static_cast<int>(format);
    }
  }
}

// A picture with alpha, of which the header tells all, since it has a name.
Bytes FileOfNamedAlpha() {
  JxlFile file;
  file.info.xsize = 600;
  file.info.ysize = 500;
  file.info.bits_per_sample = file.info.alpha_bits = 8;
  file.info.num_extra_channels = 1;
  file.TakeInfo();
  EXPECT_EQ(JxlEncoderSetExtraChannelName(file.get(), 0, "a", 1), JXL_ENC_SUCCESS);
  const SampleRows rows = SamplesOf(test::Photo(600, 500, 4), PixelFormat::kRgba8);
  file.Add(file.NewFrame(), 4, rows.bytes);
  return file.Finish();
}

bool IsPremultiplied(const Bytes& file) {
  const auto reader =
      JxlReader::Open(file.view(), {}, {}, JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING);
  if (!reader) return false;
  const auto head = (*reader)->ReadHead();
  return head && head->info.alpha_premultiplied == JXL_TRUE && head->info.xsize == 600;
}

// Nor is colour that has to be divided by its alpha. libjxl 0.7 does not write it: a bit of the
// header says so.
TEST(CutJxl, PremultipliedColourIsNotShown) {
  Bytes file = FileOfNamedAlpha();
  const auto kind = [&file] {
    EXPECT_TRUE(ReadAll(kJxl, file.view()).rows);
    return KindOf(ReadAll(kJxl, file.view().first(file.size() * 8 / 10)).rows);
  };
  EXPECT_EQ(kind(), "ok");
  for (std::size_t bit = 0; bit < 400 && !IsPremultiplied(file); ++bit) {
    const auto flip = [&] { file.data()[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8); };
    flip();
    if (!IsPremultiplied(file) || !ReadAll(kJxl, file.view()).rows) flip();
  }
  ASSERT_TRUE(IsPremultiplied(file));
  EXPECT_EQ(kind(), "Undecodable");
}

// Frames of grey are given as colour, but drawn as grey.
TEST(CutJxl, TheFirstFrameOfAGreyAnimationIsNotShown) {
  const auto kind = [](std::uint32_t channels) {
    JxlFile file;
    file.info.xsize = 600;
    file.info.ysize = 500;
    file.info.bits_per_sample = 8;
    file.info.num_color_channels = channels;
    file.info.have_animation = JXL_TRUE;
    file.info.animation.tps_numerator = 10;
    file.info.animation.tps_denominator = 1;
    file.TakeInfo();
    const auto channels_of = static_cast<int>(channels);
    file.Add(file.NewFrame(), channels, test::Photo(600, 500, channels_of).samples);
    const Bytes made = file.Finish();
    const auto first = [](ByteView bytes) { return (*kJxl.open_frames(bytes, {}, {}))->Next(); };
    EXPECT_TRUE(first(made.view()));
    return KindOf(first(made.view().first(made.size() * 8 / 10)));
  };
  EXPECT_EQ(kind(3), "ok");
  EXPECT_EQ(kind(1), "Undecodable");
}

// The frame of `file`, an animation of one, whose header and table of contents begin at byte `at`
// and hold 49 bits, once as one that need not be shown before it is whole (ISO/IEC 18181-1, F.2:
// frame_type 3), and then as it is. libjxl does not write it, and reads 2 bits more there: it takes
// no such frame for the last.
Bytes WithSkippedFrame(const Bytes& file, std::size_t at) {
  constexpr std::size_t kHeadBits = 49, kTypeAt = 1, kIsLastAt = 21;
  std::vector<bool> bits;
  for (std::size_t i = 0; i < kHeadBits; ++i) {
    bits.push_back((file.data()[at + i / 8] >> i % 8 & 1) != 0);
  }
  bits[kTypeAt] = bits[kTypeAt + 1] = true;
  bits.insert(bits.begin() + kIsLastAt + 1, 2, false);
  std::vector<std::uint8_t> head((bits.size() + 7) / 8);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    head[i / 8] = static_cast<std::uint8_t>(head[i / 8] | (bits[i] ? 1U << i % 8 : 0U));
  }
  Bytes made = Bytes::CopyOf(file.view().first(at));
  made.Append(head);
  made.Append(file.view().subspan(at + (kHeadBits + 7) / 8));
  made.Append(file.view().subspan(at));
  return made;
}

// libjxl says that it drew such a frame, though it drew only the groups that came: for the others,
// what was in that memory was shown.
TEST(CutJxl, WhatIsNotDrawnOfAFrameIsBlack) {
  const test::Picture picture = test::Photo(600, 500);
  JxlFile made;
  made.info.xsize = 600;
  made.info.ysize = 500;
  made.info.bits_per_sample = 8;
  made.info.have_animation = JXL_TRUE;
  made.info.animation.tps_numerator = 10;
  made.info.animation.tps_denominator = 1;
  made.TakeInfo();
  JxlEncoderFrameSettings* frame = made.NewFrame();
  JxlFrameHeader header;
  JxlEncoderInitFrameHeader(&header);
  header.duration = 1;
  ASSERT_EQ(JxlEncoderSetFrameHeader(frame, &header), JXL_ENC_SUCCESS);
  ASSERT_EQ(JxlEncoderSetFrameName(frame, "a"), JXL_ENC_SUCCESS);
  made.Add(frame, 3, picture.samples);
  const Bytes file = made.Finish();
  const auto plain = DecodeSamples(kJxl, file.view());
  ASSERT_TRUE(plain);
  Bytes skipped;
  for (std::size_t at = 5; at < 40 && skipped.empty(); ++at) {
    if ((file.data()[at] & 7) != 0) continue;  // an ordinary frame's, with a header of its own
    Bytes tried = WithSkippedFrame(file, at);
    const auto whole = DecodeSamples(kJxl, tried.view());
    if (whole && whole->bytes == plain->bytes) skipped = std::move(tried);
  }
  ASSERT_FALSE(skipped.empty());
  const std::size_t part = file.size() * 8 / 10;
  EXPECT_EQ(KindOf(ReadAll(kJxl, file.view().first(part)).rows), "ok");
  // What might be in that memory. The first of such blocks is not reused, and what nothing lies
  // behind is given back.
  std::unique_ptr<std::uint8_t> behind;
  for (const std::size_t blocks : {1U, 40U}) {
    std::vector<pixel::AlignedBuffer<std::uint8_t>> others(blocks);
    for (auto& other : others) {
      other.Resize(picture.samples.size());
      std::memset(other.data(), 0xA5, picture.samples.size());
    }
    behind = std::make_unique<std::uint8_t>();
  }
  const Shown cut = ReadAll(kJxl, skipped.view().first(part));
  ASSERT_TRUE(cut.rows);
  EXPECT_TRUE(cut.truncated);
  for (int c = 0; c < 3; ++c) EXPECT_EQ(cut.rows->at(599, 499, c), 0);
  EXPECT_EQ(cut.rows->at(10, 10, 1), plain->at(10, 10, 1)) << "its first group is there";
}

TEST(CutJxl, ALaterFrameIsWholeOrLeftOut) {
  auto sink = *kJxl.create_frames({.width = 400, .height = 300, .quality = 70});
  for (const unsigned seed : {1U, 2U}) {
    SampleRows rows = SamplesOf(test::Photo(400, 300, 3, seed), PixelFormat::kRgb8);
    ASSERT_TRUE(sink->Write({rows.Rows(0, 300), 100}));
  }
  const Bytes file = *sink->Finish();
  for (const std::size_t percent : {30U, 45U, 80U, 99U, 100U}) {
    const auto frames = *kJxl.open_frames(file.view().first(file.size() * percent / 100), {}, {});
    int count = 0;
    while (true) {
      const auto frame = frames->Next();
      ASSERT_TRUE(frame) << percent << frame.error().detail;
      if (!*frame) break;
      ++count;
    }
    EXPECT_EQ(count, percent == 100 ? 2 : 1) << percent;
    EXPECT_EQ(frames->truncated(), percent < 100) << percent;
  }
}

TEST(CutJxl, SquaresOfZerosAreMissing) {
  SampleRows rows(300, 260, PixelFormat::kRgb8);
  EXPECT_FALSE(*FillMissing(rows.Rows(0, 260), {}));
  rows.Set(140, 250, 1, 30);  // the second row of squares has something, in its second one
  ASSERT_TRUE(*FillMissing(rows.Rows(0, 260), {}));
  // The mean of that square's last row: nothing.
  EXPECT_EQ(rows.at(0, 0, 1), 0);
  for (int x = 128; x < 256; ++x) rows.Set(x, 255, 1, 60);
  ASSERT_TRUE(*FillMissing(rows.Rows(0, 260), {}));
  EXPECT_EQ(rows.at(0, 0, 1), 60);
  EXPECT_EQ(rows.at(299, 259, 1), 60);
  EXPECT_EQ(rows.at(140, 250, 1), 30);
  EXPECT_EQ(rows.at(130, 130, 1), 0);  // part of a square that is there
}

TEST(CutJxl, FillingStops) {
  SampleRows rows(300, 260, PixelFormat::kRgb8);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(KindOf(FillMissing(rows.Rows(0, 260), stop.get_token())), "Cancelled");
  rows.Set(0, 0, 0, 1);
  EXPECT_EQ(KindOf(FillMissing(rows.Rows(0, 260), stop.get_token())), "Cancelled");
  EXPECT_EQ(rows.at(299, 259, 0), 0);
}

TEST(CutJxl, BelowAWholeRowOfSquaresItsMeanIsTaken) {
  SampleRows rows(200, 300, PixelFormat::kGrey8);
  for (int x = 0; x < 200; ++x) {
    for (int y = 0; y < 128; ++y) rows.Set(x, y, 0, x < 128 ? 100 : 10);
  }
  ASSERT_TRUE(*FillMissing(rows.Rows(0, 300), {}));
  EXPECT_EQ(rows.at(0, 128, 0), 68);  // (128 * 100 + 72 * 10) / 200 = 67.6
  EXPECT_EQ(rows.at(199, 299, 0), 68);
}

}  // namespace
}  // namespace whittle::codec
