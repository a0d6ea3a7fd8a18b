// Reducer: source rows in, pair rows of the picture the filters work on out. That picture is the
// source itself, or the source halved one to three times by averaging 2x2 samples. Source rows are
// codes, or 16-bit samples that somebody else made of them.
//
// Halving first makes a large shrink cheap: the filters see a quarter of the samples, or less. It
// is done in the light that the resize works in, and the filters undo its blur (filter.h), so that
// what it costs in quality is little. HalvingsFor has the rule when. An odd last column or row
// counts twice in its average.
//
// Used by Resizer and ChromaResizer. Not thread-safe; one job at a time. Memory is two short rows
// per halving, and two whole ones for a source of 16-bit samples.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "pixel/aligned.h"
#include "pixel/filter.h"
#include "pixel/kernels.h"
#include "pixel/transfer.h"

namespace whittle::pixel {

/// How often to halve the source of a resize with these two axes, 0..Reducer::kMaxHalvings; the
/// same for both, so the axis that shrinks less decides.
int HalvingsFor(const Axis& horizontal, const Axis& vertical, Light light);

/// `axis` after `halvings`.
Axis Halved(Axis axis, int halvings);

class Reducer {
 public:
  static constexpr int kMaxHalvings = 3;

  struct Shape {
    int width = 0;                 ///< of the source
    std::size_t planes = 1;        ///< of codes: grey, grey and alpha, RGB, RGBA
    Light light = Light::kLinear;  ///< of codes
    int halvings = 0;
    bool wide = false;  ///< source rows are 16-bit samples, 0..kOne

    friend bool operator==(const Shape&, const Shape&) = default;

    int levels() const { return halvings + (wide ? 1 : 0); }
    /// Of the pair rows.
    Order order() const { return levels() > 0 ? Order::kInPlace : Order::kUnpacked; }
  };
  void Configure(const Kernels& kernels, const Shape& shape);

  /// Takes two rows of codes; true when they complete a pair row, which is then at `pair_row`. Null
  /// for a row that nobody wants.
  bool Take(const std::uint8_t* even, const std::uint8_t* odd, std::int16_t* pair_row);
  /// Where the next row of 16-bit samples goes, in place, its planes wide_plane() values apart.
  std::int16_t* WideRow() { return Row(0, waits_[0]); }
  std::size_t wide_plane() const { return PlaneAt(shape_, 0); }
  /// Takes the row that is there now, as Take does. A row that nobody wants may be left out.
  bool TakeWide(std::int16_t* pair_row) { return RowDone(0, pair_row); }
  /// After the last source row: true when that completes a pair row.
  bool Finish(std::int16_t* pair_row);

  static std::size_t BytesNeeded(const Shape& shape);
  std::size_t bytes() const { return rows_.bytes(); }

 private:
  static constexpr int kMaxLevels = kMaxHalvings + 1;

  // Level l holds rows that were halved l + 1 times, or l times for a source of 16-bit samples.
  static int WidthAt(const Shape& shape, int level) {
    return Halved({.src = shape.width}, level + (shape.wide ? 0 : 1)).src;
  }
  static std::size_t PlaneAt(const Shape& shape, int level);
  std::int16_t* Row(int level, bool odd);
  bool RowDone(int level, std::int16_t* pair_row);
  void Combine(int level, std::int16_t* pair_row);

  const Kernels* kernels_ = nullptr;
  Shape shape_;
  std::array<std::size_t, kMaxLevels> begin_ = {};  ///< of each level in rows_
  std::array<bool, kMaxLevels> waits_ = {};         ///< an even row for its odd one, per level
  AlignedBuffer<std::int16_t> rows_;
};

}  // namespace whittle::pixel
