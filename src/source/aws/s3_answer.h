// What S3 and those who speak it mean by an answer that is not an object.
//
// Pure functions; any thread. HEAD answers have no body: then only the status and fields tell.
#pragma once

#include <string>
#include <string_view>

#include "source/store.h"

namespace whittle::source::aws {

/// An error as the body says it: <Error><Code>...</Code><Message>...</Message>...</Error>.
struct S3Error {
  std::string code;
  std::string message;
  std::string region;  ///< where the bucket is, if the answer says so and it could be one
};
S3Error ErrorOf(const HttpResponse& answer);

/// `who`: the store and its credentials, for the log.
Refusal RefusalOf(const HttpResponse& answer, const std::string& who, SystemTime now);

/// Whether other credentials might be accepted: these have ended, or been replaced.
bool IsOfOldKeys(std::string_view code);

}  // namespace whittle::source::aws
