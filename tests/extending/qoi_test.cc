// QOI from and to bytes made by hand from its specification, and through the whole call, which
// knows of it by a line in a list only.
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

#include "codec/encoder_memory.h"
#include "tests/pipeline/heap_meter.h"
#include "tests/pipeline/jobs.h"
#include "transform/accept.h"
#include "transform/format_words.h"
#include "transform/query.h"

namespace whittle::pipeline {
namespace {

using codec::Rows;
using pixel::PixelFormat;

const codec::Codec& Qoi() { return *codec::ByName("qoi"); }

// A file of `chunks`, with the end mark unless it is to be cut.
Bytes FileOf(std::uint32_t width, std::uint32_t height, std::uint8_t channels,
             std::initializer_list<std::uint8_t> chunks, bool ends = true, std::uint8_t space = 0) {
  Bytes file = Bytes::CopyOf(AsBytes("qoif"));
  for (const std::uint32_t side : {width, height}) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      const auto byte = static_cast<std::uint8_t>(side >> shift);
      file.Append({&byte, 1});
    }
  }
  const std::uint8_t rest[] = {channels, space};
  file.Append(rest);
  file.Append({chunks.begin(), chunks.size()});
  const std::uint8_t end[] = {0, 0, 0, 0, 0, 0, 0, 1};
  if (ends) file.Append(end);
  return file;
}

Params Asked(std::string_view query, std::uint32_t width = 1000) {
  Params params = {.width = width};
  const auto applied = transform::ApplyQuery(query, params);
  EXPECT_TRUE(applied) << query;
  return params;
}

Rows Lossless(ByteView file) {
  auto png = Process(file, MadeTransform(Asked("format=png")), {});
  if (!png) throw std::runtime_error(png.error().detail);
  return *codec::DecodeRows(png->bytes.view());
}

// One of each chunk: the arithmetic wraps around, and places are remembered.
TEST(Qoi, ReadsEveryChunk) {
  const Bytes file = FileOf(5, 2, 4,
                            {0xFE, 10, 0, 250,            // RGB: 10 0 250 255
                             0x40 | 3 << 4 | 0 << 2 | 3,  // DIFF +1 -2 +1: 11 254 251 255
                             0x80 | (32 + 10), (8 + 1) << 4 | (8 - 8),    // LUMA +11 +10 +2
                             0xC0 | 1,                                    // RUN of 2
                             0xFF, 1, 2, 3, 4,                            // RGBA
                             (22 * 3 + 8 * 5 + 253 * 7 + 255 * 11) % 64,  // INDEX: the third
                             0xC0 | 2});                                  // RUN of 3
  const auto rows = codec::DecodeRows(file.view());
  ASSERT_TRUE(rows) << rows.error().detail;
  const std::vector<std::uint8_t> wanted = {
      10, 0, 250, 255, 11, 254, 251, 255, 22, 8, 253, 255, 22, 8, 253, 255, 22, 8, 253, 255,
      1,  2, 3,   4,   22, 8,   253, 255, 22, 8, 253, 255, 22, 8, 253, 255, 22, 8, 253, 255};
  EXPECT_EQ(rows->bytes, wanted);
}

TEST(Qoi, WritesWhatItReads) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba8}) {
    Rows flat = codec::BlankRows(200, 3, format, 255);  // runs beyond the longest
    Rows noise = codec::BlankRows(61, 40, format);
    noise.bytes = test::Noise(61, 40, pixel::Channels(format)).samples;
    for (const Rows& rows : {flat, noise, codec::PhotoRows(99, 70, format)}) {
      const auto file = codec::Encode(Qoi(), rows);
      ASSERT_TRUE(file);
      EXPECT_EQ(*codec::DecodeRows(file->view()), rows);
    }
  }
  const Bytes run = *codec::Encode(Qoi(), codec::BlankRows(62, 1, PixelFormat::kRgb8));
  EXPECT_EQ(run.size(), 14U + 1 + 8) << "62 black pixels are one byte";
  EXPECT_EQ(codec::Encode(Qoi(), codec::BlankRows(63, 1, PixelFormat::kRgb8))->size(), 24U);
}

TEST(Qoi, GoesThroughTheWholeCall) {
  const Bytes png = MadeFile("png", 80, 60, PixelFormat::kRgba8);
  EXPECT_EQ(Asked("format=qoi").format, Format::kQoi);
  EXPECT_EQ(transform::FormatNamed("qoi"), Format::kQoi);
  const auto qoi = Process(png.view(), MadeTransform(Asked("format=qoi")), {});
  ASSERT_TRUE(qoi);
  EXPECT_EQ(qoi->mime, "image/qoi");
  EXPECT_EQ(codec::Sniff(qoi->bytes.view()), &Qoi());
  EXPECT_EQ(Probe(qoi->bytes.view(), {})->format, "qoi");
  EXPECT_EQ(Lossless(qoi->bytes.view()), Lossless(png.view()));
  const auto smaller = Process(qoi->bytes.view(), MadeTransform({.width = 40}), {});
  ASSERT_TRUE(smaller);
  EXPECT_EQ(smaller->mime, "image/qoi") << "its own format, where none is asked for";
  EXPECT_EQ(smaller->width, 40U);
  EXPECT_NE(MadeTransform(Asked("format=qoi")).Canonical().find("format=qoi"), std::string::npos);
}

