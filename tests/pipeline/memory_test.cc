// What a job holds, measured from outside, beside what its plan said: never more, and not a wild
// guess either, so that each part of the estimate is seen.
#include <gtest/gtest.h>

#include <string>

#include "codec/encoder_memory.h"
#include "pipeline/workspace.h"
#include "tests/pipeline/heap_meter.h"
#include "tests/pipeline/operation_examples.h"
#include "tests/support/pictures.h"

namespace whittle::pipeline {
namespace {

using pixel::PixelFormat;

struct Memory {
  std::int64_t planned = 0, held = 0;
};

Memory MemoryOf(ByteView file, const Params& params) {
  Memory memory = {.planned = static_cast<std::int64_t>(PlanOf(file, params).working_bytes)};
  const Transform transform = MadeTransform(params);
  EXPECT_TRUE(Process(file, transform, {})) << "what is made once in a program is made now";
  const test::HeapPeak peak;
  const auto result = Process(file, transform, {});
  memory.held = static_cast<std::int64_t>(peak.bytes());
  EXPECT_TRUE(result);
  return memory;
}

class MemoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::MeasuresHeap()) {
      GTEST_SKIP() << "LEFT OUT: a sanitizer's allocator does not tell what it holds";
    }
  }
};

const Sides kPad = {.top = 1, .right = 1, .bottom = 1, .left = 1};

// Ways through a job, and every operation.
std::vector<Params> Ways() {
  std::vector<Params> ways = {
      {.width = 150},
      {.width = 300, .rotate = 90},
      {.width = 300, .flop = true},
      {.width = 300, .blur = 9},
      {.width = 300, .rotate = 90, .blur = 2},
      {.width = 300, .pad = kPad},
      {.width = 300, .max_bytes = 1ULL << 30},
      {.width = 300, .pad = kPad, .max_bytes = 1ULL << 30},
      {.width = 300, .trim = 10},
      {.width = 500, .enlarge = true},
      {.width = 100, .height = 100, .fit = Fit::kCover, .position = Position::kEntropy}};
  for (const OperationExample& example : OperationExamples(kExampleBox)) {
    ways.push_back(example.params);
  }
  return ways;
}

// Raw results cost nothing but themselves, so what is left are decoder and workspace; and beside
// the plain job, what an operation adds.
TEST_F(MemoryTest, OfEachWayIsCounted) {
  constexpr std::int64_t kSlack = 8192;  // headers of blocks, small tables
  for (const PixelFormat rows : {PixelFormat::kRgb8, PixelFormat::kRgba16}) {
    const Bytes file = MadeFile("tiff", 300, 200, rows);
    const Memory whole = MemoryOf(file.view(), {.width = 300, .format = Format::kRaw});
    EXPECT_LE(whole.held, whole.planned);
    Params box = kExampleBox;
    box.format = Format::kRaw;
    const Memory boxed = MemoryOf(file.view(), box);
    for (Params params : Ways()) {
      params.format = Format::kRaw;
      const Memory memory = MemoryOf(file.view(), params);
      const Memory& plain = params.height == box.height ? boxed : whole;
      const std::string what = MadeTransform(params).Canonical();
      EXPECT_LE(memory.held, memory.planned) << what;
      EXPECT_GE(3 * memory.held, memory.planned) << what << ": a wild guess";
      if (params.max_bytes > 0) continue;  // is encoded when its decoder is gone: another sum
      EXPECT_LE(memory.held - plain.held, memory.planned - plain.planned + kSlack) << what;
    }
  }
}

// 3 MB of quotes become 18.
TEST_F(MemoryTest, OfKeptXmpIsCounted) {
  const std::string xmp = "<a b='" + std::string(3'000'000, '"') + "'/>";
  const Bytes file = MadeFile("png", 30, 20, PixelFormat::kRgb8, {.xmp = AsBytes(xmp)});
  const Params params = {.width = 30, .format = Format::kRaw, .keep = Keep::kAll};
  const Memory memory = MemoryOf(file.view(), params);
  EXPECT_LE(memory.held, memory.planned);
  EXPECT_GE(2 * memory.held, memory.planned);
}

