#include "cache/tier.h"

#include <gtest/gtest.h>

namespace whittle::cache {
namespace {

// tests/extending/tier has one with more lines.
TEST(MakeTier, SaysThatThisBuildHasNone) {
  EXPECT_EQ(MakeTier({.location = "/tmp"}).error().text, "no tier keeps results in directories");
  EXPECT_EQ(MakeTier({.location = "s3://bucket"}).error().text,
            "no tier keeps results at 's3://' locations");
}

}  // namespace
}  // namespace whittle::cache
