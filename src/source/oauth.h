// Asking a token service of OAuth 2 for a token.
//
// Any thread; one small call. Errors are kUnreadable, with the service's own words, and never hold
// what was sent.
#pragma once

#include <string>
#include <string_view>

#include "source/bearer.h"
#include "source/surroundings.h"

namespace whittle::source {

/// A POST with a form as its body.
HttpRequest PostForm(std::string url, std::string form);

/// `origin`: what the token is of. The token's end is counted from before the call.
async::Awaitable<Expected<Dated<Token>>> AskToken(const Surroundings& around, HttpRequest request,
                                                  std::string origin, Wait wait);

/// {"access_token":..., "expires_in":...}, where the latter may be a text.
Expected<Dated<Token>> ParseToken(const HttpResponse& answer, std::string origin, SystemTime asked);

}  // namespace whittle::source
