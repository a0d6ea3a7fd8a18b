// FindToken: the part of azure/credentials.h that asks token services.
#include <algorithm>
#include <chrono>
#include <utility>

#include "source/azure/credentials.h"
#include "source/store_parts.h"
#include "source/url_text.h"

namespace whittle::source::azure {
namespace {

constexpr std::string_view kResource = "https://storage.azure.com/";
constexpr auto kMetadataPatience = std::chrono::seconds(5);

// The token service of a directory (tenant).
Expected<std::string> ServiceOf(const Surroundings& around, const std::string& tenant) {
  WHITTLE_TRY(
      const std::string authority,
      CheckedService(
          around.Variable("AZURE_AUTHORITY_HOST").value_or("https://login.microsoftonline.com")));
  return authority + '/' + UrlEncode(tenant) + "/oauth2/v2.0/token";
}

async::Awaitable<Expected<Dated<Token>>> FromMachine(const Surroundings& around,
                                                     const std::string& client, Wait wait) {
  const auto service = around.Variable("IDENTITY_ENDPOINT");
  const auto secret = around.Variable("IDENTITY_HEADER");
  HttpRequest request;
  if (service && secret) {
    request.url = *service + "?api-version=2019-08-01";
    request.fields = {{"X-IDENTITY-HEADER", *secret}};
  } else {
    request.url = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";
    request.fields = {{"Metadata", "true"}};
  }
  request.url += '&' + FormEncode({{"resource", kResource}});
  if (!client.empty()) request.url += '&' + FormEncode({{"client_id", client}});
  wait.until = std::min(wait.until, async::Clock::now() + kMetadataPatience);
  const std::string whose = "the managed identity" + (client.empty() ? "" : ' ' + client);
  co_return co_await AskToken(around, std::move(request), whose, std::move(wait));
}

}  // namespace

async::Awaitable<Expected<Dated<Token>>> FindToken(std::shared_ptr<const Surroundings> around,
                                                   Wait wait) {
  const std::string client = around->Variable("AZURE_CLIENT_ID").value_or("");
  const auto tenant = around->Variable("AZURE_TENANT_ID");
  const auto secret = around->Variable("AZURE_CLIENT_SECRET");
  const auto file = around->Variable("AZURE_FEDERATED_TOKEN_FILE");
  if (!tenant || client.empty() || (!secret && !file)) {
    co_return co_await FromMachine(*around, client, std::move(wait));
  }
  WHITTLE_CO_TRY(const std::string service, ServiceOf(*around, *tenant));
  std::string form = FormEncode({{"grant_type", "client_credentials"},
                                 {"client_id", client},
                                 {"scope", std::string(kResource) + ".default"}});
  if (secret) {
    form += '&' + FormEncode({{"client_secret", *secret}});
  } else {
    const auto assertion = co_await around->read(*file, wait);
    if (!assertion) co_return CannotAuthorize(*file, assertion.error());
    form += '&' + FormEncode({{"client_assertion_type",
                               "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                              {"client_assertion", FirstLine(*assertion)}});
  }
  co_return co_await AskToken(*around, PostForm(service, std::move(form)),
                              (secret ? "application " : "workload ") + client, std::move(wait));
}

}  // namespace whittle::source::azure
