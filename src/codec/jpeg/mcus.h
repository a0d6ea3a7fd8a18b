// The MCUs of a damaged file, one by one: which of them are there, and what stands for the others.
//
// An MCU is there when all its bits were, up to the next marker or the file's end. Of the others
// libjpeg makes noise (from zeros for bits) and then grey. Here they are as if that scan had left
// them out, and where it is the first to give a component's DC, the component is filled in: with
// the rounded mean of the quantised DC in the last row of blocks of the last MCU row that is there
// as a whole. Where there is none yet, the mean is over those MCUs of the first rows that are
// there, and where there is nothing at all DC is 0, mid-grey. So each component is filled for
// itself, an MCU row that is there in part keeps what is there, and the filling belongs to the
// file: no batch of rows and no choice of decoder changes it.
//
// Coefficients of later passes that are missing stay as they are, 0 or less exact. (libjpeg smooths
// the blocks of a picture whose passes are not all there, as browsers show it.)
//
// Arithmetic coding does not tell its end: a decoder reads a little further, and zeros there belong
// to the code (T.81, D.1.8). So with it an MCU counts as there when it took no more than kMostZeros
// bytes behind the file's end, and a marker amid a scan goes unnoticed.
//
// For the jpeg_*.cc files only. libjpeg calls this for each MCU by way of its internal interface
// (jpegint.h, as Debian installs it), so it is attached only to files that have proved damaged.
// Cost: a copy of the MCU's blocks, some ns each. Belongs to one Decoder.
#pragma once

#include <array>
#include <cstdint>

#include "codec/jpeg/error.h"

namespace whittle::codec {

class McuWatch {
 public:
  /// Zeros behind the end of an arithmetically coded file that may belong to it.
  static constexpr int kMostZeros = 4;

  /// To be called before each row of MCUs: from then on libjpeg's entropy decoder goes through
  /// here.
  void Attach(jpeg_decompress_struct& c);

  /// Some MCU is not there.
  bool missing() const { return missing_; }
  /// Some MCU is.
  bool anything() const { return anything_; }

  /// A zero was read behind the file's end, of an arithmetically coded scan; false: enough of them.
  bool TakeZero() { return zeros_++ < kMostZeros; }

 private:
  struct Mean {
    std::int64_t sum = 0;
    std::int64_t count = 0;
    JCOEF Rounded() const;
  };
  // A component.
  struct Part {
    int dc_scan = 0;  // the first that gives its DC; 0 for none yet
    Mean row;         // of the row at hand so far
    Mean above;       // of the last whole row, or of what there is of rows while none was whole
    bool whole = false;
  };
  using DecodeMcu = boolean (*)(j_decompress_ptr, JBLOCKROW*);

  static boolean Step(j_decompress_ptr c, JBLOCKROW* blocks);
  void BeginScan(const jpeg_decompress_struct& c);
  bool IsThere(const jpeg_decompress_struct& c) const;
  void Sum(const jpeg_decompress_struct& c, const JBLOCKROW* blocks);
  void Fill(const jpeg_decompress_struct& c, JBLOCKROW* blocks) const;
  void EndRow(const jpeg_decompress_struct& c);

  DecodeMcu decode_ = nullptr;  // libjpeg's own
  std::array<Part, MAX_COMPS_IN_SCAN> parts_;
  int scan_ = 0;
  JDIMENSION column_ = 0;  // of the next MCU
  bool row_is_whole_ = true;
  bool missing_ = false;
  bool anything_ = false;
  int zeros_ = 0;
};

}  // namespace whittle::codec
