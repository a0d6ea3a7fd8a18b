#include "transform/dialect.h"

#include <algorithm>

#include "base/text.h"

namespace whittle::transform {

#define WHITTLE_DIALECT(name) extern const Dialect k##name##Dialect;
#include "transform/dialects.def"
#undef WHITTLE_DIALECT

namespace {

constexpr const Dialect* kDialects[] = {
#define WHITTLE_DIALECT(name) &k##name##Dialect,
#include "transform/dialects.def"
#undef WHITTLE_DIALECT
};

bool IsForbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F || c == '\\' || c == '?' || c == '#';
}

bool IsBelowRoot(std::string_view path) {
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view component = path.substr(0, slash);
    if (component.empty() || component == "." || component == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

std::optional<Expected<ImageRequest>> ParsePath(std::string_view path, const Defaults& defaults) {
  for (const Dialect* dialect : kDialects) {
    if (auto request = dialect->parse(path, defaults)) return request;
  }
  return std::nullopt;
}

Expected<std::string> DecodeSourcePath(std::string_view encoded) {
  std::optional<std::string> path = PercentDecode(encoded);
  if (!path || std::ranges::any_of(*path, IsForbidden) || !IsUtf8(*path) || !IsBelowRoot(*path)) {
    return FailSaying(ErrorKind::kBadRequest, "invalid source path");
  }
  return *std::move(path);
}

}  // namespace whittle::transform
