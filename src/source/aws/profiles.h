// AWS credentials from the shared files: ~/.aws/credentials and ~/.aws/config.
//
// Any thread; reads both files, and asks STS when the profile names a role. What would start a
// program or a browser (credential_process, sso_*) is refused with an error that says so.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "source/aws/credentials.h"

namespace whittle::source::aws {

using Profile = std::map<std::string, std::string, std::less<>>;
using Profiles = std::map<std::string, Profile, std::less<>>;

/// Adds what an INI file of theirs says. In `config` a profile's section is "profile NAME", but for
/// the default one, and sections of other kinds are none of ours. A key that is there already stays
/// as it is. Lines that are no key, and nested ones, are passed over.
void ReadProfiles(std::string_view text, bool config, Profiles& profiles);

/// AWS_PROFILE, AWS_DEFAULT_PROFILE, AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE, HOME. Nothing
/// when no profile is named and the default one has no credentials.
async::Awaitable<Found> FromProfile(const Surroundings& around, Wait wait);

}  // namespace whittle::source::aws
