#include "source/gcs/credentials.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "source/crypto.h"
#include "source/gcs/external_account.h"
#include "source/json_fields.h"
#include "source/url_text.h"

namespace whittle::source::gcs {
namespace {

constexpr std::string_view kTokenService = "https://oauth2.googleapis.com/token";
constexpr auto kMetadataPatience = std::chrono::seconds(5);

std::string Or(std::string text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : std::move(text);
}

async::Awaitable<Expected<Dated<Token>>> FromServiceAccount(const Surroundings& around, Json file,
                                                            Wait wait) {
  const std::string account = TextOf(file, "client_email");
  const std::string service = Or(TextOf(file, "token_uri"), kTokenService);
  const std::string who = "service account " + account;
  const auto claim = SelfSignedClaim(account, TextOf(file, "private_key_id"),
                                     TextOf(file, "private_key"), service, around.now());
  if (!claim) co_return CannotAuthorize(who, claim.error());
  std::string form = FormEncode(
      {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", *claim}});
  co_return co_await AskToken(around, PostForm(service, std::move(form)), who, std::move(wait));
}

async::Awaitable<Expected<Dated<Token>>> FromUser(const Surroundings& around, Json file,
                                                  std::string path, Wait wait) {
  std::string form = FormEncode({{"grant_type", "refresh_token"},
                                 {"client_id", TextOf(file, "client_id")},
                                 {"client_secret", TextOf(file, "client_secret")},
                                 {"refresh_token", TextOf(file, "refresh_token")}});
  co_return co_await AskToken(
      around, PostForm(Or(TextOf(file, "token_uri"), kTokenService), std::move(form)),
      "the user of " + path, std::move(wait));
}

// Where gcloud keeps what "gcloud auth application-default login" has made; empty without a home.
std::string WellKnownFile(const Surroundings& around) {
  constexpr std::string_view kName = "/application_default_credentials.json";
  if (const auto folder = around.Variable("CLOUDSDK_CONFIG")) return *folder + std::string(kName);
  const auto home = around.Variable("HOME");
  return home ? *home + "/.config/gcloud" + std::string(kName) : std::string();
}

}  // namespace

Expected<std::string> SelfSignedClaim(std::string_view account, std::string_view key_id,
                                      std::string_view key_pem, std::string_view audience,
                                      SystemTime now) {
  WHITTLE_TRY(const RsaKey key, RsaKey::FromPem(key_pem));
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  Json head = {{"alg", "RS256"}, {"typ", "JWT"}};
  if (!key_id.empty()) head["kid"] = key_id;
  const Json claim = {{"iss", account},
                      {"scope", kScope},
                      {"aud", audience},
                      {"iat", seconds},
                      {"exp", seconds + 3600}};
  constexpr auto kReplace = Json::error_handler_t::replace;  // of what is no UTF-8; never throws
  const std::string text = Base64Url(AsBytes(head.dump(-1, ' ', false, kReplace))) + '.' +
                           Base64Url(AsBytes(claim.dump(-1, ' ', false, kReplace)));
  WHITTLE_TRY(const std::string signature, key.Sign(text));
  return text + '.' + Base64Url(AsBytes(signature));
}

async::Awaitable<Expected<Dated<Token>>> FromMetadata(const Surroundings& around, Wait wait) {
  HttpRequest request{
      .url = "http://" + around.Variable("GCE_METADATA_HOST").value_or("metadata.google.internal") +
             "/computeMetadata/v1/instance/service-accounts/default/token"};
  request.fields = {{"Metadata-Flavor", "Google"}};
  wait.until = std::min(wait.until, async::Clock::now() + kMetadataPatience);
  co_return co_await AskToken(around, std::move(request), "the metadata server", std::move(wait));
}

async::Awaitable<Expected<Dated<Token>>> FromKeyFile(const Surroundings& around, std::string path,
                                                     std::string text, Wait wait) {
  Json file = ObjectOf(text);
  const std::string type = TextOf(file, "type");
  if (type == "service_account") {
    co_return co_await FromServiceAccount(around, std::move(file), std::move(wait));
  }
  if (type == "authorized_user") {
    co_return co_await FromUser(around, std::move(file), std::move(path), std::move(wait));
  }
  if (type == "external_account") {
    co_return co_await FromExternalAccount(around, std::move(text), std::move(wait));
  }
  co_return CannotAuthorize(path + ": not credentials of a kind that is known (type '" +
                            Printable(type, 64) + "')");
}

async::Awaitable<Expected<Dated<Token>>> FindToken(std::shared_ptr<const Surroundings> around,
                                                   Wait wait) {
  const auto named = around->Variable("GOOGLE_APPLICATION_CREDENTIALS");
  const std::string path = named.value_or(WellKnownFile(*around));
  if (!path.empty()) {
    auto text = co_await around->read(path, wait);
    if (text) {
      co_return co_await FromKeyFile(*around, path, *std::move(text), std::move(wait));
    }
    if (named || text.error().kind != ErrorKind::kNotFound) {
      co_return CannotAuthorize(path, std::move(text).error());
    }
  }
  co_return co_await FromMetadata(*around, std::move(wait));
}

}  // namespace whittle::source::gcs
