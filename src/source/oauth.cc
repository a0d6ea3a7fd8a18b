#include "source/oauth.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "source/json_fields.h"

namespace whittle::source {
namespace {

constexpr std::size_t kLongestQuote = 240;  // bytes of a service's own words in our log

// {"error": "invalid_grant", "error_description": "..."}, or Google's {"error": {"message": ...}}.
std::string WordsOf(const Json& object) {
  std::string words = TextOf(object, "error");
  const auto inner = object.find("error");
  if (inner != object.end() && inner->is_object()) {
    words = TextOf(*inner, "status") + ": " + TextOf(*inner, "message");
  }
  const std::string description = TextOf(object, "error_description");
  return description.empty() ? words : words + ": " + description;
}

}  // namespace

HttpRequest PostForm(std::string url, std::string form) {
  return {.method = "POST",
          .url = std::move(url),
          .fields = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}},
          .body = std::move(form)};
}

Expected<Dated<Token>> ParseToken(const HttpResponse& answer, std::string origin,
                                  SystemTime asked) {
  const Json object = ObjectOf(answer.body);
  std::string text = TextOf(object, "access_token");
  if (answer.status != 200 || text.empty() || !IsFieldValue(text)) {
    const std::string words = answer.status == 200 ? "no token" : WordsOf(object);
    return CannotAuthorize(origin + ": the token service answers " + std::to_string(answer.status) +
                           ' ' + Printable(words, kLongestQuote));
  }
  constexpr std::uint64_t kLongest = 365ULL * 24 * 3600;
  Dated<Token> token{.value = {.text = std::move(text), .origin = std::move(origin)}, .ends = {}};
  if (const auto seconds = NumberOf(object, "expires_in")) {
    token.ends = asked + std::chrono::seconds(std::min(*seconds, kLongest));
  }
  return token;
}

async::Awaitable<Expected<Dated<Token>>> AskToken(const Surroundings& around, HttpRequest request,
                                                  std::string origin, Wait wait) {
  const SystemTime asked = around.now();
  const auto answer = co_await around.call(std::move(request), std::move(wait));
  if (!answer) co_return CannotAuthorize(origin, answer.error());
  co_return ParseToken(*answer, std::move(origin), asked);
}

}  // namespace whittle::source
