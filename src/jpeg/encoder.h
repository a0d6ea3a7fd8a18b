// JPEG files from luma and chroma: our own encoder.
//
// Used by the codec room, which has checked what it passes on. An Encoder belongs to one job and
// does one picture: Write for each band from top to bottom, then Finish. With Preset::kFast it
// codes as it goes with fixed tables; else it keeps all coefficients (kept_blocks.h) and chooses
// the best code at the end. Only std::bad_alloc is thrown.
#pragma once

#include <array>
#include <cstdint>
#include <stop_token>

#include "jpeg/baseline.h"
#include "jpeg/component.h"
#include "jpeg/kept_blocks.h"
#include "jpeg/markers.h"
#include "pixel/aligned.h"
#include "pixel/view.h"
#include "whittle/bytes.h"
#include "whittle/choices.h"

namespace whittle::jpeg {

/// Which planes there are, and whether chroma has half of luma's resolution in both directions.
enum class Layout : std::uint8_t { kGrey, k420, k444 };

struct Picture {
  int width = 0;  ///< 1..65535 samples of luma
  int height = 0;
  Layout layout = Layout::k420;
  double quality = 80;  ///< 1..100
  Preset preset = Preset::kDefault;
  Embedded embedded;  ///< only looked at by the constructor
};

/// Rows of luma, Cb and Cr, each kGrey8; those of a grey picture's chroma are not looked at.
using PlaneRows = std::array<pixel::ConstRowSpan, 3>;

class Encoder {
 public:
  /// Luma rows of a band; chroma has half as many with k420.
  static constexpr int kBandRows = 16;

  explicit Encoder(const Picture& picture);

  /// The next kBandRows rows, or what is left of the picture. Its edges are continued by
  /// repetition.
  void Write(const PlaneRows& rows);
  /// After the last band: the whole file. A stop request, seen between two scans, makes it useless.
  Bytes Finish(const std::stop_token& stop = {});

 private:
  struct Samples {  // a band of one component, whole groups of blocks wide
    std::uint8_t* first = nullptr;
    std::size_t stride = 0;
    std::size_t width = 0;
  };

  Components components() const { return {components_.data(), count_}; }
  bool streams() const { return picture_.preset == Preset::kFast; }
  void LayOut();
  void Allocate();
  void AppendHeadOfFile();
  void TransformMcuRow(std::size_t in_band);
  void CodeMcuRow();

  Picture picture_;
  const FdctKernels& kernels_;
  std::size_t count_ = 1;                // components
  std::array<Component, 3> components_;  // the row of MCUs at work
  std::array<Quantiser, 3> quantisers_{};
  std::array<Samples, 3> samples_;
  Remainders rest_{};  // of one row of blocks
  bool thrifty_;       // rounds by bits and error, see thrift.h
  pixel::AlignedBuffer<std::uint8_t> storage_;
  std::size_t mcu_rows_done_ = 0;
  KeptBlocks kept_;  // unless it streams
  Bytes file_;
  BitWriter writer_;
  DcPredictions before_{};
};

}  // namespace whittle::jpeg
