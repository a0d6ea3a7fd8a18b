// How often each line may be written: a burst, then so many a second; the rest is counted.
//
//   if (const auto held_back = rates.Pass("request", 503)) {
//     Write("request", ..., {"suppressed", *held_back});
//   }
//   for (const auto& sum : rates.TakeSums()) ...  // of lines that have not passed since
//
// A line is known by its text and a number beside it. The table is bounded: who is new takes the
// place of who was heard of longest ago. Any thread; one lock and a look at the table. The clock is
// injected so that tests need not wait.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::observe {

class LineRates {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;
  struct Options {
    double burst = 1000;  ///< lines at once, at least 1
    double per_second = 10;
    std::size_t lines = 64;  ///< that are known at a time
    Now now = &Clock::now;
  };
  /// How long a line that was held back may wait for its like to tell of it.
  static constexpr Clock::duration kSumAfter = std::chrono::seconds(1);

  explicit LineRates(Options options) : options_(std::move(options)) {}

  /// How many like it were held back since the last one that passed, when this one may pass.
  std::optional<std::uint64_t> Pass(std::string_view what, int number = 0);

  struct Sum {
    std::string what;  ///< "others" for lines that have lost their place
    int number = 0;
    std::uint64_t held_back = 0;
  };
  /// Whether there is anything that will have to be told.
  bool HoldsBack() const {
    return due_.load(std::memory_order_relaxed) != Clock::time_point::max();
  }
  /// Whether TakeSums has something to tell. Costs a comparison while nothing is held back.
  bool SumsAreDue() const {
    return HoldsBack() && options_.now() >= due_.load(std::memory_order_relaxed);
  }
  /// What was held back `age` ago or before and not told since; now it counts as told.
  std::vector<Sum> TakeSums(Clock::duration age = kSumAfter);

 private:
  struct Line {
    std::string what;
    int number = 0;
    double tokens = 0;
    Clock::time_point heard_of;
    std::uint64_t held_back = 0;
    Clock::time_point since;  // the first of those was held back
  };
  Line& Find(std::string_view what, int number, Clock::time_point now);
  void HoldBack(Line& line, std::uint64_t count, Clock::time_point now);

  const Options options_;
  std::atomic<Clock::time_point> due_ = Clock::time_point::max();
  std::mutex mutex_;
  std::vector<Line> lines_;
  Line others_{.what = "others"};
};

}  // namespace whittle::observe
