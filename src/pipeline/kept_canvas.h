// A canvas that is kept: the place of an encoder where the whole result is needed before it, for
// frames of an animation and for what is encoded more than once.
//
// One job, one thread.
#pragma once

#include <cstring>

#include "codec/codec.h"
#include "pipeline/workspace.h"

namespace whittle::pipeline {

class KeptCanvas final : public codec::RowSink {
 public:
  /// The buffer outlives the canvas and is shaped by it.
  KeptCanvas(RowBuffer& buffer, const codec::EncodeSpec& spec) : buffer_(buffer) {
    buffer_.Shape(spec.width, spec.height, spec.format);
  }

  Expected<void> Write(pixel::ConstRowSpan rows) override {
    const pixel::RowSpan canvas = buffer_.rows();
    if (rows.format != canvas.format || rows.width != canvas.width ||
        rows.rows > canvas.rows - taken_) {
      return Fail(ErrorKind::kInternal, "rows do not fit the canvas");
    }
    for (int y = 0; y < rows.rows; ++y) {
      std::memcpy(canvas.row(taken_ + y), rows.row(y), rows.row_bytes());
    }
    taken_ += rows.rows;
    return {};
  }
  /// Nothing to give: the rows stay here.
  Expected<Bytes> Finish() override {
    if (taken_ != buffer_.rows().rows) return Fail(ErrorKind::kInternal, "rows are missing");
    return Bytes();
  }

  pixel::ConstRowSpan rows() const { return buffer_.rows(); }
  /// For the next frame.
  void Restart() { taken_ = 0; }

 private:
  RowBuffer& buffer_;
  int taken_ = 0;
};

}  // namespace whittle::pipeline
