// Roles: temporary AWS credentials for those one has, or for a token of somebody whom AWS trusts.
//
// Any thread; one call to STS each. Its address is the region's, or that of AWS_ENDPOINT_URL_STS or
// AWS_ENDPOINT_URL.
#pragma once

#include <string>

#include "source/aws/credentials.h"

namespace whittle::source::aws {

struct Role {
  std::string arn;
  std::string session_name;  ///< "whittle" when empty
  std::string external_id;   ///< what a role of somebody else may ask for
  std::string region;        ///< that of the environment when empty
};

/// AssumeRole, signed with `keys`.
async::Awaitable<Expected<Credentials>> AssumeByKeys(const Surroundings& around, Role role,
                                                     Keys keys, Wait wait);

/// AssumeRoleWithWebIdentity, with the token in a file, which is read each time.
async::Awaitable<Expected<Credentials>> AssumeByToken(const Surroundings& around, Role role,
                                                      std::string token_file, Wait wait);

/// AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME (IRSA).
async::Awaitable<Found> FromWebIdentity(const Surroundings& around, Wait wait);

}  // namespace whittle::source::aws
