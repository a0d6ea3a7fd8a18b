// Workload identity federation: a token of Google's for one of somebody whom Google trusts.
//
// The subject's token is in a file or at an address of the machine; Google's token service (STS)
// changes it for one of its own, with which a service account may be impersonated. Any thread; up
// to three small calls.
#pragma once

#include <string>

#include "source/oauth.h"

namespace whittle::source::gcs {

/// `text`: a file of type "external_account".
async::Awaitable<Expected<Dated<Token>>> FromExternalAccount(const Surroundings& around,
                                                             std::string text, Wait wait);

}  // namespace whittle::source::gcs
