// Compiled once per instruction set by foreach_target.h, which includes this file again and again:
// with AVX2 a choice of Paeth's is one instruction instead of three. AVX-512 would make it a mask
// and two, so it is left out.
#include "codec/png/unfilter.h"

#include <cstring>

#include "hwy/detect_compiler_arch.h"

#undef HWY_DISABLED_TARGETS
#if HWY_ARCH_X86
#define HWY_DISABLED_TARGETS (HWY_AVX3 | HWY_AVX3_DL)
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codec/png/unfilter.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::codec::HWY_NAMESPACE {

// A pixel's samples side by side in 16 bits: the compiler's own vectors, whatever the CPU.
template <std::size_t kLanes>
using Wide = std::int16_t __attribute__((vector_size(kLanes * sizeof(std::int16_t))));
template <std::size_t kLanes>
using Narrow = std::uint8_t __attribute__((vector_size(kLanes)));

// Three bytes are handled as four, the last of them zero.
constexpr std::size_t LanesFor(std::size_t pixel_bytes) { return pixel_bytes <= 4 ? 4 : 8; }

template <std::size_t kBytes>
HWY_INLINE Wide<LanesFor(kBytes)> Load(const std::uint8_t* from) {
  Narrow<LanesFor(kBytes)> bytes{};
  std::memcpy(&bytes, from, kBytes);
  return __builtin_convertvector(bytes, Wide<LanesFor(kBytes)>);
}

// Keeps the low bytes, as the specification's arithmetic modulo 256 asks.
template <std::size_t kBytes>
HWY_INLINE void Store(std::uint8_t* to, Wide<LanesFor(kBytes)> pixel) {
  const auto bytes = __builtin_convertvector(pixel, Narrow<LanesFor(kBytes)>);
  std::memcpy(to, &bytes, kBytes);
}

template <class Vector>
HWY_INLINE Vector Min(Vector a, Vector b) {
  return __builtin_elementwise_min(a, b);
}
template <class Vector>
HWY_INLINE Vector Max(Vector a, Vector b) {
  return __builtin_elementwise_max(a, b);
}
// Of left, above and above left (corner), the one nearest to left + above - corner; in that order
// when two are as near. That is the least of left and above where the corner lies above both of
// them or near, the largest where it lies below, and else the corner, told apart by where
// 3 corner - left - above falls; the result waits for `left` through four operations only.
template <class Vector>
HWY_INLINE Vector Paeth(Vector left, Vector above, Vector corner) {
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
HWY_INLINE Wide<LanesFor(kBytes)> LoadAmid(const std::uint8_t* from) {
  if constexpr (LanesFor(kBytes) <= 2 * kBytes) return Load<LanesFor(kBytes)>(from);
  return Load<kBytes>(from);
}

// Rows one below the other, `stride` apart, all filtered by Paeth. A pixel waits for the one to its
// left; so each row goes one pixel behind the row above it, and the CPU works on all of them at
// once. What lies above a pixel is then the pixel that the row above has just left behind.
template <std::size_t kBytes, std::size_t kRows>
struct PaethFront {
  using Pixel = Wide<LanesFor(kBytes)>;

  std::uint8_t* rows = nullptr;
  std::size_t stride = 0;
  const std::uint8_t* prior = nullptr;
  std::size_t pixels = 0;
  Pixel left[kRows] = {};
  Pixel corner[kRows] = {};

  HWY_INLINE void Run() {
    std::size_t step = 0;
    for (; step < pixels + kRows - 1; ++step) {
      // All rows are amid their pixels, and none is at its last, behind which nothing may be read.
      const bool amid = step >= kRows - 1 && step + 1 < pixels;
      amid ? Amid(step) : AtTheEnds(step);
    }
  }

  HWY_INLINE void Amid(std::size_t step) {
    for (std::size_t r = kRows; r-- > 0;) {
      const std::size_t at = (step - r) * kBytes;
      Finish(r, at, r > 0 ? left[r - 1] : LoadAmid<kBytes>(prior + at),
             LoadAmid<kBytes>(Row(r) + at));
    }
  }
  HWY_INLINE void AtTheEnds(std::size_t step) {
    for (std::size_t r = kRows; r-- > 0;) {
      if (step < r || step - r >= pixels) continue;
      const std::size_t at = (step - r) * kBytes;
      Finish(r, at, r > 0 ? Load<kBytes>(Row(r - 1) + at) : Load<kBytes>(prior + at),
             Load<kBytes>(Row(r) + at));
    }
  }
  HWY_INLINE void Finish(std::size_t r, std::size_t at, Pixel above, Pixel filtered) {
    left[r] = (filtered + Paeth(left[r], above, corner[r])) & 255;
    corner[r] = above;
    Store<kBytes>(Row(r) + at, left[r]);
  }
  HWY_INLINE std::uint8_t* Row(std::size_t r) const { return rows + r * stride; }
};

template <std::size_t kBytes>
bool UnfilterPaeth(std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes) {
  PaethFront<kBytes, 1>{row, 0, prior, bytes / kBytes}.Run();
  return true;
}

template <std::size_t kBytes>
void PaethRows(std::uint8_t* rows, std::size_t stride, const std::uint8_t* prior,
               std::size_t pixels) {
  PaethFront<kBytes, kPaethRows>{rows, stride, prior, pixels}.Run();
}

bool UnfilterPaethRows(std::uint8_t* rows, std::size_t stride, const std::uint8_t* prior,
                       std::size_t bytes, std::size_t pixel_bytes) {
  if (pixel_bytes == 3) {
    PaethRows<3>(rows, stride, prior, bytes / 3);
  } else if (pixel_bytes == 4) {
    PaethRows<4>(rows, stride, prior, bytes / 4);
  } else {
    return false;
  }
  return true;
}

bool UnfilterPaethRow(std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes,
                      std::size_t pixel_bytes) {
  switch (pixel_bytes) {
    case 1:
      return UnfilterPaeth<1>(row, prior, bytes);
    case 2:
      return UnfilterPaeth<2>(row, prior, bytes);
    case 3:
      return UnfilterPaeth<3>(row, prior, bytes);
    case 4:
      return UnfilterPaeth<4>(row, prior, bytes);
    case 6:
      return UnfilterPaeth<6>(row, prior, bytes);
    case 8:
      return UnfilterPaeth<8>(row, prior, bytes);
    default:
      return false;
  }
}

const PngUnfilter* TargetUnfilter() {
  static const PngUnfilter kKernels = {
      .target = hwy::TargetName(HWY_TARGET),
      .up = UnfilterUp,
      .paeth = UnfilterPaethRow,
      .paeth_rows = UnfilterPaethRows,
  };
  return &kKernels;
}

}  // namespace whittle::codec::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whittle::codec {

HWY_EXPORT(TargetUnfilter);

const PngUnfilter& PngUnfilterForThisCpu() { return *HWY_DYNAMIC_DISPATCH(TargetUnfilter)(); }

namespace {

// All but Paeth. Sub and Average are compiled for what every CPU has: with AVX2 Average takes a
// fifth longer.
template <std::size_t kBytes>
bool Other(int filter, std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes) {
  if (filter == 1) HWY_NAMESPACE::UnfilterSub<kBytes>(row, bytes);
  if (filter == 2) PngUnfilterForThisCpu().up(row, prior, bytes);
  if (filter == 3) HWY_NAMESPACE::UnfilterAverage<kBytes>(row, prior, bytes);
  return true;
}

}  // namespace

bool UnfilterPngRow(int filter, std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes,
                    std::size_t pixel_bytes) {
  if (filter < 0 || filter > 4) return false;
  if (filter == 4) return PngUnfilterForThisCpu().paeth(row, prior, bytes, pixel_bytes);
  switch (pixel_bytes) {
    case 1:
      return Other<1>(filter, row, prior, bytes);
    case 2:
      return Other<2>(filter, row, prior, bytes);
    case 3:
      return Other<3>(filter, row, prior, bytes);
    case 4:
      return Other<4>(filter, row, prior, bytes);
    case 6:
      return Other<6>(filter, row, prior, bytes);
    case 8:
      return Other<8>(filter, row, prior, bytes);
    default:
      return false;
  }
}

bool UnfilterPaethRows(std::uint8_t* rows, std::size_t stride, const std::uint8_t* prior,
                       std::size_t bytes, std::size_t pixel_bytes) {
  return PngUnfilterForThisCpu().paeth_rows(rows, stride, prior, bytes, pixel_bytes);
}

}  // namespace whittle::codec
#endif