// A TIFF structure of 64 KB, all values of which are the same bytes: each tag of cameras that is
// known becomes a copy, in each directory.
std::string OverlappingExif() {
  std::string tiff("II*\0\x08\0\0\0", 8);
  const auto put = [&tiff](std::size_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) tiff += static_cast<char>(value >> 8 * i & 0xFF);
  };
  constexpr unsigned kTags[][2] = {{0x0100, 0x0132}, {0x013B, 0x0140}, {0x8298, 0x829E},
                                   {0x8822, 0x8829}, {0x9000, 0x9292}, {0xA000, 0xA005},
                                   {0xA006, 0xA40D}};
  std::size_t count = 0;
  for (const auto& [from, to] : kTags) count += to - from;
  const std::size_t values = tiff.size() + 2 + 12 * count + 4;
  put(count, 2);
  for (const auto& [from, to] : kTags) {
    for (unsigned tag = from; tag < to; ++tag) {
      const bool leads_on = tag == 0x8769 || tag == 0x8825;
      put(tag, 2);
      put(leads_on ? 4 : 1, 2);
      put(leads_on ? 1 : 65'000 - values, 4);
      put(leads_on ? 8 : values, 4);
    }
  }
  put(0, 4);
  tiff.resize(65'000);
  return tiff;
}

// Twice 14 MB for 64 KB.
TEST_F(MemoryTest, OfExifThatOverlapsIsBounded) {
  const std::string exif = OverlappingExif();
  const Bytes file = MadeFile("png", 30, 20, PixelFormat::kRgb8, {.exif = AsBytes(exif)});
  for (const Keep keep : {Keep::kCopyright, Keep::kAll}) {
    const Limits limits = {.max_icc_bytes = 65'000};
    const Params params = {.width = 30, .format = Format::kRaw, .keep = keep};
    const std::uint64_t planned = PlanOf(file.view(), params, limits).working_bytes;
    const Transform transform = MadeTransform(params);
    EXPECT_TRUE(Process(file.view(), transform, limits));
    const test::HeapPeak peak;
    EXPECT_TRUE(Process(file.view(), transform, limits));
    EXPECT_LE(peak.bytes(), planned);
  }
}

// Both as large as may be.
TEST_F(MemoryTest, OfExifAndXmpIsCounted) {
  const std::size_t most = Limits{}.max_icc_bytes;
  std::string xmp = "<a b='" + std::string(most, '"');
  xmp.replace(most - 3, std::string::npos, "'/>");
  const std::string exif = "II*" + std::string(most - 3, '\0');
  const Bytes file =
      MadeFile("png", 30, 20, PixelFormat::kRgb8, {.exif = AsBytes(exif), .xmp = AsBytes(xmp)});
  for (const Keep keep : {Keep::kCopyright, Keep::kAll}) {
    const Params params = {.width = 30, .format = Format::kRaw, .keep = keep};
    const Memory memory = MemoryOf(file.view(), params);
    EXPECT_LE(memory.held, memory.planned);
    EXPECT_GE(2 * memory.held, memory.planned);
  }
}

TEST_F(MemoryTest, OfPlanesIsCounted) {
  for (const int orientation : {1, 6}) {
    const Bytes file = EncodeJpeg(test::Photo(600, 400),
                                  {.h_sampling = 2, .v_sampling = 2, .orientation = orientation});
    for (const Params& params :
         {Params{.width = 300, .preset = Preset::kFast}, Params{.width = 300},
          Params{.width = 300, .auto_quality = true},
          Params{.width = 300, .progressive = true, .preset = Preset::kFast}}) {
      ASSERT_TRUE(PlanOf(file.view(), params).planes);
      const Memory memory = MemoryOf(file.view(), params);
      EXPECT_LE(memory.held, memory.planned) << MadeTransform(params).Canonical();
      EXPECT_GE(4 * memory.held, memory.planned) << MadeTransform(params).Canonical();
    }
  }
}

// Once a lossless WebP held five times of what was planned, and a GIF three times. (libjxl asks for
// half as much again as it touches, and what it touches is counted.)
TEST_F(MemoryTest, OfEveryEncoderIsCounted) {
  codec::Rows noise = codec::BlankRows(120, 90, PixelFormat::kRgba8);
  noise.bytes = test::Noise(120, 90, 4).samples;
  for (const Bytes& file :
       {MadeFile("tiff", 120, 90, PixelFormat::kRgb8),
        MadeFile("tiff", 120, 90, PixelFormat::kRgba8),
        *codec::Encode(*codec::ByName("tiff"), noise), EncodeJpeg(test::Photo(120, 90, 1))}) {
    for (const Params& params :
         {Params{.format = Format::kJpeg}, Params{.format = Format::kJpeg, .quality = 95},
          Params{.format = Format::kJpeg, .preset = Preset::kSmall},
          Params{.format = Format::kJpeg, .progressive = true, .preset = Preset::kFast},
          Params{.format = Format::kPng}, Params{.format = Format::kPng, .effort = 10},
          Params{.format = Format::kPng, .colours = 64}, Params{.format = Format::kGif},
          Params{.format = Format::kWebp}, Params{.format = Format::kWebp, .effort = 8},
          Params{.format = Format::kWebp, .quality = 100, .preset = Preset::kQuality},
          Params{.format = Format::kWebp, .quality = 90, .effort = 6},
          Params{.format = Format::kWebp, .lossless = true}, Params{.format = Format::kTiff},
          Params{.format = Format::kRaw},
          Params{.format = Format::kAvif, .preset = Preset::kFast}}) {
      Params sized = params;
      sized.width = 120;
      const Memory memory = MemoryOf(file.view(), sized);
      EXPECT_LE(memory.held, memory.planned) << MadeTransform(sized).Canonical();
      EXPECT_GE(16 * memory.held, memory.planned) << MadeTransform(sized).Canonical();
    }
  }
}

// What a file takes at most, at the ends of the ranges that are told apart: noise in black and
// white.
TEST_F(MemoryTest, OfNoisyJpegIsCounted) {
  for (const int channels : {1, 3}) {
    test::Picture noise = test::Noise(256, 240, channels);
    for (auto& sample : noise.samples) sample = sample < 128 ? 0 : 255;
    codec::Rows rows =
        codec::BlankRows(256, 240, channels == 1 ? PixelFormat::kGrey8 : PixelFormat::kRgb8);
    rows.bytes = noise.samples;
    const Bytes file = *codec::Encode(*codec::ByName("tiff"), rows);
    for (const double quality : {50., 80., 90., 95., 98., 100.}) {
      for (const Preset preset : {Preset::kFast, Preset::kDefault, Preset::kSmall}) {
        for (const bool progressive : {true, false}) {
          const Params params = {.width = 256,
                                 .format = Format::kJpeg,
                                 .quality = quality,
                                 .progressive = progressive,
                                 .subsampling = ChromaSubsampling::k444,
                                 .preset = preset};
          const Memory memory = MemoryOf(file.view(), params);
          EXPECT_LE(memory.held, memory.planned) << MadeTransform(params).Canonical();
          EXPECT_GE(5 * memory.held, memory.planned) << MadeTransform(params).Canonical();
        }
      }
    }
  }
}

// Above the size that is held whole: the file of noise, which nothing makes smaller.
TEST_F(MemoryTest, OfAPngInRowsIsCounted) {
  const codec::EncodeSpec spec = {
      .width = 2100, .height = 2000, .format = PixelFormat::kRgba16, .preset = Preset::kFast};
  codec::Rows band = codec::BlankRows(2100, 50, PixelFormat::kRgba16);
  band.bytes = test::Noise(2100, 50, 8).samples;
  const auto planned = static_cast<std::int64_t>(codec::ByName("png")->encoder_memory(spec).most);
  const test::HeapPeak peak;
  const auto sink = *codec::ByName("png")->create(spec);
  for (int y = 0; y < spec.height; y += 50) ASSERT_TRUE(sink->Write(band.Span(0, 50)));
  ASSERT_TRUE(sink->Finish());
  EXPECT_LE(static_cast<std::int64_t>(peak.bytes()), planned);
  EXPECT_GE(static_cast<std::int64_t>(2 * peak.bytes()), planned);
}

// A progressive JPEG's coefficients are gone before anything is encoded, where rows are gathered.
TEST_F(MemoryTest, OfADecoderIsCountedAsLongAsItIsThere) {
  const Bytes file = EncodeJpeg(test::Photo(600, 400), {.progressive = true});
  for (const Format format :
       {Format::kWebp, Format::kGif, Format::kPng, Format::kTiff, Format::kJpeg, Format::kRaw}) {
    for (const int width : {60, 300, 600}) {
      Params params = {.width = static_cast<std::uint32_t>(width), .format = format};
      params.kernel = Kernel::kMitchell;
      params.subsampling = ChromaSubsampling::k444;
      params.max_bytes = width == 60 ? 1 << 30 : 0;
      const Memory memory = MemoryOf(file.view(), params);
      EXPECT_LE(memory.held, memory.planned) << MadeTransform(params).Canonical();
      EXPECT_GE(8 * memory.held, memory.planned) << MadeTransform(params).Canonical();
    }
  }
}

TEST_F(MemoryTest, OfAnimationsIsCounted) {
  for (const std::string_view from : {"gif", "webp", "png"}) {
    const Bytes file = MadeAnimation(from, 80, 60, 2);
    for (const Format to : {Format::kGif, Format::kWebp, Format::kPng}) {
      for (Params params :
           {Params{.width = 80}, Params{.width = 40}, Params{.width = 80, .blur = 3}}) {
        params.format = to;
        const Memory memory = MemoryOf(file.view(), params);
        EXPECT_LE(memory.held, memory.planned) << from << " " << MadeTransform(params).Canonical();
      }
    }
  }
}

// By its own account, and to the byte but for what the resizer rounds up.
TEST(WorkspaceBytes, AreThoseThatThePlanSaid) {
  const Bytes rows = MadeFile("png", 300, 200);
  const Bytes planes = EncodeJpeg(test::Photo(300, 200), {.h_sampling = 2, .v_sampling = 2});
  const Bytes frames = MadeAnimation("png", 300, 200, 2);
  for (const Bytes* file : {&rows, &planes, &frames}) {
    for (Params params : Ways()) {
      if (params.trim) continue;  // a second look, with buffers of its own
      params.format = file == &frames ? Format::kPng : Format::kJpeg;
      const Plan plan = PlanOf(file->view(), params);
      Workspace workspace;
      ASSERT_TRUE(pipeline::Run(workspace, file->view(), MadeTransform(params), {}, {}, nullptr));
      const std::uint64_t needed = Workspace::BytesNeeded(plan);
      const std::string what = MadeTransform(params).Canonical();
      EXPECT_LE(workspace.bytes(), needed) << what;
      EXPECT_GE(workspace.bytes() * 21 / 20, needed) << what;
    }
  }
}

}  // namespace
}  // namespace whittle::pipeline
