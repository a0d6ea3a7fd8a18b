// What is kept of coefficients against the blocks that they came from.
#include "jpeg/kept_blocks.h"

#include <gtest/gtest.h>

#include <bit>
#include <deque>
#include <random>
#include <vector>

namespace whittle::jpeg {
namespace {

struct Plane {
  std::vector<std::int16_t> coefficients;
  std::vector<std::uint64_t> nonzero, large;
};

// Rows of MCUs of random blocks, from hardly any coefficient to all of them.
class Rows {
 public:
  Rows(std::size_t width, std::size_t height, bool colour) {
    const auto add = [&](std::size_t across, std::size_t w, std::size_t h) {
      Component& component = components_.emplace_back();
      component.across = component.down = across;
      component.width = w;
      component.height = h;
      component.stride = colour ? (width + 1) / 2 * across : w;
      const std::size_t blocks = component.stride * across;
      Plane& plane = planes_.emplace_back();
      plane.coefficients.resize(blocks * kBlockSize);
      plane.nonzero.resize(blocks);
      plane.large.resize(blocks);
      component.blocks = {plane.coefficients.data(), plane.nonzero.data(), plane.large.data()};
    };
    add(colour ? 2 : 1, width, height);
    if (!colour) return;
    add(1, (width + 1) / 2, (height + 1) / 2);
    add(1, (width + 1) / 2, (height + 1) / 2);
  }
  Components components() const { return components_; }
  void Fill(std::mt19937& random) {
    for (Plane& plane : planes_) {
      for (std::size_t block = 0; block < plane.nonzero.size(); ++block) {
        const unsigned one_in = 1 + random() % 20;
        plane.nonzero[block] = plane.large[block] = 0;
        for (std::size_t k = 0; k < kBlockSize; ++k) {
          const int value = random() % one_in == 0 ? static_cast<int>(random() % 2001) - 1000 : 0;
          plane.coefficients[block * kBlockSize + k] = static_cast<std::int16_t>(value);
          if (value != 0) plane.nonzero[block] |= std::uint64_t{1} << k;
          if (value > 1 || value < -1) plane.large[block] |= std::uint64_t{1} << k;
        }
      }
    }
  }

 private:
  std::vector<Component> components_;
  std::deque<Plane> planes_;
};

void ExpectKept(std::size_t width, std::size_t height, bool colour) {
  std::mt19937 random(3);
  Rows rows(width, height, colour);
  const Components components = rows.components();
  const std::size_t mcu_rows = (height + components[0].down - 1) / components[0].down;
  KeptBlocks kept;
  kept.Prepare(components, mcu_rows);
  std::vector<std::vector<std::int16_t>> values(components.size());
  std::vector<std::vector<std::uint64_t>> nonzero(components.size()), large(components.size());
  std::vector<std::int16_t> steps;
  std::vector<int> before(components.size());
  for (std::size_t row = 0; row < mcu_rows; ++row) {
    rows.Fill(random);
    kept.Keep(components);
    for (std::size_t c = 0; c < components.size(); ++c) {
      const Component& component = components[c];
      for (std::size_t y = 0; y < component.down && row * component.down + y < component.height;
           ++y) {
        for (std::size_t x = 0; x < component.width; ++x) {
          const Block block = component.At(x, y);
          nonzero[c].push_back(block.nonzero & ~std::uint64_t{1});
          large[c].push_back(block.large);
          for (std::size_t k = 1; k < kBlockSize; ++k) {
            if (block.coefficients[k] != 0) values[c].push_back(block.coefficients[k]);
          }
        }
      }
    }
    for (std::size_t mcu = 0; mcu < components[0].stride / components[0].across; ++mcu) {
      for (std::size_t c = 0; c < components.size(); ++c) {
        const std::size_t side = components[c].across;
        for (std::size_t i = 0; i < side * side; ++i) {
          const int dc = components[c].At(mcu * side + i % side, i / side).coefficients[0];
          steps.push_back(static_cast<std::int16_t>(dc - before[c]));
          before[c] = dc;
        }
      }
    }
  }
  ASSERT_EQ(kept.components(), components.size());
  for (std::size_t c = 0; c < components.size(); ++c) {
    const KeptAc ac = kept.ac(c);
    ASSERT_EQ(ac.blocks, components[c].width * components[c].height);
    EXPECT_EQ(std::vector(ac.nonzero, ac.nonzero + ac.blocks), nonzero[c]);
    EXPECT_EQ(std::vector(ac.large, ac.large + ac.blocks), large[c]);
    EXPECT_EQ(std::vector(ac.values, ac.values + values[c].size()), values[c]);
  }
  const KeptDc dc = kept.dc();
  EXPECT_EQ(std::vector(dc.steps.begin(), dc.steps.end()), steps);
  EXPECT_EQ(dc.luma, colour ? 4U : 1U);
  EXPECT_EQ(dc.chroma, colour ? 2U : 0U);
}

TEST(KeptBlocks, KeepsWhatTheBlocksHave) {
  for (const bool colour : {false, true}) {
    for (std::size_t width = 1; width < 6; ++width) {
      for (std::size_t height = 1; height < 6; ++height) {
        SCOPED_TRACE(testing::Message() << width << "x" << height << " blocks");
        ExpectKept(width, height, colour);
      }
    }
  }
}

// What codec/jpeg/jpeg.cc counts on.
TEST(KeptBlocks, TakesTwoAndAQuarterBytesForASample) {
  const Rows rows(40, 30, true);
  KeptBlocks kept;
  kept.Prepare(rows.components(), 15);
  constexpr std::size_t kSamples = 40 * 30 * kBlockSize * 3 / 2;
  EXPECT_LE(kept.bytes(), kSamples * 9 / 4 + 1024);
  EXPECT_GE(kept.bytes(), kSamples * 9 / 4 - 1024);
}

}  // namespace
}  // namespace whittle::jpeg
