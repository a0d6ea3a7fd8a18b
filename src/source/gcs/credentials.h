// Tokens for Google Cloud Storage, from where Google's libraries look for them.
//
// The file that GOOGLE_APPLICATION_CREDENTIALS names, else gcloud's own
// (application_default_credentials.json), else the metadata server of the machine. Any thread;
// nothing is cached here. What fails is not made up for by the next place.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "source/oauth.h"
#include "source/surroundings.h"

namespace whittle::source::gcs {

/// Reading objects, no more.
inline constexpr std::string_view kScope = "https://www.googleapis.com/auth/devstorage.read_only";

async::Awaitable<Expected<Dated<Token>>> FindToken(std::shared_ptr<const Surroundings> around,
                                                   Wait wait);

/// The metadata server's: GCE_METADATA_HOST, or metadata.google.internal.
async::Awaitable<Expected<Dated<Token>>> FromMetadata(const Surroundings& around, Wait wait);

/// That of a key file: a service account's, a user's as gcloud writes it, or one for another
/// cloud's identity ("external_account").
async::Awaitable<Expected<Dated<Token>>> FromKeyFile(const Surroundings& around, std::string path,
                                                     std::string text, Wait wait);

/// What a service account says of itself to get a token: a JWT signed with its key, good for an
/// hour from `now`.
Expected<std::string> SelfSignedClaim(std::string_view account, std::string_view key_id,
                                      std::string_view key_pem, std::string_view audience,
                                      SystemTime now);

}  // namespace whittle::source::gcs
