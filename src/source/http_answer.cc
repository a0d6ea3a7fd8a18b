#include "source/http_answer.h"

namespace whittle::source {

std::string_view Name(HttpPhase phase) {
  switch (phase) {
    case HttpPhase::kResolve:
      return "resolve";
    case HttpPhase::kConnect:
      return "connect";
    case HttpPhase::kTls:
      return "tls";
    case HttpPhase::kFirstByte:
      return "first byte";
    case HttpPhase::kBody:
      return "body";
  }
  return {};
}

std::string_view HttpAnswer::Field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace whittle::source
