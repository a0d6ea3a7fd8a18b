// Azure Storage's Shared Key: an HMAC over the request, with the account's own key.
//
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "source/http_call.h"
#include "source/times.h"

namespace whittle::source::azure {

/// The version of the protocol that requests name: the rules below, OAuth, versionid.
inline constexpr std::string_view kVersion = "2021-12-02";

/// Sets x-ms-date and Authorization. `key`: decoded. The fields that count are x-ms-*, those that
/// make a request conditional, Range and Content-*.
void SignSharedKey(HttpRequest& request, std::string_view account, std::string_view key,
                   SystemTime now);

/// What is signed, for tests. Blob storage's rules of 2015-02-21 and later.
std::string SharedKeyText(const HttpRequest& request, std::string_view account);

}  // namespace whittle::source::azure
