// For the tests of cut JPEG files: where scans and restart segments end, and the picture that such
// a file should give, made of coefficients.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "tests/codec/jpeg_files.h"
#include "tests/support/jpeg_coefficients.h"

namespace whittle::codec {

/// Entropy-coded bytes from one marker to the next.
struct Segment {
  std::size_t begin;
  std::size_t end;
};

/// The first marker at or behind `at` that is not stuffing.
inline std::size_t NextMarker(std::string_view jpeg, std::size_t at) {
  while (jpeg[at] != '\xFF' || jpeg[at + 1] == '\0') ++at;
  return at;
}

/// The restart segments of the first scan.
inline std::vector<Segment> SegmentsOf(std::string_view jpeg) {
  const std::size_t scan = FindMarker(jpeg, 0xDA);
  std::vector<Segment> segments;
  std::size_t begin = scan + 2 + static_cast<unsigned char>(jpeg[scan + 3]);
  while (true) {
    const std::size_t end = NextMarker(jpeg, begin);
    segments.push_back({begin, end});
    const int marker = static_cast<unsigned char>(jpeg[end + 1]);
    if (marker < 0xD0 || marker > 0xD7) return segments;
    begin = end + 2;
  }
}

/// Where each scan ends: at the marker behind its data.
inline std::vector<std::size_t> ScanEnds(std::string_view jpeg) {
  std::vector<std::size_t> ends;
  std::size_t at = FindMarker(jpeg, 0xDA);
  while (true) {
    const int marker = static_cast<unsigned char>(jpeg[at + 1]);
    if (marker == 0xD9) return ends;
    const auto length = static_cast<std::size_t>(static_cast<unsigned char>(jpeg[at + 2]) * 256 +
                                                 static_cast<unsigned char>(jpeg[at + 3]));
    at += 2 + length;
    if (marker != 0xDA) continue;
    at = NextMarker(jpeg, at);
    while (jpeg[at + 1] >= '\xD0' && jpeg[at + 1] <= '\xD7') at = NextMarker(jpeg, at + 2);
    ends.push_back(at);
  }
}

/// A scan for each component.
inline Bytes Separate(const std::string& file) {
  return test::WithCoefficients(AsBytes(file), test::ReadCoefficients(AsBytes(file)), true);
}

/// The MCUs of a sequential file with one scan.
class Mcus {
 public:
  explicit Mcus(const std::string& file)
      : file_(file), components_(test::ReadCoefficients(AsBytes(file))) {
    const std::size_t frame = FindMarker(file, 0xC0);
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(file[frame + at]); };
    int most_h = 1, most_v = 1;
    for (std::size_t i = 0; i < components_.size(); ++i) {
      const int factors = components_.size() == 1 ? 0x11 : byte(11 + 3 * i);
      sampling_.push_back({factors >> 4, factors & 15});
      most_h = std::max(most_h, factors >> 4);
      most_v = std::max(most_v, factors & 15);
    }
    const int width = byte(7) * 256 + byte(8);
    const int height = byte(5) * 256 + byte(6);
    across_ = (width + 8 * most_h - 1) / (8 * most_h);
    down_ = (height + 8 * most_v - 1) / (8 * most_v);
  }

  std::size_t count() const { return static_cast<std::size_t>(across_ * down_); }

  /// A sound file in which only those MCUs are as they were that are `there`, and all others are
  /// filled by the definition in codec/jpeg/mcus.h.
  template <class There>
  Bytes Filled(const There& there) const {
    std::vector<test::ComponentCoefficients> components = components_;
    for (std::size_t i = 0; i < components.size(); ++i) {
      for (int mcu = 0; mcu < across_ * down_; ++mcu) {
        if (!there(static_cast<std::size_t>(mcu))) {
          Fill(components[i], i, mcu, FillFor(i, mcu, there));
        }
      }
    }
    return test::WithCoefficients(AsBytes(file_), components);
  }

 private:
  struct Factors {
    int h, v;
  };

  // Adds what is there of the lowest row of blocks of MCU row `row`, up to MCU `end` of it.
  template <class There>
  bool AddRow(std::size_t i, int row, int end, const There& there, double& sum, int& n) const {
    const auto& component = components_[i];
    const auto [h, v] = sampling_[i];
    const int y = std::min((row + 1) * v, component.height) - 1;
    bool whole = end == across_;
    for (int mcu = 0; mcu < end; ++mcu) {
      if (!there(static_cast<std::size_t>(row * across_ + mcu))) {
        whole = false;
        continue;
      }
      for (int x = mcu * h; x < std::min((mcu + 1) * h, component.width); ++x) {
        sum += component.blocks[static_cast<std::size_t>(y * component.width + x)][0];
        ++n;
      }
    }
    return whole;
  }

  // The DC that stands for MCU `mcu`: from the last whole row above it, else from all that is there
  // before it.
  template <class There>
  std::int16_t FillFor(std::size_t i, int mcu, const There& there) const {
    const auto mean = [](double sum, int n) {
      return static_cast<std::int16_t>(n == 0 ? 0 : std::round(sum / n));
    };
    for (int row = mcu / across_ - 1; row >= 0; --row) {
      double sum = 0;
      int n = 0;
      if (AddRow(i, row, across_, there, sum, n)) return mean(sum, n);
    }
    double sum = 0;
    int n = 0;
    for (int row = 0; row <= mcu / across_; ++row) {
      AddRow(i, row, row == mcu / across_ ? mcu % across_ : across_, there, sum, n);
    }
    return mean(sum, n);
  }

  void Fill(test::ComponentCoefficients& component, std::size_t i, int mcu, std::int16_t dc) const {
    const auto [h, v] = sampling_[i];
    for (int b = 0; b < h * v; ++b) {
      const int x = mcu % across_ * h + b % h;
      const int y = mcu / across_ * v + b / h;
      if (x >= component.width || y >= component.height) continue;
      auto& block = component.blocks[static_cast<std::size_t>(y * component.width + x)];
      block.fill(0);
      block[0] = dc;
    }
  }

  std::string file_;
  std::vector<test::ComponentCoefficients> components_;
  std::vector<Factors> sampling_;
  int across_ = 0;
  int down_ = 0;
};

}  // namespace whittle::codec
