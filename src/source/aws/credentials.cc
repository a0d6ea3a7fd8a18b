#include "source/aws/credentials.h"

#include <utility>

#include "source/aws/endpoints.h"
#include "source/aws/profiles.h"
#include "source/aws/sts.h"
#include "source/http_fields.h"
#include "source/json_fields.h"

namespace whittle::source::aws {
namespace {

async::Awaitable<Found> FindFirst(const Surroundings& around, Wait wait) {
  WHITTLE_CO_TRY(std::optional<Credentials> found, FromEnvironment(around));
  if (found) co_return found;
  WHITTLE_CO_TRY(found, co_await FromProfile(around, wait));
  if (found) co_return found;
  WHITTLE_CO_TRY(found, co_await FromWebIdentity(around, wait));
  if (found) co_return found;
  WHITTLE_CO_TRY(found, co_await FromContainer(around, wait));
  if (found) co_return found;
  co_return co_await FromInstance(around, wait);
}

}  // namespace

Expected<Credentials> Checked(Credentials credentials) {
  const Keys& keys = credentials.keys;
  if (keys.id.empty() || keys.secret.empty()) {
    return CannotAuthorize(credentials.origin + ": an access key without its other half");
  }
  if (!IsFieldValue(keys.id) || !IsFieldValue(keys.session_token) || keys.id.contains('/')) {
    return CannotAuthorize(credentials.origin + ": an access key or token that no field can hold");
  }
  return credentials;
}

Found FromEnvironment(const Surroundings& around) {
  const auto id = around.Variable("AWS_ACCESS_KEY_ID");
  const auto secret = around.Variable("AWS_SECRET_ACCESS_KEY");
  if (!id && !secret) return std::nullopt;
  return Checked({.keys = {.id = id.value_or(""),
                           .secret = secret.value_or(""),
                           .session_token = around.Variable("AWS_SESSION_TOKEN").value_or("")},
                  .origin = "the environment"});
}

async::Awaitable<Expected<Dated<Credentials>>> FindCredentials(
    std::shared_ptr<const Surroundings> around, Wait wait) {
  WHITTLE_CO_TRY(std::optional<Credentials> found, co_await FindFirst(*around, wait));
  if (!found) {
    co_return CannotAuthorize(
        "no AWS credentials: not in the environment, no profile, no web identity, no container "
        "endpoint, and the instance's metadata are off");
  }
  const std::optional<SystemTime> ends = found->ends;
  co_return Dated<Credentials>{*std::move(found), ends};
}

Expected<Credentials> ParseCredentials(std::string_view json, std::string origin) {
  const Json object = ObjectOf(json);
  const std::string code = TextOf(object, "Code");
  if (!code.empty() && code != "Success") {
    return CannotAuthorize(origin + ": " + Printable(code, 64) + ' ' +
                           Printable(TextOf(object, "Message"), 200));
  }
  Credentials credentials{.keys = {.id = TextOf(object, "AccessKeyId"),
                                   .secret = TextOf(object, "SecretAccessKey"),
                                   .session_token = TextOf(object, "Token")},
                          .origin = std::move(origin),
                          .ends = ParseIsoTime(TextOf(object, "Expiration"))};
  if (credentials.keys.id.empty()) {
    return CannotAuthorize(credentials.origin + ": an answer without credentials");
  }
  return Checked(std::move(credentials));
}

}  // namespace whittle::source::aws
