// The examples of tests/extending are compiled into a program of their own, never into the product.
#include <gtest/gtest.h>

#include <algorithm>

#include "codec/registry.h"
#include "pipeline/operations.h"
#include "transform/format_words.h"
#include "transform/params.h"

namespace whittle::pipeline {
namespace {

TEST(Examples, AreInNoProduct) {
  EXPECT_EQ(codec::ByName("qoi"), nullptr);
  EXPECT_FALSE(transform::FormatNamed("qoi"));
  EXPECT_EQ(transform::FindParam("pixelate"), nullptr);
  EXPECT_TRUE(std::ranges::none_of(
      Operations(), [](const Operation* operation) { return operation->name == "pixelate"; }));
}

}  // namespace
}  // namespace whittle::pipeline
