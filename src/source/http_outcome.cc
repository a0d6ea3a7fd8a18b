#include "source/http_outcome.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>

#include "source/times.h"

namespace whittle::source {

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Expected<void> CheckStatus(const HttpAnswer& answer, bool asked_conditionally, bool free,
                           const std::string& where) {
  const std::string detail = fmt::format("{}: status {}", where, answer.status);
  switch (answer.status) {
    case 200:
      return {};
    case 304:
      if (asked_conditionally) return {};
      break;
    case 400:
    case 414:
      return FailSaying(ErrorKind::kBadRequest, "source key rejected by the origin", detail);
    case 401:
    case 403:
      if (!free) return Fail(ErrorKind::kUnreadable, detail);
      return FailSaying(ErrorKind::kForbidden, "the origin refuses to give this image", detail);
    case 404:
    case 410:
      return Fail(ErrorKind::kNotFound, detail);
    case 429:
    case 503: {
      Error busy = Error::Of(ErrorKind::kOverloaded, detail);
      const auto told =
          ReadRetryAfter(answer.Field("retry-after"), std::chrono::system_clock::now());
      busy.retry_after = told ? static_cast<std::uint32_t>(told->count()) : 0;
      return std::unexpected(std::move(busy));
    }
    default:
      break;
  }
  return Fail(ErrorKind::kUpstream, detail);
}

HostBreaker::Outcome OutcomeOf(const HttpResult& result) {
  using Outcome = HostBreaker::Outcome;
  if (result) {
    // 503 and 429 come from a host that lives and says what it wants.
    const int status = result->status;
    return status == 500 || status == 502 || status == 504 ? Outcome::kFailure : Outcome::kAnswer;
  }
  switch (result.error().error.kind) {
    case ErrorKind::kUpstream:
    case ErrorKind::kUpstreamTimeout:
      return Outcome::kFailure;
    case ErrorKind::kTooLarge:
      return Outcome::kAnswer;
    default:
      return Outcome::kSilent;
  }
}

std::string_view OutcomeName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotFound:
      return "not_found";
    case ErrorKind::kBadRequest:
    case ErrorKind::kForbidden:
    case ErrorKind::kUnreadable:
      return "rejected";
    case ErrorKind::kTooLarge:
      return "too_large";
    case ErrorKind::kUpstreamTimeout:
      return "timeout";
    case ErrorKind::kOverloaded:
      return "busy";
    case ErrorKind::kCancelled:
      return "cancelled";
    default:
      return "error";
  }
}

}  // namespace whittle::source
