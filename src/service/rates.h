// Rates: what jobs took, against what was guessed, so that the next guess is better.
//
// For each way through the pipeline the middle one of the last 64 factors counts, so a job that is
// far slower than its like changes nothing. Ways never seen have the factor of all together.
// Thread-safe; bounded in memory. Cost: a lock and a look-up to ask, some microseconds to learn.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "pipeline/cost.h"

namespace whittle::service {

class Rates {
 public:
  static constexpr std::size_t kLast = 64;        ///< jobs that count
  static constexpr std::size_t kMostWays = 1024;  ///< that are told apart

  /// What a job will probably take.
  std::chrono::nanoseconds Expected(const pipeline::Guess& guess) const;
  /// What it took.
  void Learn(const pipeline::Guess& guess, std::chrono::nanoseconds took);

 private:
  struct Way {
    std::array<float, kLast> factors{};
    std::size_t count = 0;  // of all that were learnt
    float middle = 1;
    void Add(float factor);
  };

  mutable std::mutex mutex_;
  std::unordered_map<pipeline::Path, Way> ways_;
  Way all_;
};

}  // namespace whittle::service
