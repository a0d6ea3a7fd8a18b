#include "service/rates.h"

#include <algorithm>
#include <cstdint>

namespace whittle::service {
namespace {

// Beyond these a factor says more about the machine's day than about the work.
constexpr float kLeast = 0.01F;
constexpr float kMost = 1000.0F;
constexpr double kMostNanoseconds = 1e15;  // eleven days

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
  const double nanoseconds = std::min(guess.cpu_ns * double{factor}, kMostNanoseconds);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
}

void Rates::Learn(const pipeline::Guess& guess, std::chrono::nanoseconds took) {
  if (guess.cpu_ns <= 0) return;
  const auto factor = static_cast<float>(static_cast<double>(took.count()) / guess.cpu_ns);
  const std::lock_guard lock(mutex_);
  all_.Add(factor);
  if (ways_.size() < kMostWays || ways_.contains(guess.path)) ways_[guess.path].Add(factor);
}

}  // namespace whittle::service
