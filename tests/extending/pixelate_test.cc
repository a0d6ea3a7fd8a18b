// pixelate=N through the whole call. What holds of every operation, operation_rows_test.cc tries
// with this one, too.
#include <gtest/gtest.h>

#include "pipeline/operations.h"
#include "tests/pipeline/jobs.h"
#include "transform/params.h"
#include "transform/query.h"

namespace whittle::pipeline {
namespace {

using codec::Rows;
using pixel::PixelFormat;

// `source`, with the means that a plain loop finds.
Rows Pixelated(const Rows& source, int side) {
  Rows rows = source;
  const int channels = pixel::Channels(rows.format);
  for (int y = 0; y < rows.height; ++y) {
    for (int x = 0; x < rows.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        int sum = 0, count = 0;
        const int top = y / side * side, left = x / side * side;
        for (int v = top; v < std::min(top + side, rows.height); ++v) {
          for (int u = left; u < std::min(left + side, rows.width); ++u, ++count) {
            sum += source.Sample(u, v, c);
          }
        }
        rows.Set(x, y, c, (sum + count / 2) / count);
      }
    }
  }
  return rows;
}

TEST(Pixelate, MakesSquaresOfTheirMean) {
  for (const PixelFormat format :
       {PixelFormat::kGrey8, PixelFormat::kRgb8, PixelFormat::kRgba8, PixelFormat::kRgb16}) {
    const Rows photo = codec::PhotoRows(70, 45, format);
    const Bytes file = *codec::Encode(*codec::ByName("png"), photo);
    for (const int side : {2, 16, 256}) {
      const auto made = Process(file.view(), MadeTransform({.width = 70, .pixelate = side}), {});
      ASSERT_TRUE(made);
      const Rows shown = *codec::DecodeRows(made->bytes.view());
      const Rows wanted = Pixelated(photo, side);
      ASSERT_EQ(shown.width, 70);
      for (int y = 0; y < 45; ++y) {
        for (int x = 0; x < 70; ++x) {
          // PNG may have found a smaller form that says the same.
          const int c = pixel::IsGrey(shown.format) ? 0 : 1;
          const int scale = pixel::IsWide(wanted.format) && !pixel::IsWide(shown.format) ? 257 : 1;
          ASSERT_EQ(shown.Sample(x, y, c) * scale,
                    wanted.Sample(x, y, pixel::IsGrey(wanted.format) ? 0 : 1))
              << side << " " << x << " " << y;
        }
      }
    }
  }
}

TEST(Pixelate, IsAParameterLikeAnyOther) {
  Params params = {.width = 10};
  ASSERT_TRUE(transform::ApplyQuery("pixelate=16", params));
  EXPECT_EQ(params.pixelate, 16);
  EXPECT_EQ(MadeTransform(params).Canonical(),
            MadeTransform({.width = 10}).Canonical() + "&pixelate=16");
  for (const char* bad : {"pixelate", "pixelate=1", "pixelate=257", "pixelate=x"}) {
    Params again = {.width = 10};
    const auto applied = transform::ApplyQuery(bad, again);
    ASSERT_FALSE(applied) << bad;
    EXPECT_EQ(applied.error().text, "invalid pixelate");
  }
  EXPECT_FALSE(Transform::Make({.width = 10, .pixelate = 257}));
  EXPECT_NE(transform::ParamsAsMarkdown().find("`pixelate`"), std::string::npos);
}

TEST(Pixelate, IsCountedAndKeepsRowsFromGoingInPlanes) {
  const Bytes file = EncodeJpeg(test::Photo(200, 150), {.h_sampling = 2, .v_sampling = 2});
  const Plan plain = PlanOf(file.view(), {.width = 200});
  ASSERT_TRUE(plain.planes);
  const Plan plan = PlanOf(file.view(), {.width = 200, .pixelate = 8});
  EXPECT_FALSE(plan.planes);
  EXPECT_TRUE(plan.holds_result());
  EXPECT_EQ(OperationBytes(plan), 200U * 3 * 4);
  EXPECT_GE(PlanOf(file.view(), {.width = 200, .blur = 300, .pixelate = 8}).working_bytes,
            plan.working_bytes);
}

// After the resize and what else works on pixels, before colours.
TEST(Pixelate, WorksAfterSharpenAndBeforeAdjust) {
  std::vector<std::string_view> names;
  for (const Operation* operation : Operations()) names.push_back(operation->name);
  const auto at = std::ranges::find(names, "pixelate");
  ASSERT_NE(at, names.end());
  EXPECT_EQ(at[-1], "sharpen");
  EXPECT_EQ(at[1], "adjust");
}

}  // namespace
}  // namespace whittle::pipeline
