#include "paint.h"

namespace render {
namespace {

constexpr float kFar = 26000;  // metres; nothing but sky beyond
constexpr Vec kSnow = {0.86f, 0.88f, 0.92f};

struct Surface {
  Vec color;
  Vec normal;
  float open = 1;  // share of the sky it sees
  float glow = 0;  // how much light from behind comes through, for leaves
};

Surface Tree(const Cover& cover, Vec ground_normal, float fine, float autumn) {
  const Vec needles = Mix(Vec{0.018f, 0.040f, 0.018f}, Vec{0.045f, 0.070f, 0.022f}, cover.tint);
  const Vec green = Mix(Vec{0.06f, 0.10f, 0.02f}, Vec{0.13f, 0.15f, 0.03f}, cover.tint);
  const Vec fall =
      cover.tint < 0.65f
          ? Mix(Vec{0.50f, 0.27f, 0.02f}, Vec{0.60f, 0.40f, 0.04f}, cover.tint * 1.5f)
          : Mix(Vec{0.42f, 0.10f, 0.02f}, Vec{0.30f, 0.05f, 0.02f}, (cover.tint - 0.65f) * 2.8f);
  const Vec leaves = Mix(green, fall, Clamp01(autumn * 1.6f));
  Surface surface;
  surface.color = (cover.leafy ? leaves : needles) * (1 + 0.7f * fine);
  surface.normal = ground_normal;
  surface.open = 0.12f + 0.88f * cover.share * cover.share;
  surface.glow = cover.leafy ? 0.35f : 0.12f;
  return surface;
}

}  // namespace

Vec Painter::Land(Vec point, Vec direction, float footprint) const {
  const Noise& noise = world_.noise();
  const Cover cover = world_.CoverAt(point.x, point.z);
  const Vec ground = world_.GroundNormal(point.x, point.z, std::max(footprint, 0.05f));
  const float fine = noise.Sum(point.x * 2.7f, point.z * 2.7f + point.y * 1.9f, 4);
  Surface surface;

  if (cover.height > 0.01f) {
    const float step = std::max(footprint, cover.stone ? 0.01f : 0.25f);
    const float here = world_.Top(point.x, point.z, footprint);
    const Vec top = Unit({here - world_.Top(point.x + step, point.z, footprint), step,
                          here - world_.Top(point.x, point.z + step, footprint)});
    if (cover.stone) {
      const Vec cold = {0.17f, 0.175f, 0.185f}, warm = {0.27f, 0.235f, 0.20f};
      const float speckle = noise.Sum(point.x * 31, point.z * 31 + point.y * 23, 4);
      surface.color = Mix(cold, warm, cover.tint) * (0.62f + 0.45f * cover.tint + 0.5f * speckle);
      const float wet = SmoothStep(0.14f, 0.02f, point.y + 0.05f * fine);
      surface.color = surface.color * (1 - 0.6f * wet);
      surface.normal = top;
      surface.open = 0.25f + 0.75f * SmoothStep(0.0f, 0.6f, cover.share);
    } else {
      // Branches scatter light: a blend of the cone's side and a rough upward normal.
      const Vec rough = Unit({top.x + 0.9f * fine, 0.35f + std::abs(top.y), top.z - 0.9f * fine});
      surface = Tree(cover, rough, fine, shot_.autumn);
      const float snow = SmoothStep(shot_.snow_line - 200, shot_.snow_line + 100, point.y) *
                         SmoothStep(0.15f, 0.9f, cover.share + 0.8f * fine);
      surface.color = Mix(surface.color, kSnow, 0.8f * snow);
    }
  } else {
    // Rock in layers, grass where it is low and flat, snow where it is high and not too steep.
    const float layer = noise.Sum(point.y / 34 + 0.4f * noise(point.x / 160, point.z / 160).value,
                                  point.x / 900, 4);
    const Vec rock = Mix(Vec{0.155f, 0.145f, 0.14f}, Vec{0.29f, 0.255f, 0.225f},
                         Clamp01(0.5f + layer + 0.35f * fine));
    const float patch = noise.Sum(point.x / 75, point.z / 75, 6);
    const Vec grass = Mix(Vec{0.085f, 0.10f, 0.025f}, Vec{0.19f, 0.155f, 0.055f},
                          Clamp01(0.45f + patch + 0.6f * fine + 0.5f * shot_.autumn));
    const float flat = SmoothStep(0.68f, 0.86f, ground.y + 0.12f * patch);
    const float low = SmoothStep(1250, 520, point.y + 420 * patch);
    surface.color = Mix(rock, grass, flat * low * SmoothStep(0.3f, 1.6f, point.y));
    const float wet = SmoothStep(0.7f, 0.1f, point.y);
    surface.color = surface.color * (1 - 0.45f * wet);
    const float snow = SmoothStep(shot_.snow_line - 140, shot_.snow_line + 160,
                                  point.y + 330 * patch + 60 * fine) *
                       SmoothStep(0.50f, 0.66f, ground.y + 0.10f * fine + 0.08f * patch);
    surface.color = Mix(surface.color, kSnow, snow);
    surface.normal = ground;
    surface.open = Clamp01(0.75f + 0.5f * fine + 0.25f * snow);
  }

  const Vec to_sun = light_.to_sun();
  const float facing = Dot(surface.normal, to_sun);
  const float behind = std::max(Dot(direction, to_sun), 0.0f) * surface.glow;
  float sun = std::max(facing, 0.0f) + behind;
  if (sun > 0.01f) {
    const Vec lifted = point + surface.normal * std::max(0.5f * footprint, 0.004f);
    sun *= world_.SunReaching(lifted, to_sun, footprint);
  }
  // Under thick clouds the sun comes through in patches.
  const float gaps = SmoothStep(
      0.30f, -0.25f,
      world_.noise().Sum(point.x / 1700, point.z / 1700, 3) + 0.9f * (shot_.clouds - 0.55f));
  sun *= Mix(1, gaps, SmoothStep(0.3f, 0.8f, shot_.clouds));
  const Vec bounce = 0.10f * light_.sun() * Vec{0.9f, 0.85f, 0.7f} * std::max(to_sun.y, 0.05f);
  return surface.color *
         (light_.sun() * sun + (light_.Ambient(surface.normal) + bounce) * surface.open);
}

Vec Painter::Lake(Vec point, Vec direction, float distance, float spread, float dice) const {
  const Noise& noise = world_.noise();
  const float footprint = spread * distance;
  // Seen at a low angle a pixel covers a long strip of water: ripples shorter than it are not drawn
  // one by one but as a random tilt of the same strength.
  const float strip = footprint / std::max(-direction.y, 0.01f);
  const float wind =
      0.25f + 0.75f * SmoothStep(-0.1f, 0.35f, noise.Sum(point.x / 190, point.z / 70, 4));
  float tilt_x = 0, tilt_z = 0, hidden = 0;
  float length = 5.0f, height = 0.0042f;
  for (int octave = 0; octave < 6; ++octave, length *= 0.47f, height *= 0.82f) {
    const float seen = SmoothStep(0.25f, 0.8f, length / strip);
    if (seen > 0) {
      const float shift = 11.3f * static_cast<float>(octave);
      const Slope s = noise(point.x / length * 0.55f + shift, point.z / length - shift);
      tilt_x += s.dx * 0.55f * height * seen;
      tilt_z += s.dz * height * seen;
    }
    hidden += height * (1 - seen);
  }
  tilt_z += hidden * (dice - 0.5f) * 1.6f;
  const Vec normal = Unit({tilt_x * wind, 1, tilt_z * wind});
  Vec mirror = direction - normal * (2 * Dot(direction, normal));
  mirror.y = std::max(mirror.y, 0.003f);
  mirror = Unit(mirror);

  const Vec start = {point.x, 0.02f, point.z};
  const float hit = world_.Trace(start, mirror, kFar, std::max(spread, 0.0004f) * 1.5f);
  Vec reflected;
  if (hit < kFar) {
    const float far_footprint = 1.5f * spread * (distance + hit);
    reflected =
        light_.ThroughAir(Land(start + mirror * hit, mirror, far_footprint), start, mirror, hit);
  } else {
    reflected = light_.CloudySky(start, mirror, dice);
  }

  // Into the water: the bed near the shore, green and then dark with depth.
  const float depth = std::max(-world_.Top(point.x, point.z, footprint), 0.0f);
  const float way = depth * 1.9f;
  const float speckle = noise.Sum(point.x * 3.1f, point.z * 3.1f, 4);
  const Vec bed = Vec{0.20f, 0.17f, 0.12f} * (0.7f + 0.6f * speckle);
  const Vec clear = {std::exp(-way * 0.75f), std::exp(-way * 0.32f), std::exp(-way * 0.42f)};
  const Vec deep = Vec{0.010f, 0.035f, 0.042f};
  const Vec inside =
      (bed * clear + deep * (Vec{1, 1, 1} - clear)) *
      (light_.Ambient({0, 1, 0}) + 0.5f * light_.sun() * std::max(light_.to_sun().y, 0.0f));

  // Schlick's approximation, 2 % at right angles.
  const float facing = Clamp01(-Dot(direction, normal));
  const float fresnel = 0.02f + 0.98f * std::pow(1 - facing, 5.0f);
  return Mix(inside, reflected * 0.96f, fresnel);
}

Vec Painter::Along(Vec from, Vec direction, float spread, float dice, float& distance) const {
  const float lake = direction.y < -1e-4f ? -from.y / direction.y : kFar;
  const float limit = std::min(lake, kFar);
  distance = world_.Trace(from, direction, limit, spread);
  if (distance >= kFar) return light_.CloudySky(from, direction, dice);
  const Vec point = from + direction * distance;
  const Vec color = distance < limit ? Land(point, direction, spread * distance)
                                     : Lake(point, direction, distance, spread, dice);
  return light_.ThroughAir(color, from, direction, distance);
}

}  // namespace render
