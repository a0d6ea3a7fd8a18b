// Coefficients of a picture that is coded once all of it is known.
//
// They are put away row by row, while the transform has just left them in the caches: DC as the
// differences that its scan codes, AC without the zeros between. Scans are walked many times, and
// read an eighth of what whole blocks would take. Belongs to one encoder. Memory: 2.25 bytes for
// each sample of whole MCUs at most, of which a photo touches a third.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "jpeg/component.h"
#include "pixel/aligned.h"

namespace whittle::jpeg {

/// AC of one component's blocks, row after row, without those that only complete an MCU.
struct KeptAc {
  std::size_t blocks = 0;
  const std::uint64_t* nonzero = nullptr;  ///< as Block has them, but for DC
  const std::uint64_t* large = nullptr;
  const std::int16_t* values = nullptr;  ///< those that are not 0, block after block
};

/// DC of all components in the order of their scan: in each MCU luma's, then that of each chroma.
struct KeptDc {
  std::span<const std::int16_t> steps;  ///< from the component's DC before
  std::size_t luma = 1;                 ///< of an MCU
  std::size_t chroma = 0;               ///< of an MCU, both components
};

class KeptBlocks {
 public:
  /// Makes room for a picture of so many rows of MCUs. Throws std::bad_alloc.
  void Prepare(Components components, std::size_t mcu_rows);
  /// Takes the next row.
  void Keep(Components components);

  std::size_t components() const { return count_; }
  KeptAc ac(std::size_t component) const;
  KeptDc dc() const;
  std::size_t bytes() const { return storage_.bytes(); }

 private:
  struct Part {
    std::uint64_t* nonzero = nullptr;
    std::uint64_t* large = nullptr;
    std::int16_t* values = nullptr;
    std::size_t blocks = 0;
    std::size_t value_count = 0;
    int before = 0;  // DC
  };
  void KeepDc(Components components);
  static void KeepRow(const BlockRow& row, std::size_t blocks, Part& part);

  std::size_t count_ = 0;
  std::size_t row_ = 0;  // of MCUs, the next one
  std::size_t luma_ = 1;
  std::size_t chroma_ = 0;
  std::array<Part, 3> parts_;
  std::int16_t* steps_ = nullptr;
  std::size_t step_count_ = 0;
  pixel::AlignedBuffer<std::uint8_t> storage_;
};

}  // namespace whittle::jpeg
