#include "jpeg/scan_decoder.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "base/checked.h"

namespace whittle::jpeg {
namespace {

// Units decoded before their blocks are transformed: the coefficients, 12 KiB with 4:2:0, should
// stay in the first-level cache.
constexpr int kChunkUnits = 16;

int CeilDiv(int a, int b) { return (a + b - 1) / b; }

}  // namespace

std::unique_ptr<ScanDecoder> ScanDecoder::Of(const Scan& scan) {
  std::unique_ptr<ScanDecoder> decoder(new ScanDecoder(scan, IdctForThisCpu()));
  decoder->entropy_ = EntropyDecoder::Of(scan, decoder->order_);
  if (!decoder->entropy_) return nullptr;
  return decoder;
}

ScanDecoder::ScanDecoder(const Scan& scan, const IdctKernel& kernel)
    : kernel_(kernel), count_(scan.count), alone_(scan.count == 1) {
  int h_most = 1;
  int v_most = 1;
  for (std::size_t c = 0; c < count_; ++c) {
    h_most = std::max(h_most, scan.components[c].h);
    v_most = std::max(v_most, scan.components[c].v);
  }
  const int side = static_cast<int>(kBlockSide);
  units_across_ = CeilDiv(scan.width, side * (alone_ ? 1 : h_most));
  unit_rows_ = CeilDiv(scan.height, side * (alone_ ? 1 : v_most));
  unit_rows_per_band_ = alone_ ? v_most : 1;
  band_count_ = CeilDiv(unit_rows_, unit_rows_per_band_);

  const std::size_t lanes = kernel_.lanes;
  for (std::size_t k = 0; k < order_.size(); ++k) {
    const std::size_t place = k < kBlockSize ? kZigzag[k] : 0;
    const std::size_t row = k < kBlockSize ? place / kBlockSide : kBlockSide;
    order_[k] = static_cast<std::uint16_t>(row * lanes * kBlockSide + place % kBlockSide);
  }
  for (std::size_t c = 0; c < count_; ++c) {
    const Scan::Component& component = scan.components[c];
    Part& part = parts_[c];
    part.h = alone_ ? 1 : component.h;
    part.v = alone_ ? 1 : component.v;
    part.band_rows = component.v * side;
    const auto blocks = static_cast<std::size_t>(units_across_) * static_cast<std::size_t>(part.h);
    part.stride = pixel::RowStride(RoundUp(blocks, kMaxLanes) * kBlockSide);
    part.samples.Resize(part.stride * static_cast<std::size_t>(part.band_rows));
    for (std::size_t i = 0; i < kBlockSize; ++i) {
      // libjpeg keeps factors in 16 bits too.
      const auto factor = static_cast<std::int16_t>(component.quant[i]);
      const std::size_t row = i / kBlockSide * lanes * kBlockSide;
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        quants_[c][row + lane * kBlockSide + i % kBlockSide] = factor;
      }
    }
  }
  PlanChunk();
}

// Rows of blocks of all components, one behind the other, each of whole groups with one to spare,
// where blocks that prove broken may have written beyond their end (CoefficientOrder).
void ScanDecoder::PlanChunk() {
  const std::size_t lanes = kernel_.lanes;
  std::size_t coefficients = 0;
  std::size_t extents = 0;
  for (std::size_t c = 0; c < count_; ++c) {
    Part& part = parts_[c];
    const std::size_t blocks =
        RoundUp(static_cast<std::size_t>(kChunkUnits * part.h), lanes) + lanes;
    part.coefficients = coefficients;
    part.row_coefficients = blocks * kBlockSize;
    part.extents = extents;
    part.row_extents = blocks;
    coefficients += part.row_coefficients * static_cast<std::size_t>(part.v);
    extents += part.row_extents * static_cast<std::size_t>(part.v);
    unit_blocks_ += static_cast<std::size_t>(part.h * part.v);
  }
  coefficients_.Resize(coefficients);
  std::memset(coefficients_.data(), 0, coefficients_.bytes());
  extents_.assign(extents, 0);
  for (std::size_t unit = 0; unit < kChunkUnits; ++unit) {
    for (std::size_t c = 0; c < count_; ++c) {
      const Part& part = parts_[c];
      for (std::size_t y = 0; y < static_cast<std::size_t>(part.v); ++y) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(part.h); ++i) {
          const std::size_t x = unit * static_cast<std::size_t>(part.h) + i;
          const std::size_t in_row = x / lanes * lanes * kBlockSize + x % lanes * kBlockSide;
          places_.push_back(
              {static_cast<std::uint32_t>(part.coefficients + y * part.row_coefficients + in_row),
               static_cast<std::uint32_t>(part.extents + y * part.row_extents + x)});
        }
      }
    }
  }
}

bool ScanDecoder::TransformChunk(int first_unit, int units, int row_in_band) {
  bool tame = true;
  for (std::size_t c = 0; c < count_; ++c) {
    Part& part = parts_[c];
    for (int y = 0; y < part.v; ++y) {
      const auto row = static_cast<std::size_t>(y);
      const auto sample_row = static_cast<std::size_t>(row_in_band * part.v + y) * kBlockSide;
      const auto column = static_cast<std::size_t>(first_unit * part.h) * kBlockSide;
      const BlockRow blocks = {
          .coefficients = coefficients_.data() + part.coefficients + row * part.row_coefficients,
          .extents = extents_.data() + part.extents + row * part.row_extents,
          .blocks = static_cast<std::size_t>(units * part.h),
          .quant = &quants_[c],
          .samples = part.samples.data() + sample_row * part.stride + column,
          .stride = part.stride};
      tame = kernel_.transform(blocks) && tame;
    }
  }
  return tame;
}

bool ScanDecoder::DecodeUnitRow(int row_in_band) {
  for (int unit = 0; unit < units_across_; unit += kChunkUnits) {
    const int units = std::min(kChunkUnits, units_across_ - unit);
    const std::span places(places_.data(), static_cast<std::size_t>(units) * unit_blocks_);
    if (!entropy_->Decode(places, coefficients_.data(), extents_.data()) ||
        !TransformChunk(unit, units, row_in_band)) {
      return false;
    }
  }
  return true;
}

bool ScanDecoder::Next() {
  for (int y = 0; y < unit_rows_per_band_ && unit_row_ < unit_rows_; ++y, ++unit_row_) {
    if (!DecodeUnitRow(y)) return false;
  }
  return true;
}

ScanDecoder::Band ScanDecoder::band(std::size_t component) const {
  const Part& part = parts_[component];
  return {part.samples.data(), part.stride, part.band_rows};
}

}  // namespace whittle::jpeg
