// A small call over HTTP, as values: what token and metadata services are asked with.
//
// Pictures do not go this way: an answer is held whole, and is short. Whoever needs to ask gets an
// HttpCall given, so that it knows no client, and a test can answer by itself.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "async/event.h"
#include "source/wait.h"
#include "whittle/expected.h"

namespace whittle::source {

/// Names and values of header lines, in their order.
using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< absolute, percent-encoded
  HttpFields fields;
  std::string body;
};

struct HttpResponse {
  int status = 0;
  HttpFields fields;
  std::string body;
};

/// Errors: kUpstream (no connection, or an answer that is no HTTP or too long), kUpstreamTimeout,
/// kCancelled. Any status is an answer.
using HttpCall = std::function<async::Awaitable<Expected<HttpResponse>>(HttpRequest, Wait)>;

}  // namespace whittle::source
