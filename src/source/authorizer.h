// What lets a request into a store: a signature, a token, or nothing.
//
// An HTTP source has one for its store and calls it before each try. Thread-safe; several requests
// ask at once, and one that has to fetch credentials first lets the others wait for the same.
#pragma once

#include <string_view>

#include "source/http_call.h"

namespace whittle::source {

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// Adds what lets `request` in, to its fields or its URL. Errors: kUnreadable with a detail that
  /// says which credentials are missing or wrong, kUpstream, kUpstreamTimeout, kCancelled.
  virtual async::Awaitable<Expected<void>> Authorize(HttpRequest& request, Wait wait) = 0;
  /// The store has refused a request that was authorized, with `body` as the start of its answer.
  /// True when it is worth another try, with credentials that are fetched anew.
  virtual bool Refused(int status, std::string_view body) = 0;
};

}  // namespace whittle::source
