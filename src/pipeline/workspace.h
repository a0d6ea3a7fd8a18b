// The buffers of one job, kept by a worker from one picture to the next.
//
// Fresh memory is dear (the kernel clears every page), so a workspace only grows; who owns it
// decides when to destroy it. One job at a time. Its size is a few rows, plus the result for turned
// pictures.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "codec/codec.h"
#include "color/transform_cache.h"
#include "pixel/aligned.h"
#include "pixel/chroma_resizer.h"
#include "pixel/resizer.h"
#include "pixel/view.h"
#include "pixel/wide_resizer.h"
#include "whittle/expected.h"

namespace whittle::pipeline {

struct Plan;
class SharedPlanes;

/// A batch of rows and the memory behind it.
class RowBuffer {
 public:
  /// Shapes the batch; content is undefined. Rows begin on cache lines. Throws std::bad_alloc.
  void Shape(int width, int rows, pixel::PixelFormat format);
  pixel::RowSpan rows() const { return rows_; }
  std::size_t bytes() const { return storage_.bytes(); }

  static std::uint64_t BytesNeeded(std::uint64_t width, std::uint64_t rows,
                                   pixel::PixelFormat format);

 private:
  pixel::AlignedBuffer<std::uint8_t> storage_;
  pixel::RowSpan rows_;
};

struct Workspace {
  /// Rows that are decoded, resized and encoded at a time: two MCU rows of 4:2:0.
  static constexpr int kBatchRows = 32;

  RowBuffer decoded;    ///< as the decoder gives them
  RowBuffer converted;  ///< CMYK turned RGB
  RowBuffer resized;    ///< ready rows on their way out
  RowBuffer frame;      ///< the whole picture, where it is turned or worked on
  RowBuffer turned;     ///< some rows, upright; or all of them, where they are worked on
  RowBuffer canvas;     ///< some rows as they are written, where that is not how they come
  RowBuffer kept;       ///< all of the canvas, where it is encoded later or more than once
  pixel::Resizer resizer;
  pixel::WideResizer wide_resizer;   ///< of samples of 16 bits
  color::TransformCache transforms;  ///< of the profiles seen last

  // For jobs with planes, which use nothing of the above.
  std::array<pixel::Resizer, codec::kPlanes> plane_resizers;  ///< of luma alone, usually
  pixel::ChromaResizer chroma_resizer;
  RowBuffer chroma_luma;                              ///< luma at chroma's resolution
  std::array<RowBuffer, codec::kPlanes> plane_rows;   ///< resized; all of a picture that is turned
  std::array<RowBuffer, codec::kPlanes> plane_bands;  ///< a band, turned upright
  std::array<RowBuffer, codec::kPlanes> plane_codes;  ///< of a source in studio range, made full

  /// Rows of luma that wait for the encoder in a job with planes. Chroma's resizer hands its rows
  /// out in groups of 16, which is 32 of luma, and needs a wider window; luma must be able to go on
  /// meanwhile.
  static constexpr int kPlaneRows = 96;

  /// Luma rows of a source in studio range that are made full at a time, an even number.
  static constexpr int kStudioRows = 64;

  /// Chroma rows that are resized at a time.
  static constexpr int kChromaRows = 8;

  /// Makes room for a job, whose resizers follow `shared` where that has something for them.
  /// Errors: kTooLarge for sizes that the resizer cannot serve.
  Expected<void> Prepare(const Plan& plan, const SharedPlanes* shared = nullptr);
  /// Of that, what a decoder of rows needs.
  void PrepareToDecode(const Plan& plan);
  /// Bytes held now.
  std::size_t bytes() const;
  /// Bytes that a job with this plan will hold.
  static std::uint64_t BytesNeeded(const Plan& plan);

 private:
  Expected<void> PreparePlanes(const Plan& plan, const SharedPlanes* shared);
  static std::uint64_t PlaneBytesNeeded(const Plan& plan);
};

}  // namespace whittle::pipeline
