#include "world.h"

namespace render {
namespace {

constexpr float kGridStep = 8;  // metres
constexpr int kColumns = 2250, kRows = 2000;
constexpr float kWest = -9000, kSouth = -2500;
constexpr float kRidge = 2100;      // length of the largest landform
constexpr float kTreeStep = 6;      // one tree at most in such a square
constexpr float kAboveRough = 44;   // trees and fine detail stay below this height over the grid
constexpr float kPeaks = 3200;      // nothing is higher
constexpr float kStonesEnd = 45;    // stones lie this near to the camera
constexpr float kTreesBegin = 330;  // and trees this far: up close they would show as cones

// How many octaves below `longest` metres are wider than two pixels.
int Octaves(float longest, float footprint, int most) {
  return std::clamp(static_cast<int>(std::log2(longest / (2 * footprint))), 4, most);
}

// A dome of stone in the square of side `step` around (x, z), or nothing.
Cover Stone(float x, float z, float step, float chance, uint32_t stream) {
  Cover best;
  const int cx = static_cast<int>(std::floor(x / step - 0.5f));
  const int cz = static_cast<int>(std::floor(z / step - 0.5f));
  for (int iz = cz; iz <= cz + 1; ++iz) {
    for (int ix = cx; ix <= cx + 1; ++ix) {
      if (Random(ix, iz, stream) > chance) continue;
      const float size = step * (0.22f + 0.27f * Random(ix, iz, stream + 1));
      const float px = (static_cast<float>(ix) + 0.35f + 0.3f * Random(ix, iz, stream + 2)) * step;
      const float pz = (static_cast<float>(iz) + 0.35f + 0.3f * Random(ix, iz, stream + 3)) * step;
      const float away = (x - px) * (x - px) + (z - pz) * (z - pz);
      if (away > 1.01f * size * size) continue;  // cheaper than the exact test below
      const float turn = 6.28f * Random(ix, iz, stream + 4);
      const float long_side = (x - px) * std::cos(turn) + (z - pz) * std::sin(turn);
      const float short_side = (z - pz) * std::cos(turn) - (x - px) * std::sin(turn);
      const float q = (long_side * long_side + 1.9f * short_side * short_side) / (size * size);
      if (q >= 1) continue;
      const float share = std::sqrt(1 - q);
      const float height = size * (0.35f + 0.4f * Random(ix, iz, stream + 5)) * share;
      if (height > best.height) {
        best = {
            .height = height, .share = share, .tint = Random(ix, iz, stream + 6), .stone = true};
      }
    }
  }
  return best;
}

}  // namespace

World::World(uint32_t seed, float autumn) : noise_(seed), seed_(seed), autumn_(autumn) {
  grid_.resize(static_cast<size_t>(kColumns) * kRows);
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) {
      grid_[static_cast<size_t>(row) * kColumns + static_cast<size_t>(column)].height =
          Ground(kWest + kGridStep * static_cast<float>(column),
                 kSouth + kGridStep * static_cast<float>(row), kGridStep);
    }
  }
  for (int row = 1; row + 1 < kRows; ++row) {
    for (int column = 1; column + 1 < kColumns; ++column) {
      grid_[static_cast<size_t>(row) * kColumns + static_cast<size_t>(column)].forest =
          ForestShare(column, row);
    }
  }
}

float World::Ground(float x, float z, float footprint) const {
  const float axis = 220 * std::sin(z / 1900 + static_cast<float>(seed_)) + 110 * std::sin(z / 730);
  const float bend = 160 * noise_(x / 420, z / 420).value;
  const float side = std::abs(x - axis * SmoothStep(0, 1500, z)) + bend;
  const float walls = SmoothStep(230, 2700, side);
  const float end = SmoothStep(700, 7000, z + bend);
  const float size = 26 + 1500 * walls + 1900 * end;
  const float worn =
      noise_.Worn(x / kRidge + 3.7f, z / kRidge + 1.3f, Octaves(kRidge, footprint, 13));
  const float bank = SmoothStep(42, -2, z + 0.5f * x + 5 * noise_(x / 9, z / 9).value);
  const float shelf = SmoothStep(200, 420, side) * 16 + SmoothStep(900, 1500, z) * 14;
  return -9 + 10.2f * bank + shelf + 520 * walls + 640 * end + size * worn * 0.95f;
}

float World::ForestShare(int column, int row) const {
  const auto at = [&](int c, int r) {
    return grid_[static_cast<size_t>(r) * kColumns + static_cast<size_t>(c)].height;
  };
  const float height = at(column, row);
  const float dx = (at(column + 1, row) - at(column - 1, row)) / (2 * kGridStep);
  const float dz = (at(column, row + 1) - at(column, row - 1)) / (2 * kGridStep);
  const float x = kWest + kGridStep * static_cast<float>(column);
  const float z = kSouth + kGridStep * static_cast<float>(row);
  const float patch = noise_.Sum(x / 260, z / 260, 4);
  const float line = 620 + 500 * patch;
  return SmoothStep(1.0f, 3.0f, height) * SmoothStep(line, line - 220, height) *
         SmoothStep(1.25f, 0.75f, std::sqrt(dx * dx + dz * dz)) * SmoothStep(-0.35f, 0.0f, patch) *
         SmoothStep(kTreesBegin, kTreesBegin + 80, std::sqrt(x * x + z * z));
}

