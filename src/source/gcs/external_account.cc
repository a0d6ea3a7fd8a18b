#include "source/gcs/external_account.h"

#include <utility>

#include "source/gcs/credentials.h"
#include "source/json_fields.h"
#include "source/url_text.h"

namespace whittle::source::gcs {
namespace {

// What a token needs that is only used to become somebody else.
constexpr std::string_view kImpersonation = "https://www.googleapis.com/auth/cloud-platform";

Json ObjectIn(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : Json::object();
}

// The token of the subject: all of the text, or a field of it.
Expected<std::string> Extract(const std::string& text, const Json& format) {
  const bool is_json = TextOf(format, "type") == "json";
  std::string token =
      is_json ? TextOf(ObjectOf(text), TextOf(format, "subject_token_field_name").c_str())
              : FirstLine(text);
  if (token.empty()) return CannotAuthorize("the workload's own token is empty");
  return token;
}

async::Awaitable<Expected<std::string>> SubjectToken(const Surroundings& around, Json source,
                                                     Wait wait) {
  const Json format = ObjectIn(source, "format");
  if (const std::string file = TextOf(source, "file"); !file.empty()) {
    const auto text = co_await around.read(file, std::move(wait));
    if (!text) co_return CannotAuthorize(file, text.error());
    co_return Extract(*text, format);
  }
  HttpRequest request{.url = TextOf(source, "url")};
  if (request.url.empty() || source.contains("environment_id")) {
    co_return CannotAuthorize(
        "a workload identity whose own token is neither in a file nor at a URL");
  }
  for (const auto& [name, value] : ObjectIn(source, "headers").items()) {
    if (value.is_string()) request.fields.emplace_back(name, value.get<std::string>());
  }
  const std::string url = request.url;
  const auto answer = co_await around.call(std::move(request), std::move(wait));
  if (!answer) co_return CannotAuthorize(url, answer.error());
  if (answer->status != 200) {
    co_return CannotAuthorize(url + " answers " + std::to_string(answer->status));
  }
  co_return Extract(answer->body, format);
}

async::Awaitable<Expected<Dated<Token>>> Impersonate(const Surroundings& around, std::string url,
                                                     std::string token, Wait wait) {
  // ".../serviceAccounts/NAME:generateAccessToken"
  const std::size_t name = url.rfind('/') + 1;
  const std::string who = "service account " + url.substr(name, url.rfind(':') - name);
  HttpRequest request{.method = "POST", .url = std::move(url)};
  request.fields = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + token}};
  request.body = Json{{"scope", {kScope}}, {"lifetime", "3600s"}}.dump();
  const auto answer = co_await around.call(std::move(request), std::move(wait));
  if (!answer) co_return CannotAuthorize(who, answer.error());
  const Json object = ObjectOf(answer->body);
  const std::string text = TextOf(object, "accessToken");
  const auto ends = ParseIsoTime(TextOf(object, "expireTime"));
  if (answer->status != 200 || text.empty() || !ends || !IsFieldValue(text)) {
    co_return CannotAuthorize(who + ": impersonation answers " + std::to_string(answer->status) +
                              ' ' + Printable(TextOf(ObjectIn(object, "error"), "message"), 240));
  }
  co_return Dated<Token>{{text, who}, ends};
}

}  // namespace

async::Awaitable<Expected<Dated<Token>>> FromExternalAccount(const Surroundings& around,
                                                             std::string text, Wait wait) {
  const Json file = ObjectOf(text);
  const std::string impersonation = TextOf(file, "service_account_impersonation_url");
  WHITTLE_CO_TRY(const std::string subject,
                 co_await SubjectToken(around, ObjectIn(file, "credential_source"), wait));
  std::string form =
      FormEncode({{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                  {"requested_token_type", "urn:ietf:params:oauth:token-type:access_token"},
                  {"audience", TextOf(file, "audience")},
                  {"scope", impersonation.empty() ? kScope : kImpersonation},
                  {"subject_token_type", TextOf(file, "subject_token_type")},
                  {"subject_token", subject}});
  WHITTLE_CO_TRY(Dated<Token> token,
                 co_await AskToken(around, PostForm(TextOf(file, "token_url"), std::move(form)),
                                   "a workload identity", wait));
  if (impersonation.empty()) co_return token;
  co_return co_await Impersonate(around, impersonation, token.value.text, std::move(wait));
}

}  // namespace whittle::source::gcs
