// A world for makers of credentials: variables, files, a clock, and services that answer by script.
//
// Every request is written down. One that the script does not know fails as a host does that is not
// there.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "source/http_fields.h"
#include "source/store.h"
#include "source/surroundings.h"
#include "tests/support/coroutines.h"

namespace whittle::source {

class World {
 public:
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files;
  SystemTime now = *ParseIsoTime("2026-11-29T12:00:00Z");
  std::chrono::seconds call_takes{0};  ///< by `now`
  std::vector<HttpRequest> asked;
  std::vector<Wait> waits;  ///< of what was asked and read

  /// The next answer to `request` ("GET http://..."); the last one is repeated.
  void Answer(const std::string& request, int status, std::string body, HttpFields fields = {}) {
    answers_[request].push_back({status, std::move(fields), std::move(body)});
  }

  Surroundings Around() {
    return {.variable =
                [this](const std::string& name) {
                  const auto found = variables.find(name);
                  return found == variables.end() ? std::nullopt : std::optional(found->second);
                },
            .read = [this](std::string path,
                           Wait wait) { return Read(std::move(path), std::move(wait)); },
            .call = [this](HttpRequest request,
                           Wait wait) { return Call(std::move(request), std::move(wait)); },
            .now = [this] { return now; }};
  }

  /// What was asked, a line each.
  std::string Asked() const {
    std::string text;
    for (const HttpRequest& request : asked) text += request.method + ' ' + request.url + '\n';
    return text;
  }
  /// Whether all was told when to stop, and to end by `until`.
  bool AllWaitsWere(const std::stop_token& stop, async::Clock::time_point until) const {
    return !waits.empty() && std::ranges::all_of(waits, [&](const Wait& wait) {
      return wait.stop == stop && wait.until <= until;
    });
  }

 private:
  async::Awaitable<Expected<std::string>> Read(std::string path, Wait wait) {
    waits.push_back(std::move(wait));
    const auto found = files.find(path);
    if (found == files.end()) co_return Fail(ErrorKind::kNotFound, "no such file");
    co_return found->second;
  }
  async::Awaitable<Expected<HttpResponse>> Call(HttpRequest request, Wait wait) {
    waits.push_back(std::move(wait));
    asked.push_back(request);
    now += call_takes;
    const auto found = answers_.find(request.method + ' ' + request.url);
    if (found == answers_.end()) co_return Fail(ErrorKind::kUpstream, "no such host");
    HttpResponse answer = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    co_return answer;
  }

  std::map<std::string, std::deque<HttpResponse>> answers_;
};

/// The request that is sent for `path`, or why not.
inline Expected<HttpRequest> Authorized(test::Loop& loop, const Store& store,
                                        const std::string& path, HttpFields fields = {}) {
  WHITTLE_TRY(std::string url, store.url_of(path, ""));
  HttpRequest request{.url = std::move(url), .fields = std::move(fields)};
  WHITTLE_CHECK(loop.Run(store.authorizer->Authorize(request, {})));
  return request;
}

}  // namespace whittle::source
