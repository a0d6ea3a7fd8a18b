// How much memory is held at once: every block of malloc and its kin, whoever asks for it, so also
// the C libraries. Independent of what anybody says of themselves.
//
// The test program's own malloc, over glibc's. Any thread; two atomic additions a block. Under a
// sanitizer, which has an allocator of its own, nothing is measured.
#pragma once

#include <cstdint>

namespace whittle::test {

/// False under a sanitizer.
bool MeasuresHeap();

/// From its making on, the largest sum of blocks beyond what was held then.
class HeapPeak {
 public:
  HeapPeak();
  std::uint64_t bytes() const;

 private:
  std::int64_t before_;
};

}  // namespace whittle::test