World::Cell World::Rough(float x, float z) const {
  const float gx = std::clamp((x - kWest) / kGridStep, 0.0f, static_cast<float>(kColumns - 2));
  const float gz = std::clamp((z - kSouth) / kGridStep, 0.0f, static_cast<float>(kRows - 2));
  const int column = static_cast<int>(gx), row = static_cast<int>(gz);
  const float u = gx - static_cast<float>(column), v = gz - static_cast<float>(row);
  const Cell* cell = &grid_[static_cast<size_t>(row) * kColumns + static_cast<size_t>(column)];
  const auto blend = [&](float a, float b, float c, float d) {
    return Mix(Mix(a, b, u), Mix(c, d, u), v);
  };
  return {blend(cell[0].height, cell[1].height, cell[kColumns].height, cell[kColumns + 1].height),
          blend(cell[0].forest, cell[1].forest, cell[kColumns].forest, cell[kColumns + 1].forest)};
}

Cover World::CoverAt(float x, float z) const {
  if (x * x + z * z < kStonesEnd * kStonesEnd) {
    const Cover boulder = Stone(x, z, 2.3f, 0.30f, seed_ + 100);
    const Cover stone = Stone(x, z, 0.7f, 0.55f, seed_ + 200);
    const Cover pebble = Stone(x, z, 0.16f, 0.9f, seed_ + 300);
    Cover best = boulder.height > stone.height ? boulder : stone;
    if (pebble.height > best.height) best = pebble;
    if (best.height > 0) best.height += 0.015f * noise_.Sum(x * 9, z * 9, 3) * best.share;
    return best;
  }
  const float share = Rough(x, z).forest;
  if (share <= 0.02f) return {};

  // Each tree keeps within its square by half a step, so the four nearest squares are enough.
  Cover best;
  const float ragged = 0.45f * noise_(x * 1.3f, z * 1.3f).value;
  const int cx = static_cast<int>(std::floor(x / kTreeStep - 0.5f));
  const int cz = static_cast<int>(std::floor(z / kTreeStep - 0.5f));
  for (int iz = cz; iz <= cz + 1; ++iz) {
    for (int ix = cx; ix <= cx + 1; ++ix) {
      if (Random(ix, iz, seed_) > share) continue;
      const float px =
          (static_cast<float>(ix) + 0.2f + 0.6f * Random(ix, iz, seed_ + 1)) * kTreeStep;
      const float pz =
          (static_cast<float>(iz) + 0.2f + 0.6f * Random(ix, iz, seed_ + 2)) * kTreeStep;
      const float size = Random(ix, iz, seed_ + 3);
      const bool leafy = Random(ix, iz, seed_ + 4) <
                         autumn_ * SmoothStep(-0.25f, 0.35f, noise_.Sum(px / 90, pz / 90, 3));
      const float radius = leafy ? 2.2f + 0.8f * size : 1.5f + 1.3f * size;
      const float q = std::sqrt((x - px) * (x - px) + (z - pz) * (z - pz)) / radius + ragged * 0.4f;
      if (q >= 1) continue;
      const float rise = leafy ? std::sqrt(1 - std::max(q, 0.0f) * std::max(q, 0.0f)) : 1 - q;
      const float tall = leafy ? 8 + 7 * size : 9 + 15 * size * size;
      const float height = tall * std::clamp(rise, 0.0f, 1.0f);
      if (height > best.height) {
        best = {.height = height,
                .share = height / tall,
                .tint = Random(ix, iz, seed_ + 5),
                .leafy = leafy};
      }
    }
  }
  return best;
}

Vec World::GroundNormal(float x, float z, float footprint) const {
  const float step = std::max(footprint, 0.02f);
  const float here = Ground(x, z, footprint);
  return Unit({here - Ground(x + step, z, footprint), step, here - Ground(x, z + step, footprint)});
}

float World::Trace(Vec from, Vec direction, float far, float spread) const {
  constexpr int kMostSteps = 900;
  float t = 0.2f, above = 0;  // `above` is the last distance known to be over the surface
  for (int i = 0; i < kMostSteps && t < far; ++i) {
    const Vec p = from + direction * t;
    if (p.y > kPeaks && direction.y >= 0) return far;
    const Cell rough = Rough(p.x, p.z);
    const float free = p.y - rough.height - kAboveRough;
    if (free > 4) {
      above = t;
      t += std::max(2.0f, 0.5f * free);
      continue;
    }
    const float footprint = spread * t;
    const float gap = p.y - Top(p.x, p.z, footprint);
    if (gap < 0) {
      float below = t;
      for (int halving = 0; halving < 8; ++halving) {
        const float middle = 0.5f * (above + below);
        const Vec m = from + direction * middle;
        (m.y < Top(m.x, m.z, footprint) ? below : above) = middle;
      }
      return below;
    }
    above = t;
    t += std::max({gap * (rough.forest > 0.02f ? 0.2f : 0.45f), 0.6f * footprint, 0.01f});
  }
  return far;
}

float World::SunReaching(Vec point, Vec to_sun, float footprint) const {
  float light = 1;
  // Nearby: trees and stones.
  const bool among_stones = point.x * point.x + point.z * point.z < kStonesEnd * kStonesEnd;
  float t = among_stones ? 0.02f : std::max(0.5f, footprint);
  for (int i = 0; i < 18 && light > 0.02f; ++i) {
    const Vec p = point + to_sun * t;
    const float gap = p.y - Top(p.x, p.z, footprint);
    light = std::min(light, Clamp01(0.5f + 9.0f * gap / t));
    t *= among_stones ? 1.45f : 1.3f;
  }
  // Far away: whole mountains, from the grid.
  for (t = 40; t < 9000 && light > 0.02f; t *= 1.12f) {
    const Vec p = point + to_sun * t;
    if (p.y > kPeaks) break;
    light = std::min(light, Clamp01(0.5f + 28.0f * (p.y - Rough(p.x, p.z).height) / t));
  }
  return light * light * (3 - 2 * light);
}

}  // namespace render
