#include "pixel/wide_resizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

PixelFormat FormatOf(const DeepPicture& picture) {
  return FormatWith(picture.channels <= 2, picture.channels % 2 == 0, true);
}

DeepPicture Noise(int width, int height, int channels, int most = 65535) {
  std::mt19937 random(static_cast<unsigned>(width * 31 + height * 7 + channels));
  DeepPicture picture = {width, height, channels, 65535, {}};
  for (int i = 0; i < width * height * channels; ++i) {
    const bool alpha = channels % 2 == 0 && i % channels == channels - 1;
    picture.samples.push_back(
        static_cast<int>(random() % static_cast<unsigned>(alpha ? 65536 : most + 1)));
  }
  return picture;
}
DeepPicture Smooth(int width, int height, int channels) {
  DeepPicture picture = {width, height, channels, 65535, {}};
  for (int i = 0; i < width * height * channels; ++i) {
    const int x = i / channels % width, y = i / channels / width, c = i % channels;
    const double wave = std::sin(x * 0.11 + c) * std::cos(y * 0.07 - c) + 0.2 * std::sin(x * 1.3);
    picture.samples.push_back(static_cast<int>(std::clamp(33000 + 27000 * wave, 0.0, 65535.0)));
  }
  return picture;
}
// Black and white, opaque and transparent.
DeepPicture Hard(int width, int height, int channels) {
  DeepPicture picture = Noise(width, height, channels);
  for (int& sample : picture.samples) sample = sample > 40000 ? 65535 : 0;
  return picture;
}
std::vector<std::pair<std::string, DeepPicture>> Pictures(int width, int height, int channels) {
  return {{"noise", Noise(width, height, channels)},
          {"dark", Noise(width, height, channels, 3000)},
          {"smooth", Smooth(width, height, channels)},
          {"hard", Hard(width, height, channels)}};
}

std::vector<int> Resized(
    WideResizer& resizer, const DeepPicture& source, ResizeSpec spec,
    const std::function<int()>& batch = [] { return 16; }) {
  const Geometry& g = spec.geometry;
  spec.format = FormatOf(source);
  const auto configured = resizer.Configure(spec);
  EXPECT_TRUE(configured) << configured.error().detail;
  std::vector<std::uint16_t> codes(source.samples.begin(), source.samples.end());
  std::vector<std::uint8_t> bytes(2 * codes.size());
  std::memcpy(bytes.data(), codes.data(), bytes.size());
  const auto in_stride = static_cast<std::size_t>(2 * source.width * source.channels);
  const auto out_stride = static_cast<std::size_t>(2 * g.dst_width * source.channels);
  std::vector<std::uint8_t> result(out_stride * static_cast<std::size_t>(g.dst_height));
  int out = 0;
  for (int in = 0; in < source.height;) {
    const int count = std::min(batch(), source.height - in);
    // Exactly sized, so that a sanitizer sees any step too far.
    const auto first = bytes.begin() + in * std::ptrdiff_t(in_stride);
    const std::vector<std::uint8_t> rows(first, first + count * std::ptrdiff_t(in_stride));
    const int used = resizer.Push({rows.data(), in_stride, source.width, count, spec.format});
    in += used;
    int pulled = 0;
    for (;;) {
      const int room = std::min(batch(), g.dst_height - out);
      const int n = resizer.Pull({result.data() + static_cast<std::size_t>(out) * out_stride,
                                  out_stride, g.dst_width, room, spec.format});
      if (n == 0) break;
      pulled += n;
      out += n;
    }
    if (used + pulled == 0) {
      ADD_FAILURE() << "neither takes nor gives rows at " << in;
      return {};
    }
  }
  EXPECT_EQ(out, g.dst_height);
  codes.resize(result.size() / 2);
  std::memcpy(codes.data(), result.data(), result.size());
  return {codes.begin(), codes.end()};
}

std::vector<int> Resized(const DeepPicture& source, const ResizeSpec& spec) {
  WideResizer resizer;
  return Resized(resizer, source, spec);
}

// As wide_resizer.h promises.
void ExpectNear(const std::vector<int>& result, const std::vector<double>& exact, int channels,
                Light light) {
  ASSERT_EQ(result.size(), exact.size());
  const auto width = static_cast<std::size_t>(channels);
  const bool has_alpha = channels % 2 == 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double alpha = has_alpha ? exact[i / width * width + width - 1] : 1;
    const bool coded = light == Light::kGamma || (has_alpha && i % width == width - 1);
    const double expected = 65535 * (coded ? exact[i] : Encode(exact[i]));
    if (alpha < 2.0 / 65535) continue;
    ASSERT_LE(std::abs(result[i] - std::round(expected)),
              has_alpha && i % width < width - 1 ? 2 / alpha : 2)
        << i << " alpha " << alpha;
  }
}

