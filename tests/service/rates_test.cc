#include "service/rates.h"

#include <gtest/gtest.h>

namespace whittle::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr pipeline::Guess kPhoto = {.cpu_ns = 10e6, .path = 1};

// As floating point has it.
void ExpectAbout(nanoseconds value, nanoseconds wanted) {
  EXPECT_NEAR(static_cast<double>(value.count()), static_cast<double>(wanted.count()),
              1e-4 * static_cast<double>(wanted.count()));
}

TEST(Rates, AGuessStandsUntilSomethingIsKnown) {
  Rates rates;
  ExpectAbout(rates.Expected(kPhoto), milliseconds(10));
}

TEST(Rates, LearnsAFactorForEachWay) {
  Rates rates;
  rates.Learn(kPhoto, milliseconds(20));
  ExpectAbout(rates.Expected({.cpu_ns = 100e6, .path = 1}), milliseconds(200));
  for (int i = 0; i < 9; ++i) rates.Learn({.cpu_ns = 10e6, .path = 2}, milliseconds(5));
  ExpectAbout(rates.Expected(kPhoto), milliseconds(20));
  ExpectAbout(rates.Expected({.cpu_ns = 10e6, .path = 3}), milliseconds(5));
}

// One job of 8.8 s shut the gates for the next 70.
TEST(Rates, OneSlowJobChangesNothing) {
  Rates rates;
  for (int i = 0; i < 3; ++i) rates.Learn(kPhoto, milliseconds(10));
  rates.Learn(kPhoto, std::chrono::seconds(9));
  ExpectAbout(rates.Expected(kPhoto), milliseconds(10));
}

TEST(Rates, ForgetsWhatIsLongAgo) {
  Rates rates;
  for (std::size_t i = 0; i < Rates::kLast; ++i) rates.Learn(kPhoto, milliseconds(10));
  for (std::size_t i = 0; i < Rates::kLast / 2 + 1; ++i) rates.Learn(kPhoto, milliseconds(30));
  ExpectAbout(rates.Expected(kPhoto), milliseconds(30));
}

TEST(Rates, KeepsNoMoreWaysThanItsLimit) {
  Rates rates;
  for (std::uint32_t path = 0; path < Rates::kMostWays; ++path) {
    rates.Learn({.cpu_ns = 10e6, .path = path}, milliseconds(20));
  }
  const pipeline::Guess beyond = {.cpu_ns = 10e6, .path = 1 << 20};
  for (int i = 0; i < 9; ++i) rates.Learn(beyond, milliseconds(90));
  ExpectAbout(rates.Expected(beyond), milliseconds(20));
}

TEST(Rates, AGuessOfNothingTeachesNothing) {
  Rates rates;
  rates.Learn({.cpu_ns = 0, .path = 1}, milliseconds(5));
  ExpectAbout(rates.Expected(kPhoto), milliseconds(10));
}

}  // namespace
}  // namespace whittle::service
