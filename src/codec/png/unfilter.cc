#include "codec/png/unfilter.h"

#include <cstring>

namespace whittle::codec {
namespace {

// A pixel's samples side by side in 16 bits: the compiler's own vectors, whatever the CPU.
template <std::size_t kLanes>
using Wide = std::int16_t __attribute__((vector_size(kLanes * sizeof(std::int16_t))));
template <std::size_t kLanes>
using Narrow = std::uint8_t __attribute__((vector_size(kLanes)));

// Three bytes are handled as four, the last of them zero.
constexpr std::size_t LanesFor(std::size_t pixel_bytes) { return pixel_bytes <= 4 ? 4 : 8; }

// What follows becomes part of its caller, whose instructions it is compiled for.
#define WHITTLE_INLINE [[gnu::always_inline]] inline

template <std::size_t kBytes>
WHITTLE_INLINE Wide<LanesFor(kBytes)> Load(const std::uint8_t* from) {
  Narrow<LanesFor(kBytes)> bytes{};
  std::memcpy(&bytes, from, kBytes);
  return __builtin_convertvector(bytes, Wide<LanesFor(kBytes)>);
}

// Keeps the low bytes, as the specification's arithmetic modulo 256 asks.
template <std::size_t kBytes>
WHITTLE_INLINE void Store(std::uint8_t* to, Wide<LanesFor(kBytes)> pixel) {
  const auto bytes = __builtin_convertvector(pixel, Narrow<LanesFor(kBytes)>);
  std::memcpy(to, &bytes, kBytes);
}

template <class Vector>
WHITTLE_INLINE Vector Min(Vector a, Vector b) {
  return __builtin_elementwise_min(a, b);
}
template <class Vector>
WHITTLE_INLINE Vector Max(Vector a, Vector b) {
  return __builtin_elementwise_max(a, b);
}
// Of left, above and above left (corner), the one nearest to left + above - corner; in that order
// when two are as near. That is the least of left and above where the corner lies above both of
// them or near, the largest where it lies below, and else the corner, told apart by where
// 3 corner - left - above falls; the result waits for `left` through four operations only.
template <class Vector>
WHITTLE_INLINE Vector Paeth(Vector left, Vector above, Vector corner) {
  const Vector threshold = (corner * 3 - above) - left;
  const Vector low = Min(left, above);
  const Vector high = Max(left, above);
  const Vector inner = high <= threshold ? low : corner;
  return threshold <= low ? high : inner;
}

template <std::size_t kBytes>
void UnfilterSub(std::uint8_t* row, std::size_t bytes) {
  Wide<LanesFor(kBytes)> left{};
  for (std::size_t i = 0; i < bytes; i += kBytes) {
    left = (Load<kBytes>(row + i) + left) & 255;
    Store<kBytes>(row + i, left);
  }
}

void UnfilterUp(std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) row[i] = static_cast<std::uint8_t>(row[i] + prior[i]);
}

template <std::size_t kBytes>
void UnfilterAverage(std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes) {
  Wide<LanesFor(kBytes)> left{};
  for (std::size_t i = 0; i < bytes; i += kBytes) {
    left = (Load<kBytes>(row + i) + ((left + Load<kBytes>(prior + i)) >> 1)) & 255;
    Store<kBytes>(row + i, left);
  }
}

// As Load, where another pixel follows: one load instead of two, if that pixel has the bytes.
template <std::size_t kBytes>
WHITTLE_INLINE Wide<LanesFor(kBytes)> LoadAmid(const std::uint8_t* from) {
  if constexpr (LanesFor(kBytes) <= 2 * kBytes) return Load<LanesFor(kBytes)>(from);
  return Load<kBytes>(from);
}

// Rows one below the other, `stride` apart, all filtered by Paeth. A pixel waits for the one to its
// left; so each row goes one pixel behind the row above it, and the CPU works on all of them at
// once. What lies above a pixel is then the pixel that the row above has just left behind.
template <std::size_t kBytes, std::size_t kRows>
struct PaethFront {
  using Pixel = Wide<LanesFor(kBytes)>;

  std::uint8_t* rows;
  std::size_t stride;
  const std::uint8_t* prior;
  std::size_t pixels;
  Pixel left[kRows] = {};
  Pixel corner[kRows] = {};

