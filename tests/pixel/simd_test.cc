#include "pixel/simd.h"

#include <gtest/gtest.h>

#include <string>

#include "pixel/kernels.h"

namespace whittle::pixel {
namespace {

TEST(Simd, TheForcedTargetIsTheOneUsed) {
  const auto targets = SimdTargets();
  ASSERT_FALSE(targets.empty());
  for (const std::string& target : targets) {
    ASSERT_TRUE(ForceSimdTarget(target));
    EXPECT_EQ(SimdTargetName(), target);
    EXPECT_EQ(KernelsForThisCpu().target, target);
    EXPECT_EQ(SimdTargets(), targets) << "forcing one hides none";
  }
  ASSERT_TRUE(ForceSimdTarget("auto"));
  EXPECT_EQ(SimdTargetName(), targets.front());
}

TEST(Simd, CaseDoesNotMatter) {
  std::string lower = SimdTargets().back();
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  ASSERT_TRUE(ForceSimdTarget(lower));
  EXPECT_EQ(SimdTargetName(), SimdTargets().back());
  ASSERT_TRUE(ForceSimdTarget("Auto"));
}

TEST(Simd, UnknownNamesAreRefusedWithTheChoices) {
  const auto before = SimdTargetName();
  const auto forced = ForceSimdTarget("mmx");
  ASSERT_FALSE(forced);
  EXPECT_EQ(forced.error().kind, ErrorKind::kBadRequest);
  EXPECT_NE(forced.error().text.find(SimdTargets().front()), std::string::npos);
  EXPECT_EQ(SimdTargetName(), before);
}

}  // namespace
}  // namespace whittle::pixel
