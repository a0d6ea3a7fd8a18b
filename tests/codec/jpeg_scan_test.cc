// Coefficients by our entropy decoder, held against jpeg_read_coefficients.
#include <gtest/gtest.h>

#include <vector>

#include "codec/jpeg/scan.h"
#include "jpeg/entropy_decoder.h"
#include "tests/support/pictures.h"

namespace whittle::codec {
namespace {

using Block = std::array<std::int16_t, jpeg::kBlockSize>;
using Blocks = std::vector<std::vector<Block>>;  // by component, row by row, the padding left out

Blocks ByLibjpeg(ByteView file) {
  const auto decoder = *OpenDecoder(file, {}, {});
  jpeg_decompress_struct& c = decoder->c;
  Blocks all(static_cast<std::size_t>(c.num_components));
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&c);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const jpeg_component_info& part = c.comp_info[i];
    for (JDIMENSION y = 0; y < part.height_in_blocks; ++y) {
      JBLOCKARRAY row =
          (*c.mem->access_virt_barray)(reinterpret_cast<j_common_ptr>(&c), arrays[i], y, 1, FALSE);
      for (JDIMENSION x = 0; x < part.width_in_blocks; ++x) {
        std::copy_n(row[0][x], jpeg::kBlockSize, all[i].emplace_back().begin());
      }
    }
  }
  return all;
}

// Unit by unit.
Blocks ByOurs(ByteView file) {
  const auto header = *OpenDecoder(file, {}, {});
  const jpeg_decompress_struct& c = header->c;
  const jpeg::Scan scan = *ScanOf(*header);
  jpeg::CoefficientOrder order;
  order.fill(jpeg::kBlockSize);
  std::ranges::copy(jpeg::kZigzag, order.begin());
  auto entropy = jpeg::EntropyDecoder::Of(scan, order);
  const bool alone = scan.count == 1;
  std::vector<jpeg::BlockPlace> places;
  std::vector<std::pair<std::size_t, std::pair<int, int>>> where;  // component, x and y in the unit
  for (std::size_t i = 0; i < scan.count; ++i) {
    const auto& part = scan.components[i];
    for (int y = 0; y < (alone ? 1 : part.v); ++y) {
      for (int x = 0; x < (alone ? 1 : part.h); ++x) {
        const auto index = static_cast<std::uint32_t>(places.size());
        places.push_back({index * static_cast<std::uint32_t>(jpeg::kBlockSize), index});
        where.push_back({i, {x, y}});
      }
    }
  }
  Blocks all(scan.count);
  for (std::size_t i = 0; i < scan.count; ++i) {
    all[i].resize(std::size_t{c.comp_info[i].width_in_blocks} * c.comp_info[i].height_in_blocks);
  }
  const auto units = [alone](int pixels, int most) {
    const int side = 8 * (alone ? 1 : most);
    return (pixels + side - 1) / side;
  };
  for (int v = 0; v < units(scan.height, c.max_v_samp_factor); ++v) {
    for (int u = 0; u < units(scan.width, c.max_h_samp_factor); ++u) {
      std::vector<std::int16_t> coefficients((places.size() + 1) * jpeg::kBlockSize);
      std::vector<std::uint8_t> extents(places.size());
      EXPECT_TRUE(entropy->Decode(places, coefficients.data(), extents.data()));
      for (std::size_t b = 0; b < places.size(); ++b) {
        const auto& [i, at] = where[b];
        const auto x = static_cast<std::size_t>(u * (alone ? 1 : scan.components[i].h) + at.first);
        const auto y = static_cast<std::size_t>(v * (alone ? 1 : scan.components[i].v) + at.second);
        const std::int16_t* block = coefficients.data() + b * jpeg::kBlockSize;
        for (std::size_t k = extents[b]; k < jpeg::kBlockSize; ++k) {
          EXPECT_EQ(block[jpeg::kZigzag[k]], 0) << "behind the extent";
        }
        if (x >= c.comp_info[i].width_in_blocks || y >= c.comp_info[i].height_in_blocks) continue;
        std::copy_n(block, jpeg::kBlockSize,
                    all[i][y * c.comp_info[i].width_in_blocks + x].begin());
      }
    }
  }
  return all;
}

TEST(JpegScan, GivesLibjpegsCoefficients) {
  for (const int channels : {1, 3}) {
    for (const auto& [h, v] : {std::pair{1, 1}, {2, 2}, {1, 2}, {4, 1}}) {
      for (const int quality : {5, 50, 90, 98, 100}) {
        for (const int interval : {0, 3}) {
          for (const bool noise : {false, true}) {
            const test::Picture picture =
                noise ? test::Noise(85, 50, channels) : test::Photo(85, 50, channels);
            const Bytes file = EncodeJpeg(picture, {.quality = quality,
                                                    .h_sampling = h,
                                                    .v_sampling = v,
                                                    .optimised = noise,
                                                    .restart_interval = interval});
            ASSERT_EQ(ByOurs(file.view()), ByLibjpeg(file.view())) << quality << h << v;
          }
        }
      }
    }
  }
}

TEST(JpegScan, LeavesOtherKindsAlone) {
  for (const auto& [options, plain] : {std::pair{test::JpegOptions{}, true},
                                       {{.progressive = true}, false},
                                       {{.arithmetic = true}, false}}) {
    const Bytes file = EncodeJpeg(test::Photo(20, 20), options);
    EXPECT_EQ(ScanOf(**OpenDecoder(file.view(), {}, {})).has_value(), plain);
  }
  const Bytes ink = EncodeJpeg(test::Photo(20, 20, 4));
  EXPECT_FALSE(ScanOf(**OpenDecoder(ink.view(), {}, {})));
}

}  // namespace
}  // namespace whittle::codec