  WHITTLE_INLINE void Run() {
    std::size_t step = 0;
    for (; step < pixels + kRows - 1; ++step) {
      // All rows are amid their pixels, and none is at its last, behind which nothing may be read.
      const bool amid = step >= kRows - 1 && step + 1 < pixels;
      amid ? Amid(step) : AtTheEnds(step);
    }
  }

  WHITTLE_INLINE void Amid(std::size_t step) {
    for (std::size_t r = kRows; r-- > 0;) {
      const std::size_t at = (step - r) * kBytes;
      Finish(r, at, r > 0 ? left[r - 1] : LoadAmid<kBytes>(prior + at),
             LoadAmid<kBytes>(Row(r) + at));
    }
  }
  WHITTLE_INLINE void AtTheEnds(std::size_t step) {
    for (std::size_t r = kRows; r-- > 0;) {
      if (step < r || step - r >= pixels) continue;
      const std::size_t at = (step - r) * kBytes;
      Finish(r, at, r > 0 ? Load<kBytes>(Row(r - 1) + at) : Load<kBytes>(prior + at),
             Load<kBytes>(Row(r) + at));
    }
  }
  WHITTLE_INLINE void Finish(std::size_t r, std::size_t at, Pixel above, Pixel filtered) {
    left[r] = (filtered + Paeth(left[r], above, corner[r])) & 255;
    corner[r] = above;
    Store<kBytes>(Row(r) + at, left[r]);
  }
  WHITTLE_INLINE std::uint8_t* Row(std::size_t r) const { return rows + r * stride; }
};

template <std::size_t kBytes>
void UnfilterPaeth(std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes) {
  PaethFront<kBytes, 1>{row, 0, prior, bytes / kBytes}.Run();
}

template <std::size_t kBytes>
bool Unfilter(int filter, std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes) {
  switch (filter) {
    case 0:
      return true;
    case 1:
      UnfilterSub<kBytes>(row, bytes);
      return true;
    case 2:
      UnfilterUp(row, prior, bytes);
      return true;
    case 3:
      UnfilterAverage<kBytes>(row, prior, bytes);
      return true;
    case 4:
      UnfilterPaeth<kBytes>(row, prior, bytes);
      return true;
    default:
      return false;
  }
}

template <std::size_t kBytes>
void PaethRows(std::uint8_t* rows, std::size_t stride, const std::uint8_t* prior,
               std::size_t pixels) {
  PaethFront<kBytes, kPaethRows>{rows, stride, prior, pixels}.Run();
}

// With AVX2 a choice is one instruction instead of three. Chosen at the call and not by the loader
// (target_clones): its resolvers run before a sanitizer's runtime is there.
#if defined(__x86_64__)
template <std::size_t kBytes>
__attribute__((target("avx2"))) void PaethRowsAvx2(std::uint8_t* rows, std::size_t stride,
                                                   const std::uint8_t* prior, std::size_t pixels) {
  PaethFront<kBytes, kPaethRows>{rows, stride, prior, pixels}.Run();
}

template <std::size_t kBytes>
auto PaethRowsForThisCpu() {
  return __builtin_cpu_supports("avx2") ? PaethRowsAvx2<kBytes> : PaethRows<kBytes>;
}
#else
template <std::size_t kBytes>
auto PaethRowsForThisCpu() {
  return PaethRows<kBytes>;
}
#endif

}  // namespace

bool UnfilterPaethRows(std::uint8_t* rows, std::size_t stride, const std::uint8_t* prior,
                       std::size_t bytes, std::size_t pixel_bytes) {
  if (pixel_bytes == 3) {
    PaethRowsForThisCpu<3>()(rows, stride, prior, bytes / 3);
  } else if (pixel_bytes == 4) {
    PaethRowsForThisCpu<4>()(rows, stride, prior, bytes / 4);
  } else {
    return false;
  }
  return true;
}

bool UnfilterPngRow(int filter, std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes,
                    std::size_t pixel_bytes) {
  switch (pixel_bytes) {
    case 1:
      return Unfilter<1>(filter, row, prior, bytes);
    case 2:
      return Unfilter<2>(filter, row, prior, bytes);
    case 3:
      return Unfilter<3>(filter, row, prior, bytes);
    case 4:
      return Unfilter<4>(filter, row, prior, bytes);
    case 6:
      return Unfilter<6>(filter, row, prior, bytes);
    case 8:
      return Unfilter<8>(filter, row, prior, bytes);
    default:
      return false;
  }
}

}  // namespace whittle::codec
