// A baseline scan to bands of samples, plane by plane: entropy decoding and inverse DCT together.
//
// A band is one row of units (for a single component, so many rows of blocks as its vertical factor
// says, which is libjpeg's notion). Its memory is fixed by the picture's width. The samples are
// libjpeg's, with its accurate integer IDCT; what is irregular (entropy_decoder.h, idct.h) ends the
// work without a judgement. One scan, one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "jpeg/entropy_decoder.h"
#include "jpeg/idct.h"
#include "jpeg/scan.h"
#include "pixel/aligned.h"

namespace whittle::jpeg {

class ScanDecoder {
 public:
  /// Null when the scan cannot be decoded here: its tables are unsound or its units too large.
  static std::unique_ptr<ScanDecoder> Of(const Scan& scan);

  /// Samples of one plane in a band, whole blocks wide.
  struct Band {
    const std::uint8_t* samples;
    std::size_t stride;
    int rows;  ///< also in the last band, where the picture may end earlier
  };

  int bands() const { return band_count_; }
  /// Decodes the next band; false: irregular, and nothing more is to be had. What follows the last
  /// unit is of no account. Not to be called after the last band.
  bool Next();
  /// The band just decoded, valid until the next call.
  Band band(std::size_t component) const;

 private:
  // Where a component's blocks stand in a chunk and its samples in the band.
  struct Part {
    int h = 1;  // blocks of a unit
    int v = 1;
    int band_rows = 0;                 // samples
    std::size_t coefficients = 0;      // index of the first of a chunk
    std::size_t row_coefficients = 0;  // from one row of blocks to the next
    std::size_t extents = 0;
    std::size_t row_extents = 0;
    std::size_t stride = 0;
    pixel::AlignedBuffer<std::uint8_t> samples;
  };

  ScanDecoder(const Scan& scan, const IdctKernel& kernel);
  void PlanChunk();
  bool DecodeUnitRow(int row_in_band);
  bool TransformChunk(int first_unit, int units, int row_in_band);

  const IdctKernel& kernel_;
  std::size_t count_;
  bool alone_;  // the only component
  int units_across_ = 0;
  int unit_rows_ = 0;
  int unit_rows_per_band_ = 1;
  int unit_row_ = 0;  // the next one
  int band_count_ = 0;
  std::array<Part, kMaxComponents> parts_;
  CoefficientOrder order_{};
  std::size_t unit_blocks_ = 0;
  std::vector<BlockPlace> places_;  // of a chunk
  std::vector<std::uint8_t> extents_;
  pixel::AlignedBuffer<std::int16_t> coefficients_;
  alignas(64) std::array<LaneQuant, kMaxComponents> quants_{};
  std::optional<EntropyDecoder> entropy_;
};

}  // namespace whittle::jpeg
