// Credentials from an address on the machine: the container's agent (ECS, EKS pod identity), or the
// instance's metadata service (EC2), asked by its second version alone.
//
// Any thread; one small call, or three. The metadata service gets two seconds for all: where there
// is none, its address answers nothing.
#pragma once

#include <string_view>

#include "source/aws/credentials.h"

namespace whittle::source::aws {

/// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, or _FULL_URI with AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
/// or AWS_CONTAINER_AUTHORIZATION_TOKEN.
async::Awaitable<Found> FromContainer(const Surroundings& around, Wait wait);

/// AWS_EC2_METADATA_DISABLED, AWS_EC2_METADATA_SERVICE_ENDPOINT, _ENDPOINT_MODE.
async::Awaitable<Found> FromInstance(const Surroundings& around, Wait wait);

/// Whether a container's token may go to that URL: by TLS, to this machine, or to the agents' own
/// addresses.
bool IsContainerUrl(std::string_view url);

}  // namespace whittle::source::aws
