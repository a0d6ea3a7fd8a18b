// Camera and film: turns a shot into 8-bit pixels.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "shot.h"

namespace render {

// RGB, rows from the top, three bytes a pixel, sRGB or Display P3 as the shot asks.
struct Picture {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;
};

// Renders on `threads` threads. The same shot gives the same bytes with any number of them.
// `progress` is called with 0..1 from one thread at a time.
Picture Take(const Shot& shot, unsigned threads, const std::function<void(double)>& progress);

}  // namespace render
