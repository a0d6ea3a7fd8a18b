// What is done to a result's pixels, as one constant row for each thing that can be done.
//
// A row works either on the whole picture, upright and held, or on rows on their way to the
// encoder. Rows are immutable and may be used from any thread. To add one: write
// pipeline/operations/<name>.cc that defines `extern const Operation k<Name>`, one line in
// operations.def, which is the order of work, and its parameter in transform/params.def. All else
// follows from the row: what cannot be done in planes, what is held and counted, that HDR becomes
// SDR and the source is no substitute; and the tests of every operation try its examples.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string_view>

#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::pipeline {

struct Plan;

/// Changes rows in place; made once for a job, called for each batch of rows, top to bottom.
using RowChange = std::move_only_function<void(pixel::RowSpan rows)>;

struct Operation {
  std::string_view name;  ///< "blur"
  /// Queries that ask for it, each by itself, of a picture that has to be cut to its box.
  std::span<const std::string_view> examples;
  /// CPU time of a pixel of the result, in nanoseconds: about what a server's core of 2023 takes.
  double result_ns = 0;

  /// Whether the plan's parameters and layout ask for it. All else is asked of such plans only.
  bool (*active)(const Plan& plan);
  /// Bytes held beside the picture while it works. Null for what is not worth counting.
  std::uint64_t (*bytes)(const Plan& plan) = nullptr;

  // One of these two is set.
  /// Works in place and returns what is left of `picture`. Error: kCancelled, at the latest after
  /// 20 ms or so.
  Expected<pixel::RowSpan> (*on_picture)(pixel::RowSpan picture, const Plan& plan,
                                         const std::stop_token& stop) = nullptr;
  /// For rows of this format; any but CMYK may come. They are 32 at a time, so that nothing else
  /// has to be stopped.
  RowChange (*on_rows)(const Plan& plan, pixel::PixelFormat format) = nullptr;
  /// Of one on rows: what it makes of rows in `taken`, in channels. Where it adds colour or alpha
  /// it is given rows that have them, as they are written. Null where the channels stay.
  pixel::PixelFormat (*gives)(const Plan& plan, pixel::PixelFormat taken) = nullptr;
};

/// Some of the rows.
struct OperationSet {
  std::uint32_t rows = 0;   ///< bit i is row i of operations.def
  bool on_picture = false;  ///< one of them needs the picture whole
  bool empty() const { return rows == 0; }
};

}  // namespace whittle::pipeline