// Linear light of a quarter is the code 137.
TEST(Qoi, LinearColoursBecomeSrgb) {
  const auto shown = [](std::uint8_t space) {
    const Bytes file = FileOf(1, 1, 3, {0xFE, 64, 64, 64}, true, space);
    return *codec::DecodeRows(
        Process(file.view(), MadeTransform(Asked("format=png&profile=srgb")), {})->bytes.view());
  };
  EXPECT_EQ(shown(0).Sample(0, 0, 0), 64);
  EXPECT_NEAR(shown(1).Sample(0, 0, 0), 137, 1);
}

TEST(Qoi, RefusesWhatIsNone) {
  const auto error_of = [](const Bytes& file, const Limits& limits = {}) {
    const auto header = Qoi().probe(file.view(), limits);
    return header ? ErrorKind::kInternal : header.error().kind;
  };
  EXPECT_EQ(error_of(FileOf(0, 5, 3, {})), ErrorKind::kUndecodable);
  EXPECT_EQ(error_of(FileOf(5, 0, 3, {})), ErrorKind::kUndecodable);
  EXPECT_EQ(error_of(FileOf(5, 5, 2, {})), ErrorKind::kUndecodable);
  EXPECT_EQ(error_of(FileOf(5, 5, 5, {})), ErrorKind::kUndecodable);
  EXPECT_EQ(error_of(FileOf(5, 5, 3, {}, true, 2)), ErrorKind::kUndecodable);
  EXPECT_EQ(error_of(FileOf(UINT32_MAX, UINT32_MAX, 3, {})), ErrorKind::kTooLarge);
  const Bytes file = FileOf(6, 5, 3, {0xC0 | 29});
  EXPECT_TRUE(Qoi().probe(file.view(), {.max_source_pixels = 30}));
  EXPECT_EQ(error_of(file, {.max_source_pixels = 29}), ErrorKind::kTooLarge);
  EXPECT_TRUE(Qoi().probe(file.view(), {.max_source_bytes = file.size()}));
  EXPECT_EQ(error_of(file, {.max_source_bytes = file.size() - 1}), ErrorKind::kTooLarge);
  EXPECT_FALSE(Qoi().create({.width = 65536, .height = 1}));
  EXPECT_TRUE(Qoi().create({.width = 65535, .height = 1}));
}

TEST(Qoi, OfACutFileShowsWhatIsThere) {
  const Bytes none = FileOf(4, 3, 3, {0xC0 | 2});
  EXPECT_EQ(codec::DecodeRows(none.view()).error().kind, ErrorKind::kUndecodable);
  const Bytes cut = FileOf(2, 4, 3, {0xFE, 10, 20, 30, 0xFE, 20, 40, 50, 0xC0});
  for (const int batch : {1, 2, 4}) {
    const auto source = *Qoi().open(cut.view(), {}, {});
    const auto rows = codec::ReadRows(*source, batch);
    ASSERT_TRUE(rows);
    EXPECT_TRUE(source->truncated());
    EXPECT_EQ(rows->height, 4);
    EXPECT_EQ(rows->Sample(1, 0, 1), 40);
    for (int y = 1; y < 4; ++y) EXPECT_EQ(rows->Sample(1, y, 1), 30) << batch << ": the mean";
  }
}

// Data that never fails: every byte begins a chunk. No file of so few bytes has many rows.
TEST(Qoi, ReadsNothingBehindTheEnd) {
  Bytes file = MadeFile("qoi", 40, 30, PixelFormat::kRgba8);
  for (std::size_t size = 0; size < file.size(); ++size) {
    const Bytes cut = Bytes::CopyOf(file.view().first(size));  // whose end a sanitizer watches
    const auto rows = codec::DecodeRows(cut.view());
    if (rows) EXPECT_EQ(rows->height, 30);
  }
}

TEST(Qoi, Stops) {
  std::stop_source stop;
  const Rows photo = codec::PhotoRows(40, 30, PixelFormat::kRgb8);
  const Bytes file = *codec::Encode(Qoi(), photo);
  const auto source = *Qoi().open(file.view(), {}, stop.get_token());
  const auto sink = *Qoi().create({.width = 40, .height = 30, .stop = stop.get_token()});
  Rows rows = photo;
  EXPECT_TRUE(source->Read(rows.Span(0, 8)));
  EXPECT_TRUE(sink->Write(photo.Span(0, 8)));
  stop.request_stop();
  EXPECT_EQ(source->Read(rows.Span(0, 8)).error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(sink->Write(photo.Span(8, 8)).error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(sink->Finish().error().kind, ErrorKind::kCancelled);
}

// Noise takes the largest file.
TEST(Qoi, ItsPlanCountsWhatItHolds) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba8}) {
    Rows noise = codec::BlankRows(500, 400, format);
    noise.bytes = test::Noise(500, 400, pixel::Channels(format)).samples;
    const Bytes file = *codec::Encode(Qoi(), noise);
    const Params params = {.width = 500};
    const Plan plan = PlanOf(file.view(), params);
    EXPECT_EQ(plan.output.codec, &Qoi());
    const codec::EncodeSpec spec = ResultOf(plan, MadeTransform(params));
    EXPECT_GE(plan.working_bytes, Qoi().encoder_memory(spec).most);
    if (!test::MeasuresHeap()) continue;
    const test::HeapPeak peak;
    ASSERT_TRUE(codec::Encode(Qoi(), noise));
    EXPECT_LE(peak.bytes(), Qoi().encoder_memory(spec).most);
    EXPECT_GE(2 * peak.bytes(), Qoi().encoder_memory(spec).most) << "a wild guess";
  }
}

}  // namespace
}  // namespace whittle::pipeline
