// Which format a result gets where nobody says, and the source's own cannot be written.
#include "pipeline/output.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string_view>

#include "codec/registry.h"
#include "tests/pipeline/jobs.h"

namespace whittle::pipeline {
namespace {

// Reads animations, as far as anybody asks, and writes nothing.
constexpr codec::Codec kReadsOnly = {
    .name = "reads only",
    .open_frames = [](ByteView, const Limits&, std::stop_token)
        -> Expected<std::unique_ptr<codec::FrameSource>> { return Fail(ErrorKind::kUndecodable); },
};

codec::Header HeaderOf(std::uint32_t frames, bool alpha) {
  codec::Header header;
  header.info.width = 40;
  header.info.height = 30;
  header.info.frames = frames;
  header.info.alpha = alpha;
  return header;
}

Output Chosen(const codec::Header& header, Params params = {}, const Limits& limits = {}) {
  params.width = 20;
  auto output = ChooseOutput(kReadsOnly, header, MadeTransform(params), limits);
  if (!output) throw std::runtime_error(output.error().text);
  return *output;
}

// The first of these that this build has.
std::string_view FirstOf(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (codec::ByName(name) != nullptr) return name;
  }
  return "jpeg";
}

TEST(ChooseOutput, JpegStandsForWhatIsOpaqueAndStill) {
  EXPECT_EQ(Chosen(HeaderOf(1, false)).codec->name, "jpeg");
  EXPECT_FALSE(Chosen(HeaderOf(1, false)).animated);
}

TEST(ChooseOutput, TransparencyIsKept) {
  EXPECT_EQ(Chosen(HeaderOf(1, true)).codec->name, FirstOf({"webp", "png"}));
  const Colour white = {255, 255, 255, 255}, glass = {255, 255, 255, 254};
  EXPECT_EQ(Chosen(HeaderOf(1, true), {.background = white}).codec->name, "jpeg");
  EXPECT_EQ(Chosen(HeaderOf(1, true), {.background = glass}).codec->name, FirstOf({"webp", "png"}));
}

TEST(ChooseOutput, AnimationsStayAnimated) {
  for (const bool alpha : {false, true}) {
    const Output output = Chosen(HeaderOf(2, alpha));
    EXPECT_EQ(output.codec->name, FirstOf({"webp", "gif"}));
    EXPECT_EQ(output.animated, output.codec->create_frames != nullptr);
  }
  const Output still = Chosen(HeaderOf(2, false), {.anim = false});
  EXPECT_EQ(still.codec->name, "jpeg");
  EXPECT_FALSE(still.animated);
}

TEST(ChooseOutput, AnimationsAboveTheLimitsAreStills) {
  constexpr std::uint64_t kPixels = 40 * 30;
  const codec::Header three = HeaderOf(3, false);
  EXPECT_TRUE(
      Chosen(three, {.format = Format::kGif}, {.max_animation_pixels = 3 * kPixels}).animated);
  EXPECT_FALSE(
      Chosen(three, {.format = Format::kGif}, {.max_animation_pixels = 3 * kPixels - 1}).animated);
  EXPECT_EQ(Chosen(three, {}, {.max_animation_pixels = 3 * kPixels - 1}).codec->name, "jpeg");
  EXPECT_TRUE(Chosen(three, {.format = Format::kGif},
                     {.max_frames = 2, .max_animation_pixels = 2 * kPixels})
                  .animated)
      << "what is left out does not count";
}

// JPEG, first in the list, would lose frames or transparency.
TEST(ChooseOutput, OffersThatLoseNothingAreTaken) {
  Params params;
  params.offers = {Format::kJpeg, Format::kGif};
  EXPECT_EQ(Chosen(HeaderOf(1, false), params).codec->name, "jpeg");
  for (const codec::Header& header : {HeaderOf(2, false), HeaderOf(1, true), HeaderOf(2, true)}) {
    EXPECT_EQ(Chosen(header, params).codec->name, "gif");
  }
  params.anim = false;
  EXPECT_EQ(Chosen(HeaderOf(2, false), params).codec->name, "jpeg");
}

TEST(ChooseOutput, WhatIsAskedForIsTakenWhateverItLoses) {
  const Output output = Chosen(HeaderOf(2, true), {.format = Format::kJpeg});
  EXPECT_EQ(output.codec->name, "jpeg");
  EXPECT_FALSE(output.animated);
}

}  // namespace
}  // namespace whittle::pipeline
