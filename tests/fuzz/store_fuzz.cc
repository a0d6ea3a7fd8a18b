// Bytes of somebody else's service: answers of stores and token services, files of profiles.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "source/aws/credentials.h"
#include "source/aws/profiles.h"
#include "source/aws/s3_address.h"
#include "source/aws/s3_answer.h"
#include "source/http_fields.h"
#include "source/oauth.h"
#include "source/store.h"
#include "source/url_text.h"
#include "whittle/bytes.h"

namespace whittle::source {
namespace {

void Expect(bool condition) {
  if (!condition) std::abort();
}

Store Make(const char* location) {
  return *MakeStore({.location = location,
                     .surroundings = {.variable = [](const std::string&) { return std::nullopt; },
                                      .read = {},
                                      .call = {},
                                      .now = [] { return SystemTime(); }}});
}

// It becomes one line of the log.
void CheckLine(const std::string& detail) {
  Expect(detail.size() < 2048 && IsUtf8(detail));
  Expect(detail.find_first_of(std::string("\r\n\0", 3)) == std::string::npos);
}

void CheckRefusals(const HttpResponse& answer) {
  static const Store kStores[] = {Make("s3://bucket"), Make("gs://bucket"),
                                  Make("az://account/container")};
  for (const Store& store : kStores) {
    const Refusal refusal = store.refusal_of(answer);
    CheckLine(refusal.error.detail);
    Expect(!refusal.retry_after ||
           (refusal.retry_after->count() >= 0 && refusal.retry_after->count() <= 3600));
  }
  const std::string region = aws::ErrorOf(answer).region;
  Expect(region.empty() || aws::IsRegion(region));
}

void CheckCredentials(const std::string& body) {
  const auto keys = aws::ParseCredentials(body, "the fuzzer");
  if (keys) Expect(!keys->keys.id.empty() && IsFieldValue(keys->keys.session_token));
  if (!keys) CheckLine(keys.error().detail);
  const auto token = ParseToken({200, {}, body}, "the fuzzer", {});
  if (token) Expect(!token->value.text.empty() && IsFieldValue(token->value.text));
  const auto refused = ParseToken({400, {}, body}, "the fuzzer", {});
  Expect(!refused);
  CheckLine(refused.error().detail);
}

void CheckUrl(std::string_view text) {
  const auto url = SplitUrl(text);
  if (!url) return;
  Expect(!url->host().empty() && text.starts_with(url->scheme));
  const auto canonical =
      aws::CanonicalRequest({.url = std::string(text), .fields = {{"A", "b"}}}, "hash");
  Expect(canonical.signed_fields == "a;host");
}

}  // namespace
}  // namespace whittle::source

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle::source;
  const std::string bytes(whittle::AsText({data, size}));
  for (const int status : {301, 400, 403, 404, 503}) CheckRefusals({status, {}, bytes});
  const std::string line = bytes.substr(0, bytes.find('\n'));
  CheckRefusals({403,
                 {{"x-amz-bucket-region", line},
                  {"x-ms-error-code", line},
                  {"Retry-After", line},
                  {"Date", line}},
                 "<Error><Code>RequestTimeTooSkewed</Code></Error>"});
  CheckCredentials(bytes);
  aws::Profiles profiles;
  aws::ReadProfiles(bytes, true, profiles);
  aws::ReadProfiles(bytes, false, profiles);
  CheckUrl(line);
  return 0;
}
