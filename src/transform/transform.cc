#include "whittle/transform.h"

#include <fmt/compile.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "transform/colour.h"
#include "transform/format_words.h"
#include "transform/normalise.h"
#include "transform/own_quality.h"
#include "transform/param_kinds.h"

namespace whittle {
namespace {

using Params = Transform::Params;

const Params kDefaults;
constexpr std::size_t kUsualText = 64;  // bytes of most canonical texts

// In and below, `field` gives of a Params what a row of params.def names; see there.

// Brings the field to its kind's step; false when it is out of range. Defaults are in range.
template <class Field, class Kind>
bool SettleField(const Field& field, const Kind& kind, Params& params) {
  if (field(params) == field(kDefaults)) return true;
  // NOLINTNEXTLINE(misc-const-correctness): most kinds change it
  typename Kind::Value value = field(params);
  if (!kind.Settle(value)) return false;
  field(params) = value;
  return true;
}

// The name of the first parameter that is out of range, or nothing; brings all to their steps.
std::string_view SettleAll(Params& params) {
  using namespace transform;  // NOLINT(google-build-using-namespace): for params.def
#define WHITTLE_PARAM(name, aliases, field, kind, help)                                \
  if (!SettleField([](auto& p) -> decltype(auto) { return (field); }, kind, params)) { \
    return #name;                                                                      \
  }
#define WHITTLE_LEAD_PARAM WHITTLE_PARAM
#define WHITTLE_OTHER_PARAM(name, of, field, kind, help)
#include "transform/params.def"
#undef WHITTLE_PARAM
#undef WHITTLE_LEAD_PARAM
#undef WHITTLE_OTHER_PARAM
  return {};
}

template <class Field, class Kind>
void AppendField(std::string& out, std::string_view label, const Field& field, const Kind& kind,
                 const Params& params) {
  if (field(params) == field(kDefaults)) return;
  out += label;
  kind.Append(out, typename Kind::Value(field(params)));
}

constexpr transform::Number kTarget = {.min = 30, .max = 95, .per_unit = 100};
constexpr transform::Number kQuality = {.min = 1, .max = 100, .per_unit = 100};

bool SettleQuality(std::optional<double>& quality) { return !quality || kQuality.Settle(*quality); }

// What a URL has no name for: it comes from the settings and from other fields of the request.
void AppendRest(std::string& out, const Params& params) {
  if (params.flatten != kDefaults.flatten) {
    out += "&flatten=";
    transform::AppendColour(out, params.flatten);
  }
  for (const auto& [format, quality] : transform::kOwnQualities) {
    if (!(params.*quality)) continue;
    out.append("&").append(WordOf(format)).append("_q=");
    kQuality.Append(out, *(params.*quality));
  }
  if (params.auto_target != kDefaults.auto_target) {
    out += "&auto_target=";
    kTarget.Append(out, params.auto_target);
  }
  for (const auto& offer : params.offers) {
    if (offer) out.append("&offer=").append(WordOf(*offer));
  }
}

bool AreFormats(const Params& params) {
  for (const auto& offer : params.offers) {
    if (offer && static_cast<std::size_t>(*offer) >= transform::kFormatCount) return false;
  }
  return true;
}

std::unexpected<Error> Invalid(std::string_view name) {
  return FailSaying(ErrorKind::kBadRequest, "invalid " + std::string(name));
}

}  // namespace

Expected<Transform> Transform::Make(const Params& params) {
  const bool both_free = params.width == 0 && params.height == 0;
  if (both_free || params.width > kMaxSide || params.height > kMaxSide) {
    return Invalid("dimensions");
  }
  Params kept = params;
  if (const auto name = SettleAll(kept); !name.empty()) return Invalid(name);
  if (!AreFormats(kept)) return Invalid("format");
  const bool settled = std::ranges::all_of(
      transform::kOwnQualities,
      [&kept](const transform::OwnQuality& own) { return SettleQuality(kept.*own.quality); });
  if (!settled || !kTarget.Settle(kept.auto_target)) return Invalid("quality");
  if (!transform::Normalise(kept)) return Invalid("dpr");
  return Transform(kept);
}

std::string Transform::Canonical() const {
  std::string out;
  out.reserve(kUsualText);
  auto end = std::back_inserter(out);
  fmt::format_to(end, FMT_COMPILE("{}x{},q"), params_.width, params_.height);
  if (params_.auto_quality) out += "auto";
  const auto hundredths = static_cast<int>(std::lround(params_.quality * 100));
  fmt::format_to(end, FMT_COMPILE("{}.{:02}"), hundredths / 100, hundredths % 100);
  out += ',';
  using namespace transform;  // NOLINT(google-build-using-namespace): for params.def
  Choice<Preset>(kPresetWords).Append(out, params_.preset);
#define WHITTLE_PARAM(name, aliases, field, kind, help) \
  AppendField(out, "&" #name "=", [](auto& p) -> decltype(auto) { return (field); }, kind, params_);
#define WHITTLE_LEAD_PARAM(name, aliases, field, kind, help)
#define WHITTLE_OTHER_PARAM(name, of, field, kind, help)
#include "transform/params.def"
#undef WHITTLE_PARAM
#undef WHITTLE_LEAD_PARAM
#undef WHITTLE_OTHER_PARAM
  AppendRest(out, params_);
  return out;
}

}  // namespace whittle
