// Three floats with the arithmetic of a vector or a colour. Pure values, no checks.
#pragma once

#include <algorithm>
#include <cmath>

namespace render {

struct Vec {
  float x = 0, y = 0, z = 0;
};

constexpr Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
constexpr Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
constexpr Vec operator*(Vec a, Vec b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
constexpr Vec operator*(Vec a, float s) { return {a.x * s, a.y * s, a.z * s}; }
constexpr Vec operator*(float s, Vec a) { return a * s; }

constexpr float Dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec Unit(Vec a) { return a * (1.0f / std::sqrt(Dot(a, a))); }
constexpr float Luminance(Vec c) { return Dot(c, {0.2126f, 0.7152f, 0.0722f}); }

constexpr float Clamp01(float x) { return std::clamp(x, 0.0f, 1.0f); }
constexpr float Mix(float a, float b, float t) { return a + (b - a) * t; }
constexpr Vec Mix(Vec a, Vec b, float t) { return a + (b - a) * t; }
constexpr float SmoothStep(float low, float high, float x) {
  const float t = Clamp01((x - low) / (high - low));
  return t * t * (3.0f - 2.0f * t);
}

}  // namespace render
