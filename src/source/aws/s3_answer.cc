#include "source/aws/s3_answer.h"

#include <algorithm>
#include <array>

#include "source/aws/s3_address.h"
#include "source/http_fields.h"
#include "source/store_parts.h"
#include "source/xml_leaves.h"

namespace whittle::source::aws {
namespace {

using enum ErrorKind;

constexpr std::array<CodeMeaning, 23> kMeanings = {{
    {"NoSuchKey", kNotFound, ""},
    {"NoSuchVersion", kNotFound, ""},
    {"KeyTooLongError", kNotFound, ""},
    {"NoSuchBucket", kUnreadable, "the location names a bucket that is not there"},
    {"AccessDenied", kUnreadable,
     "these credentials may not read it, or it is missing and they may not s3:ListBucket"},
    {"AllAccessDisabled", kUnreadable, ""},
    {"AccountProblem", kUnreadable, ""},
    {"InvalidAccessKeyId", kUnreadable, "the store does not know this key"},
    {"SignatureDoesNotMatch", kUnreadable,
     "the secret of this key is another one, or a proxy changes requests"},
    {"ExpiredToken", kUnreadable, "the session has ended"},
    {"TokenRefreshRequired", kUnreadable, "the session has ended"},
    {"InvalidToken", kUnreadable, "the session token does not belong to this key"},
    {"InvalidSecurity", kUnreadable, ""},
    {"AuthorizationHeaderMalformed", kUnreadable, "the region may be wrong"},
    {"IllegalLocationConstraintException", kUnreadable, "the region is wrong"},
    {"PermanentRedirect", kUnreadable, "the bucket is elsewhere: set its region or endpoint"},
    {"TemporaryRedirect", kUnreadable, "the bucket is being moved; set its region"},
    {"InvalidRequest", kUnreadable, ""},
    {"InvalidObjectState", kUnreadable, "the object is archived"},
    {"MethodNotAllowed", kNotFound, "a delete marker"},
    {"RequestTimeTooSkewed", kUnreadable, "one of the clocks is wrong"},
    {"SlowDown", kOverloaded, ""},
    {"RequestTimeout", kUpstream, ""},
}};

std::string Clocks(const HttpResponse& answer, SystemTime now) {
  return ": it is " + HttpTime(now) + " here, and " +
         Printable(FieldOf(answer.fields, "date"), 64) + " there";
}

}  // namespace

S3Error ErrorOf(const HttpResponse& answer) {
  const XmlLeaves leaves(answer.body);
  S3Error error{std::string(leaves["Code"]), std::string(leaves["Message"]), {}};
  std::string_view region = FieldOf(answer.fields, "x-amz-bucket-region");
  if (region.empty()) region = leaves["Region"];
  if (IsRegion(region)) error.region = region;
  return error;
}

Refusal RefusalOf(const HttpResponse& answer, const std::string& who, SystemTime now) {
  const S3Error error = ErrorOf(answer);
  Refusal refusal = source::RefusalOf(answer, {error.code, error.message}, kMeanings, who, now);
  if (error.code == "RequestTimeTooSkewed") {
    refusal.error.detail += Clocks(answer, now);
  } else if (answer.status >= 300 && answer.status < 400) {
    refusal.error = Error::Of(kUnreadable, refusal.error.detail);
  }
  if (refusal.error.kind == kUnreadable && !error.region.empty()) {
    refusal.error.detail += ", it says region " + error.region;
  }
  return refusal;
}

bool IsOfOldKeys(std::string_view code) {
  constexpr std::array<std::string_view, 4> kCodes = {"ExpiredToken", "TokenRefreshRequired",
                                                      "InvalidToken", "InvalidAccessKeyId"};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

}  // namespace whittle::source::aws
