#include "light.h"

#include <numbers>

namespace render {
namespace {

constexpr float kDegree = std::numbers::pi_v<float> / 180;
constexpr float kCloudBase = 2400, kCloudTop = 3300;  // metres
constexpr int kCloudSlices = 14;

// Share of light lost on a way through air whose density falls by e every `scale` metres.
float Lost(float density, float scale, Vec from, Vec direction, float distance) {
  const float fall = direction.y / scale;
  const float way =
      std::abs(fall * distance) < 1e-3f ? distance : (1 - std::exp(-fall * distance)) / fall;
  return 1 - std::exp(-density * std::exp(-from.y / scale) * way);
}

}  // namespace

Light::Light(const Shot& shot, const Noise& noise)
    : noise_(noise), clouds_(shot.clouds), mist_(shot.mist), haze_(shot.haze) {
  const float height = shot.sun_height * kDegree, bearing = shot.sun_bearing * kDegree;
  to_sun_ = {std::cos(height) * std::sin(bearing), std::sin(height),
             std::cos(height) * std::cos(bearing)};
  // A low sun shines through more air, which takes blue first.
  const float air = 1 / (std::sin(std::max(height, 0.0f)) + 0.06f);
  sun_ = 3.4f * Vec{std::exp(-0.045f * air), std::exp(-0.105f * air), std::exp(-0.23f * air)};
  glow_ = Mix(sun_, {1, 1, 1}, 0.15f);
}

Vec Light::Sky(Vec direction) const {
  const float up = std::max(direction.y, 0.0f);
  const float toward_sun = std::max(Dot(direction, to_sun_), 0.0f);
  const float horizon = std::exp(-up * 5.5f);
  const float day = 0.35f + 0.65f * SmoothStep(0.0f, 0.5f, to_sun_.y);
  Vec color = day * Mix(Vec{0.17f, 0.36f, 0.78f}, Vec{0.62f, 0.76f, 0.95f}, horizon);
  color = color + glow_ * (0.16f * horizon * (0.25f + 0.75f * toward_sun * toward_sun));
  return color + glow_ * (0.22f * std::pow(toward_sun, 10.0f));
}

// `level` 0 at the base of the clouds .. 1 at their top, where only the thickest reach.
float Light::CloudAt(float x, float z, float level) const {
  const float bx = x / 2600 + 0.25f * level, bz = z / 2600;
  const float warp = 0.35f * noise_(bx * 1.7f + 9, bz * 1.7f).value;
  const float body = noise_.Sum(bx + warp, bz - warp, 6);
  const float threshold = 0.42f - 0.62f * clouds_ + 0.38f * level * level;
  return Clamp01((body - threshold) * 3.2f) * SmoothStep(0.0f, 0.15f, level + 0.03f);
}

Vec Light::CloudySky(Vec from, Vec direction, float dice) const {
  const float toward_sun = std::max(Dot(direction, to_sun_), 0.0f);
  const Vec sky = Sky(direction) + glow_ * (0.6f * std::pow(toward_sun, 260.0f));
  if (direction.y < 0.012f || clouds_ <= 0) return sky;
  const Vec shade = 0.55f * Sky({0, 1, 0}) + Sky({0, 0.1f, 0}) * 0.45f;
  Vec seen;
  float clear = 1;
  for (int slice = 0; slice < kCloudSlices && clear > 0.02f; ++slice) {
    const float level = (static_cast<float>(slice) + dice) / kCloudSlices;
    const float y = Mix(kCloudBase, kCloudTop, level);
    const float t = (y - from.y) / direction.y;
    const float x = from.x + direction.x * t, z = from.z + direction.z * t;
    const float density = CloudAt(x, z, level);
    if (density <= 0) continue;
    const float sunward = CloudAt(x + to_sun_.x * 420, z + to_sun_.z * 420,
                                  std::min(level + 0.3f * to_sun_.y + 0.1f, 1.0f));
    const float lit = std::exp(-2.6f * sunward - 0.7f * density * (1 - level));
    const float edge = 0.55f * std::pow(toward_sun, 5.0f) * (1 - density);
    const Vec color = shade * (0.62f + 0.3f * level) + sun_ * (0.32f * lit + edge);
    const float cover = 1 - std::exp(-density * 7.0f / kCloudSlices * (0.6f + 1.4f * density));
    // Far clouds fade into the horizon.
    const Vec faded = Mix(color, sky, 1 - std::exp(-t / 60000));
    seen = seen + faded * (cover * clear);
    clear *= 1 - cover;
  }
  // High thin ice clouds, drawn out along the wind.
  const float t = 7000 / direction.y;
  const float x = (from.x + direction.x * t) / 9000, z = (from.z + direction.z * t) / 2600;
  const float veil = noise_.Sum(x + 0.8f * noise_(x * 1.3f, z * 0.4f).value, z, 6);
  const float thin = 0.35f * SmoothStep(0.02f, 0.55f, veil + 0.25f * clouds_) *
                     SmoothStep(0.02f, 0.15f, direction.y);
  const Vec behind = Mix(sky, 0.5f * shade + 0.30f * sun_, thin);
  return seen + behind * clear;
}

Vec Light::Ambient(Vec normal) const {
  const float up = 0.5f + 0.5f * normal.y;
  const Vec away = Sky(Unit({-to_sun_.x, 0.5f, -to_sun_.z}));
  const Vec toward = Sky(Unit({to_sun_.x, 0.4f, to_sun_.z}));
  const Vec dome = 0.5f * Sky({0, 1, 0}) + 0.3f * away + 0.2f * toward;
  const float grey = Luminance(dome);
  return Mix(dome, {grey, grey, grey}, 0.35f * clouds_) * (0.25f + 0.75f * up);
}

Vec Light::ThroughAir(Vec color, Vec from, Vec direction, float distance) const {
  const float toward_sun = std::max(Dot(direction, to_sun_), 0.0f);
  const Vec air = Sky(Unit({direction.x, 0.06f, direction.z}));
  const Vec lit_air = air * 0.82f + sun_ * (0.10f * std::pow(toward_sun, 6.0f));

  const float density = haze_ / 15000;
  const Vec lost = {Lost(density * 0.75f, 1100, from, direction, distance),
                    Lost(density, 1100, from, direction, distance),
                    Lost(density * 1.55f, 1100, from, direction, distance)};
  color = color * (Vec{1, 1, 1} - lost) + lit_air * lost;

  if (mist_ > 0 && from.y + direction.y * std::min(distance, 200.0f) < 160) {
    // Mist lies in banks: its density is looked up halfway and near the end.
    const Vec middle = from + direction * (0.5f * distance);
    const Vec end = from + direction * (0.9f * distance);
    const float banks =
        0.5f * SmoothStep(-0.35f, 0.4f, noise_.Sum(middle.x / 310, middle.z / 120, 4)) +
        0.5f * SmoothStep(-0.35f, 0.4f, noise_.Sum(end.x / 210, end.z / 90, 4));
    const float thick = Lost(mist_ * banks / 420, 13, from, direction, distance);
    const Vec white =
        0.75f * Ambient({0, 1, 0}) + sun_ * (0.09f + 0.18f * std::pow(toward_sun, 4.0f));
    color = Mix(color, white, thick * SmoothStep(60, 500, distance));
  }
  return color;
}

}  // namespace render
