// Repeatable randomness: hashes of integers, and smooth noise on the plane with its slope.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

namespace render {

// A well mixed 32-bit number from two coordinates and a stream number.
constexpr uint32_t Hash(int x, int z, uint32_t stream) {
  uint32_t h = static_cast<uint32_t>(x) * 0x9E3779B1u ^ static_cast<uint32_t>(z) * 0x85EBCA77u ^
               stream * 0xC2B2AE3Du;
  h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
  h = (h ^ (h >> 12)) * 0x297A2D39u;
  return h ^ (h >> 15);
}

// Uniform in [0, 1).
constexpr float Random(int x, int z, uint32_t stream) {
  return static_cast<float>(Hash(x, z, stream) >> 8) * 0x1p-24f;
}

struct Slope {
  float value = 0;  // -1..1
  float dx = 0, dz = 0;
};

// Value noise: random heights at whole coordinates, joined by the quintic 6t^5 - 15t^4 + 10t^3 so
// that slope and curvature are continuous. Repeats every 256 units; callers rotate between octaves.
class Noise {
 public:
  explicit Noise(uint32_t seed) {
    for (int z = 0; z < kSide; ++z) {
      for (int x = 0; x < kSide; ++x) At(x, z) = 2.0f * Random(x, z, seed) - 1.0f;
    }
  }

  Slope operator()(float x, float z) const {
    const float floor_x = std::floor(x), floor_z = std::floor(z);
    const int ix = static_cast<int>(floor_x), iz = static_cast<int>(floor_z);
    const float fx = x - floor_x, fz = z - floor_z;
    const float u = fx * fx * fx * (fx * (fx * 6 - 15) + 10);
    const float v = fz * fz * fz * (fz * (fz * 6 - 15) + 10);
    const float a = At(ix, iz), b = At(ix + 1, iz), c = At(ix, iz + 1), d = At(ix + 1, iz + 1);
    const float twist = a - b - c + d;
    return {a + (b - a) * u + (c - a) * v + twist * u * v,
            30 * fx * fx * (fx * (fx - 2) + 1) * (b - a + twist * v),
            30 * fz * fz * (fz * (fz - 2) + 1) * (c - a + twist * u)};
  }

  // Octaves of halving height and length, each turned by 37 degrees against visible grids.
  float Sum(float x, float z, int octaves) const {
    float sum = 0, weight = 0.5f;
    for (int i = 0; i < octaves; ++i, weight *= 0.5f) {
      sum += weight * (*this)(x, z).value;
      Turn(x, z);
    }
    return sum;
  }

  // As Sum, but an octave counts less where the ones before it are steep. Slopes stay smooth and
  // ridges and flats get the detail, which looks like rock worn by water.
  float Worn(float x, float z, int octaves) const {
    float sum = 0, weight = 0.5f, dx = 0, dz = 0;
    for (int i = 0; i < octaves; ++i, weight *= 0.5f) {
      const Slope n = (*this)(x, z);
      dx += n.dx;
      dz += n.dz;
      sum += weight * n.value / (1.0f + dx * dx + dz * dz);
      Turn(x, z);
    }
    return sum;
  }

 private:
  static constexpr int kSide = 256;

  static void Turn(float& x, float& z) {
    const float turned = 1.6f * x - 1.2f * z;  // 2 cos 37, 2 sin 37
    z = 1.2f * x + 1.6f * z;
    x = turned;
  }
  float& At(int x, int z) { return table_[static_cast<size_t>((z & 255) * kSide + (x & 255))]; }
  float At(int x, int z) const {
    return table_[static_cast<size_t>((z & 255) * kSide + (x & 255))];
  }

  std::array<float, size_t{kSide} * kSide> table_{};
};

}  // namespace render
