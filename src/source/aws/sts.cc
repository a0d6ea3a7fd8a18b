#include "source/aws/sts.h"

#include <utility>

#include "source/aws/s3_address.h"
#include "source/http_fields.h"
#include "source/store_parts.h"
#include "source/url_text.h"
#include "source/xml_leaves.h"

namespace whittle::source::aws {
namespace {

struct Service {
  std::string url;
  std::string region;
};

Expected<Service> ServiceFor(const Surroundings& around, const Role& role) {
  Service service{.region = role.region};
  if (service.region.empty()) {
    service.region = around.Variable("AWS_REGION", "AWS_DEFAULT_REGION").value_or("");
  }
  if (!around.IsOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) {
    if (const auto url = around.Variable("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")) {
      WHITTLE_TRY(service.url, CheckedService(*url));
    }
  }
  if (service.url.empty()) {
    if (!service.region.empty() && !IsRegion(service.region)) {
      return CannotAuthorize("'" + service.region + "' is no region");
    }
    service.url = service.region.empty() ? "https://sts.amazonaws.com"
                                         : "https://sts." + service.region + '.' +
                                               std::string(DomainOf(service.region));
  }
  if (service.region.empty()) service.region = kFirstRegion;
  return service;
}

HttpRequest Call(const Service& service, const Role& role, std::string_view action) {
  HttpRequest request{.method = "POST", .url = service.url + '/'};
  request.fields = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.body =
      FormEncode({{"Action", action},
                  {"Version", "2011-06-15"},
                  {"RoleArn", role.arn},
                  {"RoleSessionName", role.session_name.empty() ? "whittle" : role.session_name}});
  return request;
}

async::Awaitable<Expected<Credentials>> Ask(const Surroundings& around, HttpRequest request,
                                            const Role& role, Wait wait) {
  const std::string who = "role " + role.arn;
  auto answer = co_await around.call(std::move(request), std::move(wait));
  if (!answer) co_return CannotAuthorize(who, std::move(answer).error());
  const XmlLeaves leaves(answer->body);
  if (answer->status != 200) {
    co_return CannotAuthorize(who + ": STS answers " + std::to_string(answer->status) + ' ' +
                              Printable(leaves["Code"], 64) + ": " +
                              Printable(leaves["Message"], 240));
  }
  co_return Checked({.keys = {.id = std::string(leaves["AccessKeyId"]),
                              .secret = std::string(leaves["SecretAccessKey"]),
                              .session_token = std::string(leaves["SessionToken"])},
                     .origin = who,
                     .region = role.region,
                     .ends = ParseIsoTime(leaves["Expiration"])});
}

}  // namespace

async::Awaitable<Expected<Credentials>> AssumeByKeys(const Surroundings& around, Role role,
                                                     Keys keys, Wait wait) {
  WHITTLE_CO_TRY(const Service service, ServiceFor(around, role));
  HttpRequest request = Call(service, role, "AssumeRole");
  if (!role.external_id.empty()) {
    request.body += '&' + FormEncode({{"ExternalId", role.external_id}});
  }
  Sign(request, keys, {.region = service.region, .service = "sts"}, around.now());
  co_return co_await Ask(around, std::move(request), role, std::move(wait));
}

async::Awaitable<Expected<Credentials>> AssumeByToken(const Surroundings& around, Role role,
                                                      std::string token_file, Wait wait) {
  WHITTLE_CO_TRY(const Service service, ServiceFor(around, role));
  const auto token = co_await around.read(token_file, wait);
  if (!token) co_return CannotAuthorize(token_file, token.error());
  HttpRequest request = Call(service, role, "AssumeRoleWithWebIdentity");
  request.body += '&' + FormEncode({{"WebIdentityToken", FirstLine(*token)}});
  co_return co_await Ask(around, std::move(request), role, std::move(wait));
}

async::Awaitable<Found> FromWebIdentity(const Surroundings& around, Wait wait) {
  const auto token_file = around.Variable("AWS_WEB_IDENTITY_TOKEN_FILE");
  if (!token_file) co_return std::nullopt;
  Role role{.arn = around.Variable("AWS_ROLE_ARN").value_or(""),
            .session_name = around.Variable("AWS_ROLE_SESSION_NAME").value_or("")};
  if (role.arn.empty()) {
    co_return CannotAuthorize("AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN");
  }
  co_return co_await AssumeByToken(around, std::move(role), *token_file, std::move(wait));
}

}  // namespace whittle::source::aws
