#include "service/rates.h"

#include <algorithm>

namespace whittle::service {
namespace {

// Beyond these a factor says more about the machine's day than about the work.
constexpr float kLeast = 0.01F;
constexpr float kMost = 1000.0F;

}  // namespace

void Rates::Way::Add(float factor) {
  factors[count++ % kLast] = std::clamp(factor, kLeast, kMost);
  std::array<float, kLast> sorted = factors;
  const auto known = sorted.begin() + static_cast<std::ptrdiff_t>(std::min(count, kLast));
  const auto half = sorted.begin() + (known - sorted.begin()) / 2;
  std::nth_element(sorted.begin(), half, known);
  middle = *half;
}

std::chrono::nanoseconds Rates::Expected(const pipeline::Guess& guess) const {
  const std::lock_guard lock(mutex_);
  const auto way = ways_.find(guess.path);
  const float factor = way != ways_.end() ? way->second.middle : all_.middle;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(guess.cpu * double{factor});
}

void Rates::Learn(const pipeline::Guess& guess, std::chrono::nanoseconds took) {
  if (guess.cpu.count() <= 0) return;
  const auto factor = static_cast<float>(static_cast<double>(took.count()) /
                                         static_cast<double>(guess.cpu.count()));
  const std::lock_guard lock(mutex_);
  all_.Add(factor);
  if (ways_.size() < kMostWays || ways_.contains(guess.path)) ways_[guess.path].Add(factor);
}

}  // namespace whittle::service
