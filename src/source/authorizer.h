// What lets a request into a store: a signature, a token, or nothing.
//
// An HTTP source has one for its store and calls it before each try, with a request as it was
// before the last one. Thread-safe; several requests ask at once, and one that has to fetch
// credentials first lets the others wait for the same.
#pragma once

#include <string>

#include "source/http_call.h"

namespace whittle::source {

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// Adds what lets `request` in, to its fields or its URL; the URL is a secret from then on.
  /// Signatures cover the method, the URL and the fields, so those stay as they are after it; what
  /// is added later (a user agent, a connection's fields) has no meaning to the store. Errors:
  /// kUnreadable with a detail that says which credentials are missing or wrong, kUpstream,
  /// kUpstreamTimeout, kCancelled.
  virtual async::Awaitable<Expected<void>> Authorize(HttpRequest& request, Wait wait) = 0;
  /// The store has refused `request`, as Authorize made it, with `answer`: its status (any from 300
  /// to 499, but 304 and 404), fields and the start of its body. True when it is worth one more
  /// try, with credentials that are fetched anew or an address that the answer told.
  virtual bool Refused(const HttpRequest& request, const HttpResponse& answer) = 0;
  /// Which credentials it has found, without their secrets: "key AKIA... of the environment". For
  /// the operator; empty where there is nothing to say.
  virtual std::string Who() const { return {}; }
};

}  // namespace whittle::source