void ExpectRight(const ResizeSpec& spec) {
  const Geometry& g = spec.geometry;
  for (int channels = 1; channels <= 4; ++channels) {
    for (const auto& [name, picture] : Pictures(g.src_width, g.src_height, channels)) {
      SCOPED_TRACE(testing::Message() << name << " " << g.src_width << "x" << g.src_height << " to "
                                      << g.dst_width << "x" << g.dst_height << ", channels "
                                      << channels << ", kernel " << int(spec.kernel));
      std::optional<std::vector<int>> first;
      OnEveryTarget([&, &source = picture, count = channels](const std::string&) {
        const std::vector<int> result = Resized(source, spec);
        if (!first) {
          first = result;
          ExpectNear(result, ExactSamples(source, g, spec.light, 0, spec.kernel, 9), count,
                     spec.light);
        }
        EXPECT_EQ(result, *first);
      });
    }
  }
}

TEST(WideResizer, IsNearExactAtAllScales) {
  for (const double scale : {0.3, 0.9, 1.0, 1.01, 1.5, 1.9, 2.5, 3.7, 8.0, 16.0}) {
    ExpectRight(
        {Geometry::Whole(111, 70, static_cast<int>(111 / scale), static_cast<int>(70 / scale))});
  }
}

TEST(WideResizer, IsNearExactWithEveryKernel) {
  for (const Kernel kernel : kKernels) {
    ExpectRight({.geometry = Geometry::Whole(67, 50, 20, 13), .kernel = kernel});
    ExpectRight({.geometry = Geometry::Whole(23, 20, 50, 41), .kernel = kernel});
  }
}

TEST(WideResizer, IsNearExactInGammaSpace) {
  ExpectRight({.geometry = Geometry::Whole(67, 50, 20, 13), .light = Light::kGamma});
}

TEST(WideResizer, IsNearExactAtExtremes) {
  for (const auto& [w, h, dw, dh] : {std::tuple{1, 1, 1, 1},
                                     {1, 1, 5, 9},
                                     {2, 3, 1, 1},
                                     {1, 3000, 1, 4},
                                     {3000, 1, 4, 1},
                                     {600, 500, 1, 1},
                                     {17, 16, 33, 1},
                                     {5, 300, 40, 20}}) {
    ExpectRight({Geometry::Whole(w, h, dw, dh)});
  }
}

TEST(WideResizer, TakesFractionalSourceRectangles) {
  Geometry g = Geometry::Whole(90, 71, 31, 20);
  g.left = 20.3, g.right = 79.85, g.top = 30.6, g.bottom = 68.1;
  ExpectRight({g});
  g = Geometry::Whole(67, 53, 15, 12);
  g.left = -1.9, g.bottom = 54.7;  // half an output sample beyond the picture
  ExpectRight({g});
}

TEST(WideResizer, BatchSizesDoNotMatter) {
  std::mt19937 random(5);
  WideResizer resizer;
  for (const auto& [w, h, dw, dh] : {std::tuple{60, 200, 20, 61},
                                     {60, 201, 2, 5},
                                     {7, 5, 9, 90},
                                     {60, 90, 50, 80},
                                     {33, 501, 11, 100}}) {
    const DeepPicture picture = Noise(w, h, 4);
    const ResizeSpec spec{Geometry::Whole(w, h, dw, dh)};
    const std::vector<int> expected = Resized(picture, spec);
    for (const int largest : {1, 2, 3, 8, 64}) {
      const auto batch = [&] {
        return 1 + static_cast<int>(random() % static_cast<unsigned>(largest));
      };
      EXPECT_EQ(Resized(resizer, picture, spec, batch), expected);
    }
  }
}

TEST(WideResizer, SameSizeIsIdentity) {
  const DeepPicture picture = Noise(61, 43, 3);
  EXPECT_EQ(Resized(picture, {Geometry::Whole(61, 43, 61, 43)}), picture.samples);
}

