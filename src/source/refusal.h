// What a store's refusal comes to. A value.
#pragma once

#include <chrono>
#include <optional>

#include "whittle/expected.h"

namespace whittle::source {

/// What an answer that is neither the object nor "not modified" comes to.
struct Refusal {
  /// kNotFound (no such object), kUnreadable (the operator has to mend it: credentials, bucket,
  /// region), kOverloaded (the store asks for less), kBadRequest (no store could have such a name),
  /// kUpstream. The detail names the store, the credentials and what the store said.
  Error error;
  bool worth_retry = false;                         ///< once: it may pass
  std::optional<std::chrono::seconds> retry_after;  ///< as the store says
};

}  // namespace whittle::source
