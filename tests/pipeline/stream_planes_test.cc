// StreamPlanes between a codec that hands out planes in bands of any height and one that only keeps
// what it gets: no JPEG in between, so that every byte can be compared.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "codec/registry.h"
#include "pipeline/job.h"
#include "pipeline/plan.h"
#include "pipeline/result_planes.h"
#include "pixel/average_blocks.h"
#include "tests/pixel/reference.h"
#include "tests/support/pictures.h"

namespace whittle::pipeline {
namespace {

using codec::kPlanes;
using codec::PlaneBands;
using codec::PlaneShapes;
using test::Picture;

using Planes = std::vector<Picture>;

// What the two codecs below serve and keep; their functions cannot carry it.
PlaneShapes shapes;
Planes stored;
int band_rows = 0;  // of luma
Planes kept;

pixel::ConstRowSpan RowsOf(const Picture& plane, int from, int count) {
  const auto stride = static_cast<std::size_t>(plane.width);
  return {plane.samples.data() + static_cast<std::size_t>(from) * stride, stride, plane.width,
          std::clamp(plane.height - from, 0, count), pixel::PixelFormat::kGrey8};
}

class Source final : public codec::PlaneSource {
 public:
  Expected<PlaneBands> Read() override {
    PlaneBands bands;
    for (std::size_t p = 0; p < kPlanes; ++p) {
      const int down = shapes[p].down;
      bands[p] = RowsOf(stored[p], std::min(at_ / down, stored[p].height), band_rows / down);
    }
    at_ += band_rows;
    return bands;
  }
  std::string_view decoder() const override { return "none"; }

 private:
  int at_ = 0;
};

class Sink final : public codec::PlaneSink {
 public:
  Expected<void> Write(const PlaneBands& rows) override {
    for (std::size_t p = 0; p < kPlanes; ++p) {
      Picture& plane = kept[p];
      plane.width = rows[p].width;
      plane.height += rows[p].rows;
      for (int y = 0; y < rows[p].rows; ++y) {
        const std::uint8_t* row = rows[p].row(y);
        plane.samples.insert(plane.samples.end(), row, row + rows[p].width);
      }
    }
    return {};
  }
  Expected<Bytes> Finish() override { return Bytes(); }
};

class NoPhases final : public PhaseObserver {
 public:
  void Enter(Phase) override {}
};

Plan PlanFor(std::uint32_t box) {
  codec::Header header;
  header.info.width = static_cast<std::uint32_t>(shapes[0].width);
  header.info.height = static_cast<std::uint32_t>(shapes[0].height);
  header.info.channels = 3;
  header.planes = shapes;
  const Transform transform = *Transform::Make({.width = box, .height = box});
  // JPEG decides about nothing but the shape of its planes, which the two codecs here share.
  return *MakePlan(*codec::ByName("jpeg"), header, WholeOf(header, transform), transform, {});
}

void Stream(Plan plan) {
  codec::Codec codec = {};
  plan.output.codec = &codec;
  codec.open_planes = [](ByteView, const Limits&, std::stop_token) {
    return Expected<std::unique_ptr<codec::PlaneSource>>(std::make_unique<Source>());
  };
  codec.create_planes = [](const codec::EncodeSpec&) {
    return Expected<std::unique_ptr<codec::PlaneSink>>(std::make_unique<Sink>());
  };
  kept.assign(kPlanes, test::Blank(0, 0, 1));
  const codec::Header header;
  const Limits limits;
  Workspace workspace;
  NoPhases phases;
  ASSERT_TRUE(workspace.Prepare(plan));
  bool truncated = false;
  ASSERT_TRUE(StreamPlanes({.input = codec,
                            .source = {},
                            .header = header,
                            .plan = plan,
                            .limits = limits,
                            .result = {},
                            .stop = {},
                            .phases = phases,
                            .workspace = workspace,
                            .truncated = truncated}));
}

// Luma averaged in one go, then Cb and Cr.
Picture WeighedSource() {
  const codec::PlaneShape& shape = shapes[1];
  Picture luma = test::Blank(shape.width, shape.height, 1);
  pixel::AverageBlocks(RowsOf(stored[0], 0, shapes[0].height), shape.across, shape.down,
                       {luma.samples.data(), static_cast<std::size_t>(shape.width), shape.width,
                        shape.height, pixel::PixelFormat::kGrey8});
  Picture all = test::Blank(shape.width, shape.height, 3);
  for (std::size_t i = 0; i < luma.samples.size(); ++i) {
    all.samples[3 * i] = luma.samples[i];
    all.samples[3 * i + 1] = stored[1].samples[i];
    all.samples[3 * i + 2] = stored[2].samples[i];
  }
  return all;
}

// Chroma rows meet their own luma however bands are cut and wherever a full resizer interrupts.
TEST(StreamPlanes, GivesTheBytesOfTheResizersForBandsOfAnyHeight) {
  constexpr int kWidth = 131;
  constexpr int kHeight = 203;
  for (const auto& [across, down] : {std::pair{2, 2}, {1, 1}, {2, 1}, {1, 2}, {4, 1}}) {
    const codec::PlaneShape chroma = {(kWidth + across - 1) / across, (kHeight + down - 1) / down,
                                      across, down};
    shapes = {.count = kPlanes, .planes = {codec::PlaneShape{kWidth, kHeight}, chroma, chroma}};
    stored = {test::Noise(kWidth, kHeight, 1, 1), test::Noise(chroma.width, chroma.height, 1, 2),
              test::Noise(chroma.width, chroma.height, 1, 3)};
    for (const std::uint32_t box : {30U, 99U, 150U, 203U}) {
      const Plan plan = PlanFor(box);
      const Picture luma = pixel::test::RunResizer(stored[0], ResizeOf(plan, 0).geometry);
      const Picture both =
          pixel::test::RunChromaResizer(WeighedSource(), ResizeOf(plan, 1).geometry);
      for (const int rows : {2, 8, 16, 34, 64, 400}) {
        SCOPED_TRACE(testing::Message() << across << down << " to " << box << " by " << rows);
        band_rows = rows;
        Stream(plan);
        EXPECT_EQ(kept[0].samples, luma.samples);
        ASSERT_EQ(2 * kept[1].samples.size(), both.samples.size());
        ASSERT_EQ(2 * kept[2].samples.size(), both.samples.size());
        for (std::size_t i = 0; i < kept[1].samples.size(); ++i) {
          ASSERT_EQ(kept[1].samples[i], both.samples[2 * i]) << i;
          ASSERT_EQ(kept[2].samples[i], both.samples[2 * i + 1]) << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace whittle::pipeline
