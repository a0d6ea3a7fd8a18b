#include "color/icc_transform.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/codec/decode.h"
#include "tests/color/profiles.h"
#include "tests/support/corpus.h"
#include "tests/support/pictures.h"

namespace whittle::color {
namespace {

using pixel::PixelFormat;

constexpr std::array kFormats = {PixelFormat::kGrey8, PixelFormat::kGreyA8, PixelFormat::kRgb8,
                                 PixelFormat::kRgba8, PixelFormat::kGrey16, PixelFormat::kGreyA16,
                                 PixelFormat::kRgb16, PixelFormat::kRgba16};

double Encoded(double light) {
  light = std::clamp(light, 0.0, 1.0);
  return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

/// One row of samples of 16 bits, or of 8 in as many places.
struct Row {
  Row(PixelFormat row_format, int pixels, unsigned seed) : format(row_format), width(pixels) {
    std::mt19937 random(seed);
    for (int i = 0; i < width * Channels(format); ++i) {
      if (IsWide(format)) {
        wide.push_back(static_cast<std::uint16_t>(random()));
      } else {
        narrow.push_back(static_cast<std::uint8_t>(random()));
      }
    }
  }
  pixel::RowSpan span() {
    auto* data = IsWide(format) ? reinterpret_cast<std::uint8_t*>(wide.data()) : narrow.data();
    return {data, static_cast<std::size_t>(width * PixelBytes(format)), width, 1, format};
  }
  int at(int x, int c) const {
    const auto i = static_cast<std::size_t>(x * Channels(format) + c);
    return IsWide(format) ? wide[i] : narrow[i];
  }
  int full() const { return IsWide(format) ? 65535 : 255; }
  friend bool operator==(const Row&, const Row&) = default;

  PixelFormat format;
  int width;
  std::vector<std::uint8_t> narrow;
  std::vector<std::uint16_t> wide;
};

// The definition: light by gamma 2.2, Adobe's primaries to sRGB's, sRGB's transfer function; or for
// grey gamma 1.8 to sRGB's transfer function.
TEST(IccToSrgb, IsTheDefinitionForGreyAndAdobeRgb) {
  const std::string grey = GreyProfile(1.8), adobe = AdobeProfile();
  for (const PixelFormat format : kFormats) {
    const auto transform = IccToSrgb::Make(AsBytes(IsGrey(format) ? grey : adobe), format);
    ASSERT_NE(transform, nullptr) << static_cast<int>(format);
    EXPECT_FALSE(transform->is_srgb());
    EXPECT_EQ(transform->to(), format);
    Row from(format, 3000, 5);
    Row to(format, 3000, 6);
    transform->Convert(from.span(), to.span());
    const double full = from.full();
    double largest = 0;
    for (int x = 0; x < from.width; ++x) {
      const auto light = [&](int c, double gamma) { return std::pow(from.at(x, c) / full, gamma); };
      std::array<double, 3> expected;
      if (IsGrey(format)) {
        expected.fill(light(0, 1.8));
      } else {
        const double r = light(0, 2.19921875), g = light(1, 2.19921875), b = light(2, 2.19921875);
        expected = {1.398284 * r - 0.398284 * g, g, -0.042939 * g + 1.042939 * b};
      }
      for (int c = 0; c < (IsGrey(format) ? 1 : 3); ++c) {
        const double off = to.at(x, c) / full - Encoded(expected[static_cast<std::size_t>(c)]);
        largest = std::max(largest, std::abs(off) * 255);
      }
      if (HasAlpha(format)) {
        ASSERT_EQ(to.at(x, Channels(format) - 1), from.at(x, Channels(format) - 1));
      }
    }
    // Half a code for rounding; profiles hold fixed-point numbers, and lcms2 computes 8 bits in
    // such.
    EXPECT_LT(largest, IsWide(format) ? 0.2 : 0.7) << static_cast<int>(format);

    Row in_place = from;
    transform->Convert(in_place.span(), in_place.span());
    EXPECT_EQ(in_place, to) << static_cast<int>(format);
  }
}

TEST(IccToSrgb, KnowsWhatIsSrgbAlready) {
  const std::string srgb = SrgbProfileBytes();
  const std::string swapped = RgbProfile(2.2, {{{0.30, 0.60}, {0.64, 0.33}, {0.15, 0.06}}});
  const std::string nearly = RgbProfile(2.2, {{{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}}});
  for (const PixelFormat format : kFormats) {
    if (IsGrey(format)) continue;
    EXPECT_TRUE(IccToSrgb::Make(AsBytes(srgb), format)->is_srgb()) << static_cast<int>(format);
    EXPECT_FALSE(IccToSrgb::Make(AsBytes(swapped), format)->is_srgb());
    EXPECT_FALSE(IccToSrgb::Make(AsBytes(nearly), format)->is_srgb())
        << "2.2 is no sRGB in shadows";
  }
  EXPECT_FALSE(IccToSrgb::Make(AsBytes(GreyProfile(2.2)), PixelFormat::kGrey8)->is_srgb());
}

// Chromium, libvips and Pillow agree on the perceptual one: a middle grey of L* 40 is 94 of 255.
// (Whites would not do, since lcms2 makes them the result's white.)
TEST(IccToSrgb, TakesThePerceptualOfTwoTables) {
  const std::string icc = TwoTableProfile(0.8, 0.4);
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba16}) {
    Row row(format, 1, 1);
    std::ranges::fill(row.narrow, std::uint8_t{128});
    std::ranges::fill(row.wide, std::uint16_t{32768});
    const auto transform = IccToSrgb::Make(AsBytes(icc), format);
    ASSERT_NE(transform, nullptr);
    transform->Convert(row.span(), row.span());
    EXPECT_NEAR(255.0 * row.at(0, 1) / row.full(), 94, 2);
  }
}

TEST(IccToSrgb, IsNothingForProfilesOfNoUse) {
  const std::string adobe = AdobeProfile(), grey = GreyProfile(2.2);
  const auto made = [](const std::string& icc, PixelFormat format) {
    return IccToSrgb::Make(AsBytes(icc), format) != nullptr;
  };
  EXPECT_FALSE(made("", PixelFormat::kRgb8));
  EXPECT_FALSE(made("not a profile at all", PixelFormat::kRgb8));
  EXPECT_FALSE(made(std::string(4096, '\0'), PixelFormat::kRgb8));
  for (const PixelFormat format : kFormats) {
    EXPECT_FALSE(made(IsGrey(format) ? adobe : grey, format)) << "for another kind of colour";
  }
  EXPECT_FALSE(made(adobe, PixelFormat::kCmyk8));
  cmsHPROFILE xyz = cmsCreateXYZProfile();
  EXPECT_FALSE(made(Saved(xyz), PixelFormat::kRgb8));
  // A link between devices says RGB, too.
  cmsHPROFILE srgb = cmsCreate_sRGBProfile();
  cmsHTRANSFORM link = cmsCreateTransform(srgb, TYPE_RGB_8, srgb, TYPE_RGB_8, 0, 0);
  EXPECT_FALSE(made(Saved(cmsTransform2DeviceLink(link, 4.3, 0)), PixelFormat::kRgb8));
  cmsDeleteTransform(link);
  cmsCloseProfile(srgb);
}

// Whatever bytes are wrong: a transform or none, and no harm (the sanitizers' business).
TEST(IccToSrgb, SurvivesDamage) {
  const std::string adobe = AdobeProfile();
  for (std::size_t size = 0; size < adobe.size(); size += 7) {
    static_cast<void>(IccToSrgb::Make(AsBytes(adobe.substr(0, size)), PixelFormat::kRgb8));
  }
  std::mt19937 random(1);
  int usable = 0;
  for (int round = 0; round < 500; ++round) {
    std::string damaged = adobe;
    for (int i = 0; i < 4; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    const auto transform = IccToSrgb::Make(AsBytes(damaged), PixelFormat::kRgba8);
    if (transform == nullptr) continue;
    ++usable;
    Row row(PixelFormat::kRgba8, 50, 1);
    transform->Convert(row.span(), row.span());
  }
  EXPECT_GT(usable, 0);
  EXPECT_LT(usable, 500);
}

TEST(IccToSrgb, ServesManyThreadsAtOnce) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba16}) {
    const auto transform = IccToSrgb::Make(AsBytes(AdobeProfile()), format);
    Row expected(format, 500, 1);
    transform->Convert(expected.span(), expected.span());
    std::vector<Row> rows(4, Row(format, 500, 1));
    std::vector<std::thread> threads;
    for (Row& row : rows) {
      threads.emplace_back([&] {
        const Row from = row;
        for (int i = 0; i < 20; ++i) {
          Row again = from;
          transform->Convert(again.span(), row.span());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const Row& row : rows) EXPECT_EQ(row, expected);
  }
}

test::Picture Converted(const std::string& file, bool* is_srgb = nullptr) {
  const Bytes bytes = test::ReadFile(*test::CorpusDir() / file);
  auto header = codec::Sniff(bytes.view())->probe(bytes.view(), {});
  auto picture = codec::Decode(bytes.view());
  EXPECT_TRUE(header && picture) << file;
  const pixel::RowSpan rows = codec::RowsOf(*picture, 0, picture->height);
  const auto transform = IccToSrgb::Make(header->icc.view(), rows.format);
  EXPECT_NE(transform, nullptr) << file;
  if (transform != nullptr) transform->Convert(rows, rows);
  if (is_srgb != nullptr) *is_srgb = transform != nullptr && transform->is_srgb();
  return std::move(*picture);
}

// "in sRGB looks like icc/reference_srgb.png (mean error under 3 of 255)", says the manifest.
TEST(IccToSrgb, ShowsTheCorpusPicturesAsTheyWereMeant) {
  WHITTLE_NEEDS_CORPUS();
  const std::string folder = "conformance/derived/icc/";
  const test::Picture reference =
      test::DecodePng(test::ReadFile(*test::CorpusDir() / (folder + "reference_srgb.png")).view());
  for (const char* name : {"adobe_rgb_v2.jpg", "display_p3_v2.jpg", "display_p3_v4.jpg",
                           "prophoto_v2.jpg", "rec2020_v4.jpg", "srgb_v2.jpg", "srgb_v4.jpg",
                           "swapped_red_green.jpg", "wide_gamut_v2.jpg"}) {
    bool is_srgb = false;
    const test::Picture picture = Converted(folder + name, &is_srgb);
    EXPECT_LT(test::Compare(picture, reference).mean, 3) << name;
    EXPECT_EQ(is_srgb, std::string_view(name).starts_with("srgb")) << name;
  }
  const test::Picture grey = Converted(folder + "grey_gamma_profile.jpg");
  EXPECT_EQ(grey.channels, 1);
}

}  // namespace
}  // namespace whittle::color
