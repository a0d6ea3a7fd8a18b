// AWS credentials: what they are, and the order in which they are looked for.
//
// Environment, shared files (the profile), web identity, container endpoint, instance metadata. The
// first that is set up decides: when it fails, its error is the answer, and no other identity is
// used in its stead. Any thread; nothing is cached here (source/renewed.h does that).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "source/aws/sigv4.h"
#include "source/renewed.h"
#include "source/surroundings.h"

namespace whittle::source::aws {

struct Credentials {
  Keys keys;
  std::string origin;  ///< "the environment", "profile shop": for errors and logs
  std::string region;  ///< of the profile, if it has one
  std::optional<SystemTime> ends;
};

/// A place where credentials may be: nothing when it is not set up there.
using Found = Expected<std::optional<Credentials>>;

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
Found FromEnvironment(const Surroundings& around);

/// The first that is set up. Errors: kUnreadable, kCancelled.
async::Awaitable<Expected<Dated<Credentials>>> FindCredentials(
    std::shared_ptr<const Surroundings> around, Wait wait);

/// Fails when a key or token could not stand in a header field, as one with a line end.
Expected<Credentials> Checked(Credentials credentials);

/// The answer of a container endpoint or of the instance's metadata:
/// {"AccessKeyId":..., "SecretAccessKey":..., "Token":..., "Expiration":...}.
Expected<Credentials> ParseCredentials(std::string_view json, std::string origin);

}  // namespace whittle::source::aws
