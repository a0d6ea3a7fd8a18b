// A server that can be kept busy for as long as a test lasts, and what it then says.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/support/server.h"
#include "tests/support/slow_jpeg.h"

namespace whittle::test {

inline constexpr const char* kCpuInUse = "whittle_gate_in_use{gate=\"cpu\"}";

/// Once SlowJpeg is there as slow.jpg, this takes far longer than any test may wait for.
inline const std::string kSlow = "/resize/8192/0/slow.jpg";
/// Half a billion pixels.
inline ByteView SlowJpeg() {
  static const Bytes slow = FlatJpeg(8208, 65488);
  return slow.view();
}

/// With limits that let SlowJpeg in.
inline app::Settings OneWorker() {
  app::Settings settings = PatientSettings();
  settings.service.workers = 1;
  settings.image.max_source_pixels = 1'000'000'000;
  settings.image.max_working_bytes = 2ULL << 30;
  settings.image.preset = Preset::kFast;
  return settings;
}

/// What whoever is refused for load is told.
inline void ExpectRefusal(const HttpResponse& refused) {
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.body, "server is busy, try again");
  EXPECT_EQ(refused.Field("Cache-Control"), "no-store");
  const int seconds = std::stoi(refused.Field("Retry-After"));
  EXPECT_TRUE(seconds >= 1 && seconds <= 8) << seconds;
}

}  // namespace whittle::test