TEST(WideResizer, KeepsOneColour) {
  for (int code = 0; code < 65536; code += 257) {
    for (const auto& g : {Geometry::Whole(40, 30, 13, 7), Geometry::Whole(300, 90, 5, 2),
                          Geometry::Whole(5, 4, 9, 9)}) {
      DeepPicture picture = {g.src_width, g.src_height, 1, 65535, {}};
      picture.samples.assign(static_cast<std::size_t>(g.src_width * g.src_height), code);
      for (const int sample : Resized(picture, {g})) ASSERT_NEAR(sample, code, 1);
    }
  }
}

TEST(WideResizer, TransparentColoursLeaveNoHalo) {
  DeepPicture picture = {60, 60, 4, 65535, {}};
  for (int i = 0; i < 60 * 60; ++i) {
    const bool inside = std::hypot(i % 60 - 30, i / 60 - 30) < 20;
    const int shown[] = {50000, 300, 7000, 65535};
    const int hidden[] = {0, 65535, 20000, 0};
    for (int c = 0; c < 4; ++c) picture.samples.push_back((inside ? shown : hidden)[c]);
  }
  for (const int side : {17, 40, 110}) {
    const std::vector<int> result = Resized(picture, {Geometry::Whole(60, 60, side, side)});
    for (std::size_t i = 0; i < result.size(); i += 4) {
      if (result[i + 3] == 0) {
        ASSERT_EQ(result[i] + result[i + 1] + result[i + 2], 0);
      } else if (result[i + 3] > 500) {
        ASSERT_NEAR(result[i], 50000, 2);
        ASSERT_NEAR(result[i + 1], 300, 2);
        ASSERT_NEAR(result[i + 2], 7000, 2);
      }
    }
  }
}

TEST(WideResizer, ForgetsAnUnfinishedJob) {
  WideResizer resizer;
  const DeepPicture large = Hard(300, 200, 3);
  ASSERT_TRUE(resizer.Configure({Geometry::Whole(300, 200, 30, 20), PixelFormat::kRgb16}));
  std::vector<std::uint8_t> rows(300 * 6 * 31, 0xA7);
  EXPECT_EQ(resizer.Push({rows.data(), 1800, 300, 31, PixelFormat::kRgb16}), 31);
  const DeepPicture small = Smooth(50, 40, 1);
  const ResizeSpec spec{Geometry::Whole(50, 40, 20, 20)};
  EXPECT_EQ(Resized(resizer, small, spec), Resized(small, spec));
}

TEST(WideResizer, HoldsWhatItSaid) {
  for (const Geometry& g :
       {Geometry::Whole(2000, 1333, 500, 333), Geometry::Whole(10, 10, 700, 900),
        Geometry::Whole(2001, 1333, 60, 40), Geometry::Whole(1, 1, 1, 1)}) {
    for (const PixelFormat format : {PixelFormat::kGrey16, PixelFormat::kRgba16}) {
      const ResizeSpec spec{g, format};
      WideResizer resizer;
      EXPECT_EQ(resizer.buffer_bytes(), 0U);
      ASSERT_TRUE(resizer.Configure(spec));
      EXPECT_LE(resizer.buffer_bytes(), WideResizer::BytesNeeded(spec));
      EXPECT_GE(resizer.buffer_bytes(), WideResizer::BytesNeeded(spec) / 10 * 9);
      resizer.Release();
      EXPECT_EQ(resizer.buffer_bytes(), 0U);
    }
  }
}

TEST(WideResizer, RefusesImpossibleJobs) {
  WideResizer resizer;
  const auto kind = [&](const ResizeSpec& spec) {
    const auto configured = resizer.Configure(spec);
    return configured ? std::nullopt : std::optional(configured.error().kind);
  };
  constexpr PixelFormat kGrey = PixelFormat::kGrey16;
  EXPECT_EQ(kind({Geometry::Whole(kMaxResizeSide + 1, 1, 1, 1), kGrey}), ErrorKind::kTooLarge);
  EXPECT_EQ(kind({Geometry::Whole(1, 1, 1, 0), kGrey}), ErrorKind::kInternal);
  EXPECT_EQ(kind({Geometry::Whole(4, 4, 2, 2), PixelFormat::kRgb8}), ErrorKind::kInternal);
  EXPECT_EQ(kind({Geometry::Whole(4, 4, 2, 2), PixelFormat::kCmyk8}), ErrorKind::kInternal);
  EXPECT_EQ(WideResizer::BytesNeeded({Geometry::Whole(4, 4, 2, 2), PixelFormat::kRgb8}), 0U);
}

}  // namespace
}  // namespace whittle::pixel::test
