#include "source/aws/endpoints.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "source/http_fields.h"
#include "source/store_parts.h"
#include "source/url_text.h"

namespace whittle::source::aws {
namespace {

constexpr auto kInstancePatience = std::chrono::seconds(2);
constexpr std::string_view kContainer = "the container's credentials";
constexpr std::string_view kInstance = "the instance's metadata service";

std::string StatusOf(std::string_view who, const HttpResponse& answer) {
  return std::string(who) + " answers " + std::to_string(answer.status);
}

// The body of an answer that is 200; `request` is told in errors by `who` alone.
async::Awaitable<Expected<std::string>> Ask(const Surroundings& around, std::string_view who,
                                            HttpRequest request, Wait wait) {
  auto answer = co_await around.call(std::move(request), std::move(wait));
  if (!answer) co_return CannotAuthorize(who, std::move(answer).error());
  if (answer->status != 200) co_return CannotAuthorize(StatusOf(who, *answer));
  co_return std::move(answer->body);
}

async::Awaitable<Expected<std::string>> ContainerToken(const Surroundings& around, Wait wait) {
  std::string token = around.Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  if (const auto file = around.Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    auto text = co_await around.read(*file, std::move(wait));
    if (!text) co_return CannotAuthorize(kContainer, std::move(text).error());
    token = FirstLine(*text);
  }
  if (!IsFieldValue(token)) {
    co_return CannotAuthorize(std::string(kContainer) + ": a token that no field can hold");
  }
  co_return token;
}

}  // namespace

bool IsContainerUrl(std::string_view url) {
  constexpr std::array<std::string_view, 5> kHosts = {"169.254.170.2", "169.254.170.23",
                                                      "[fd00:ec2::23]", "[::1]", "localhost"};
  const auto parts = SplitUrl(url);
  if (!parts) return false;
  if (parts->secure()) return true;
  const std::string_view host = parts->host();
  // A name such as 127.example.com is no address.
  const bool is_loopback = host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
                           host.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_loopback || std::ranges::find(kHosts, host) != kHosts.end();
}

async::Awaitable<Found> FromContainer(const Surroundings& around, Wait wait) {
  HttpRequest request;
  if (const auto path = around.Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    if (!path->starts_with('/')) {
      co_return CannotAuthorize("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI begins with no slash");
    }
    request.url = "http://169.254.170.2" + *path;
  } else if (const auto url = around.Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
    request.url = *url;
  } else {
    co_return std::nullopt;
  }
  if (!IsContainerUrl(request.url)) {
    co_return CannotAuthorize(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this machine");
  }
  WHITTLE_CO_TRY(std::string token, co_await ContainerToken(around, wait));
  if (!token.empty()) request.fields.emplace_back("Authorization", std::move(token));
  request.fields.emplace_back("Accept", "application/json");
  WHITTLE_CO_TRY(const std::string body,
                 co_await Ask(around, kContainer, std::move(request), std::move(wait)));
  co_return ParseCredentials(body, std::string(kContainer));
}

async::Awaitable<Found> FromInstance(const Surroundings& around, Wait wait) {
  if (around.IsOn("AWS_EC2_METADATA_DISABLED")) co_return std::nullopt;
  const bool ipv6 = EqualsIgnoreCase(
      around.Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").value_or(""), "IPv6");
  WHITTLE_CO_TRY(
      const std::string endpoint,
      CheckedService(around.Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT")
                         .value_or(ipv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254")));
  wait.until = std::min(wait.until, async::Clock::now() + kInstancePatience);
  HttpRequest ask_token{.method = "PUT", .url = endpoint + "/latest/api/token"};
  ask_token.fields.emplace_back("X-aws-ec2-metadata-token-ttl-seconds", "21600");
  WHITTLE_CO_TRY(const std::string token,
                 co_await Ask(around, kInstance, std::move(ask_token), wait));
  if (token.empty() || !IsFieldValue(token)) {
    co_return CannotAuthorize(std::string(kInstance) + ": no token");
  }
  const HttpFields with_token = {{"X-aws-ec2-metadata-token", token}};
  const std::string roles = endpoint + "/latest/meta-data/iam/security-credentials/";
  auto listed = co_await around.call({.url = roles, .fields = with_token}, wait);
  if (!listed) co_return CannotAuthorize(kInstance, std::move(listed).error());
  if (listed->status == 404) {
    co_return CannotAuthorize("no AWS credentials: this instance has no role");
  }
  if (listed->status != 200) co_return CannotAuthorize(StatusOf(kInstance, *listed));
  const std::string role = FirstLine(listed->body);
  WHITTLE_CO_TRY(
      const std::string body,
      co_await Ask(around, kInstance, {.url = roles + UrlEncode(role), .fields = with_token},
                   std::move(wait)));
  co_return ParseCredentials(body, "role " + Printable(role, 64) + " of the instance");
}

}  // namespace whittle::source::aws
