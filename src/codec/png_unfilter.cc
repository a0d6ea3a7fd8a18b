#include "codec/png_unfilter.h"

#include <algorithm>
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

template <std::size_t kBytes>
Wide<LanesFor(kBytes)> Load(const std::uint8_t* from) {
  Narrow<LanesFor(kBytes)> bytes{};
  std::memcpy(&bytes, from, kBytes);
  return __builtin_convertvector(bytes, Wide<LanesFor(kBytes)>);
}

// Keeps the low bytes, as the specification's arithmetic modulo 256 asks.
template <std::size_t kBytes>
void Store(std::uint8_t* to, Wide<LanesFor(kBytes)> pixel) {
  const auto bytes = __builtin_convertvector(pixel, Narrow<LanesFor(kBytes)>);
  std::memcpy(to, &bytes, kBytes);
}

template <class Vector>
Vector Min(Vector a, Vector b) {
  return __builtin_elementwise_min(a, b);
}
template <class Vector>
Vector Max(Vector a, Vector b) {
  return __builtin_elementwise_max(a, b);
}
template <class Vector>
Vector Abs(Vector a) {
  return Max(a, -a);
}

// Of left, above and above left, the one nearest to left + above - corner; in that order when two
// are as near.
template <class Vector>
Vector Paeth(Vector left, Vector above, Vector corner) {
  const Vector to_left = above - corner;
  const Vector to_above = left - corner;
  const Vector from_left = Abs(to_left);
  const Vector from_above = Abs(to_above);
  const Vector from_corner = Abs(to_left + to_above);
  const Vector nearest = Min(Min(from_left, from_above), from_corner);
  return from_left == nearest ? left : from_above == nearest ? above : corner;
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

template <std::size_t kBytes>
void UnfilterPaeth(std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes) {
  Wide<LanesFor(kBytes)> left{};
  Wide<LanesFor(kBytes)> corner{};
  for (std::size_t i = 0; i < bytes; i += kBytes) {
    const auto above = Load<kBytes>(prior + i);
    left = (Load<kBytes>(row + i) + Paeth(left, above, corner)) & 255;
    corner = above;
    Store<kBytes>(row + i, left);
  }
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

}  // namespace

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
