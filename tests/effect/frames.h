// For the tests of effects: frames of any format, samples as plain integers, rows with padding that
// nobody may touch.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "pixel/simd.h"
#include "pixel/view.h"

namespace whittle::effect {

using pixel::PixelFormat;

inline constexpr std::array kFormats = {
    PixelFormat::kGrey8,  PixelFormat::kGreyA8,  PixelFormat::kRgb8,  PixelFormat::kRgba8,
    PixelFormat::kGrey16, PixelFormat::kGreyA16, PixelFormat::kRgb16, PixelFormat::kRgba16};

class TestFrame {
 public:
  TestFrame(int width, int height, PixelFormat format)
      : width_(width), height_(height), format_(format) {
    stride_ = (static_cast<std::size_t>(width * PixelBytes(format)) + 13) & ~std::size_t{1};
    bytes_.assign(stride_ * static_cast<std::size_t>(height), kPadding);
    ForEach([&](int x, int y, int c) { set(x, y, c, 0); });
  }

  pixel::RowSpan rows() { return {bytes_.data(), stride_, width_, height_, format_}; }
  pixel::ConstRowSpan rows() const { return {bytes_.data(), stride_, width_, height_, format_}; }
  int width() const { return width_; }
  int height() const { return height_; }
  int channels() const { return Channels(format_); }
  PixelFormat format() const { return format_; }
  int full() const { return IsWide(format_) ? 65535 : 255; }

  int at(int x, int y, int c) const {
    if (!IsWide(format_)) return bytes_[Offset(x, y, c)];
    std::uint16_t sample;
    std::memcpy(&sample, &bytes_[Offset(x, y, c)], 2);
    return sample;
  }
  void set(int x, int y, int c, int value) {
    if (!IsWide(format_)) {
      bytes_[Offset(x, y, c)] = static_cast<std::uint8_t>(value);
      return;
    }
    const auto sample = static_cast<std::uint16_t>(value);
    std::memcpy(&bytes_[Offset(x, y, c)], &sample, 2);
  }

  template <class Function>
  void ForEach(Function function) const {
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        for (int c = 0; c < channels(); ++c) function(x, y, c);
      }
    }
  }
  void Fill(int value) {
    ForEach([&](int x, int y, int c) { set(x, y, c, value); });
  }

  bool PaddingIsIntact() const {
    const auto row = static_cast<std::size_t>(width_ * PixelBytes(format_));
    for (std::size_t y = 0; y < static_cast<std::size_t>(height_); ++y) {
      for (std::size_t i = row; i < stride_; ++i) {
        if (bytes_[y * stride_ + i] != kPadding) return false;
      }
    }
    return true;
  }
  friend bool operator==(const TestFrame&, const TestFrame&) = default;

 private:
  static constexpr std::uint8_t kPadding = 0xA5;
  std::size_t Offset(int x, int y, int c) const {
    return static_cast<std::size_t>(y) * stride_ +
           static_cast<std::size_t>((x * channels() + c) * (IsWide(format_) ? 2 : 1));
  }
  int width_, height_;
  PixelFormat format_;
  std::size_t stride_;
  std::vector<std::uint8_t> bytes_;
};

/// Independent samples, a third of them at the ends.
inline TestFrame NoiseFrame(int width, int height, PixelFormat format, unsigned seed = 1) {
  TestFrame frame(width, height, format);
  std::mt19937 random(seed);
  frame.ForEach([&](int x, int y, int c) {
    const auto kind = random() % 6;
    const int any = static_cast<int>(random() % static_cast<unsigned>(frame.full() + 1));
    frame.set(x, y, c, kind == 0 ? 0 : kind == 1 ? frame.full() : any);
  });
  return frame;
}

/// Calls `body` once for every instruction set of this CPU.
template <class Body>
void OnEveryTarget(Body body) {
  for (const std::string& target : pixel::SimdTargets()) {
    ASSERT_TRUE(pixel::ForceSimdTarget(target));
    SCOPED_TRACE(target);
    body();
  }
  ASSERT_TRUE(pixel::ForceSimdTarget("auto"));
}

}  // namespace whittle::effect
