#include "app/doctor/check.h"

#include <fmt/format.h>

#include "app/cpus.h"

namespace whittle::app::doctor {

#define WHITTLE_DOCTOR_CHECK(name) extern const Check k##name##Check;
#include "app/doctor/checks.def"
#undef WHITTLE_DOCTOR_CHECK

namespace {

constexpr const Check* kChecks[] = {
#define WHITTLE_DOCTOR_CHECK(name) &k##name##Check,
#include "app/doctor/checks.def"
#undef WHITTLE_DOCTOR_CHECK
};

}  // namespace

int Bench::workers() const {
  const auto set = static_cast<int>(settings.service.workers);
  return set > 0 ? set : UsableCpus(machine.affinity, machine.quota);
}

std::span<const Check* const> Checks() { return kChecks; }

std::string ChecksAsMarkdown() {
  std::string table = "| Check | Of | Looks at |\n|---|---|---|\n";
  for (const Check* check : kChecks) {
    table += fmt::format("| `{}` | {} | {} |\n", check->name,
                         check->of_source != nullptr ? "each source" : "the server", check->about);
  }
  return table;
}

}  // namespace whittle::app::doctor
