#include "photograph.h"

#include <atomic>
#include <mutex>
#include <numbers>
#include <thread>

#include "light.h"
#include "paint.h"
#include "world.h"

namespace render {
namespace {

constexpr float kTurn = 2 * std::numbers::pi_v<float>;
constexpr float kDegree = kTurn / 360;
constexpr float kAperture = 0.0022f;  // radius of the lens opening in metres, about f/8
constexpr float kFocus = 60;          // metres; far things stay sharp, the nearest stones soften

class Camera {
 public:
  Camera(const Shot& shot, const World& world)
      : center_{0.5f * static_cast<float>(shot.width), 0.5f * static_cast<float>(shot.height), 0},
        focal_(shot.lens / 36 * static_cast<float>(std::max(shot.width, shot.height))) {
    const float bearing = shot.bearing * kDegree, pitch = shot.pitch * kDegree;
    forward_ = {std::sin(bearing) * std::cos(pitch), std::sin(pitch),
                std::cos(bearing) * std::cos(pitch)};
    right_ = {std::cos(bearing), 0, -std::sin(bearing)};
    up_ = {-std::sin(bearing) * std::sin(pitch), std::cos(pitch),
           -std::cos(bearing) * std::sin(pitch)};
    eye_ = {shot.eye_x,
            std::max(world.Ground(shot.eye_x, shot.eye_z, 0.5f), 0.0f) + shot.eye_height,
            shot.eye_z};
  }

  struct Ray {
    Vec from, direction;
  };

  // (x, y) in pixels from the top left; (lens_x, lens_y) a place in the lens opening, metres.
  Ray Through(float x, float y, float lens_x, float lens_y) const {
    const Vec aim =
        forward_ + right_ * ((x - center_.x) / focal_) + up_ * ((center_.y - y) / focal_);
    const Vec shift = right_ * lens_x + up_ * lens_y;
    return {eye_ + shift, Unit(aim * kFocus - shift)};
  }

  float spread() const { return 1 / focal_; }

 private:
  Vec center_;
  float focal_;  // pixels
  Vec eye_, forward_, right_, up_;
};

// From linear light to the film's 0..1: a shoulder for highlights, then some contrast and colour.
Vec Develop(Vec light, const Shot& shot) {
  const Vec balance = {1 + 0.12f * shot.warmth, 1, 1 - 0.16f * shot.warmth};
  light = light * balance * shot.exposure;
  const auto shoulder = [](float x) { return 1 - std::exp(-1.25f * std::max(x, 0.0f)); };
  Vec c = {shoulder(light.x), shoulder(light.y), shoulder(light.z)};
  const float grey = Luminance(c);
  const float color = shot.display_p3 ? 1.45f : 1.16f;
  c = Vec{grey, grey, grey} + (c - Vec{grey, grey, grey}) * color;
  if (shot.grey) c = {grey, grey, grey};
  if (shot.display_p3) {
    // Linear sRGB to linear Display P3; the strongest reds and yellows lie outside sRGB.
    c = {0.8225f * c.x + 0.1774f * c.y, 0.0332f * c.x + 0.9669f * c.y,
         0.0171f * c.x + 0.0724f * c.y + 0.9108f * c.z};
  }
  return c;
}

float Encoded(float linear) {  // the sRGB transfer function, IEC 61966-2-1
  linear = Clamp01(linear);
  const float v =
      linear <= 0.0031308f ? 12.92f * linear : 1.055f * std::pow(linear, 1 / 2.4f) - 0.055f;
  return Mix(v, v * v * (3 - 2 * v), 0.28f);
}

class Frame {
 public:
  explicit Frame(const Shot& shot)
      : shot_(shot),
        world_(shot.seed, shot.autumn),
        light_(shot, world_.noise()),
        painter_(shot_, world_, light_),
        camera_(shot, world_) {}

  void RenderRow(int y, uint8_t* row) const {
    for (int x = 0; x < shot_.width; ++x) {
      const Vec color = Develop(Pixel(x, y), shot_);
      // Film grain: the sum of three uniform numbers is close enough to a bell curve.
      const float grain = Random(x, y, 901) + Random(x, y, 902) + Random(x, y, 903) - 1.5f;
      const float channels[] = {color.x, color.y, color.z};
      for (const float channel : channels) {
        const float level = Encoded(channel) + 0.009f * grain;
        *row++ = static_cast<uint8_t>(std::lround(255 * Clamp01(level)));
      }
    }
  }

 private:
  Vec Pixel(int x, int y) const {
    Vec sum;
    int taken = 0, wanted = shot_.samples;
    for (; taken < wanted; ++taken) {
      // Samples follow the golden ratio inside the pixel, and a spiral on the lens.
      const auto stream = static_cast<uint32_t>(taken);
      const float index = static_cast<float>(taken) + Random(x, y, 900);
      const float dx = index * 0.7548777f - std::floor(index * 0.7548777f);
      const float dy = index * 0.5698403f - std::floor(index * 0.5698403f);
      const float radius = kAperture * std::sqrt(Random(x, y, 800 + stream));
      const float angle = index * 0.618034f * kTurn;
      const Camera::Ray ray =
          camera_.Through(static_cast<float>(x) + dx, static_cast<float>(y) + dy,
                          radius * std::cos(angle), radius * std::sin(angle));
      float distance = 0;
      const float dice = Random(x, y, 700 + stream);
      sum = sum + painter_.Along(ray.from, ray.direction, camera_.spread(), dice, distance);
      if (taken == 0 && distance < 12) wanted = 3 * shot_.samples;  // out of focus: more rays
    }
    const float u = (static_cast<float>(x) + 0.5f) / static_cast<float>(shot_.width) - 0.5f;
    const float v = (static_cast<float>(y) + 0.5f) / static_cast<float>(shot_.height) - 0.5f;
    const float corner = 1 - 0.42f * (u * u + v * v);  // a lens is darker toward its edge
    return sum * (corner / static_cast<float>(taken));
  }

  Shot shot_;
  World world_;
  Light light_;
  Painter painter_;
  Camera camera_;
};

}  // namespace

Picture Take(const Shot& shot, unsigned threads, const std::function<void(double)>& progress) {
  Picture picture{shot.width, shot.height, {}};
  picture.rgb.resize(static_cast<size_t>(shot.width) * static_cast<size_t>(shot.height) * 3);
  const Frame frame(shot);
  std::atomic<int> next = 0;
  std::mutex report;
  int done = 0;
  const auto work = [&] {
    for (int y = next++; y < shot.height; y = next++) {
      frame.RenderRow(y,
                      &picture.rgb[static_cast<size_t>(y) * static_cast<size_t>(shot.width) * 3]);
      const std::lock_guard lock(report);
      progress(static_cast<double>(++done) / shot.height);
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 1; i < threads; ++i) workers.emplace_back(work);
  work();
  workers.clear();
  return picture;
}

}  // namespace render
