// A bench on which all is well, for tests of `whittle doctor` to spoil, and findings as text.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

#include "app/commands.h"
#include "app/doctor/check.h"

namespace whittle::app::doctor {

inline constexpr std::uint64_t kMiB = 1ULL << 20;

inline Bench Healthy() {
  Bench bench;
  bench.settings.http.address = "127.0.0.1";
  bench.settings.http.port = 0;
  bench.machine = {.memory = 8192 * kMiB,
                   .affinity = 2,
                   .descriptors = 1'000'000,
                   .user = 1000,
                   .libraries = {"whittle 0.3.0", "libheif 1.15.1"},
                   .writable = DefaultsOf({}).writable,
                   .may_write = [](const std::string&) { return false; },
                   .try_heif = [](const Settings&) -> Expected<Fences> { return Fences{}; },
                   .try_svg = [](const Settings&) -> Expected<Fences> { return Fences{}; }};
  return bench;
}

inline const Check& CheckNamed(std::string_view name) {
  const auto found = std::ranges::find(Checks(), name, &Check::name);
  if (found == Checks().end()) throw std::runtime_error("no check " + std::string(name));
  return **found;
}

/// "warn: found; advice", a line for each.
inline std::string Text(const Findings& findings) {
  std::string text;
  for (const Finding& each : findings) {
    constexpr std::string_view kLevels[] = {"ok", "warn", "fail"};
    text += std::string(text.empty() ? "" : "\n") +
            std::string(kLevels[static_cast<std::size_t>(each.level)]) + ": " + each.found +
            (each.advice.empty() ? "" : "; " + each.advice);
  }
  return text;
}
inline std::string Says(std::string_view check, const Bench& bench) {
  return Text(CheckNamed(check).of_server(bench));
}
inline std::string Says(std::string_view check, const Probe& probe,
                        const Bench& bench = Healthy()) {
  return Text(CheckNamed(check).of_source(bench, probe));
}

inline bool Begins(const std::string& text, const std::string& start) {
  return text.starts_with(start);
}
#define EXPECT_SAYS(text, start) EXPECT_PRED2(Begins, text, start)

}  // namespace whittle::app::doctor
