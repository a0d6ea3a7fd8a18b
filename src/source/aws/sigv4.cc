#include "source/aws/sigv4.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "source/crypto.h"
#include "source/http_fields.h"
#include "source/url_text.h"

namespace whittle::source::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kCredential = "AWS4-HMAC-SHA256 Credential=";

bool IsSigned(std::string_view lower_name) {
  constexpr std::array<std::string_view, 6> kNot = {
      "authorization", "accept-encoding", "connection", "expect", "host", "user-agent"};
  return std::ranges::find(kNot, lower_name) == kNot.end();
}

// Without blanks at its ends, and one for several within.
std::string Squeezed(std::string_view value) {
  std::string squeezed;
  for (const char c : Trim(value)) {
    if (c != ' ' || !squeezed.ends_with(' ')) squeezed += c;
  }
  return squeezed;
}

// Names and values each encoded exactly once, in the order of their bytes.
std::string CanonicalQuery(std::string_view query) {
  const auto once = [](std::string_view text) {
    return UrlEncode(PercentDecode(text).value_or(std::string(text)));
  };
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    pairs.emplace_back(once(pair.substr(0, equals)),
                       once(pair.substr(std::min(equals + 1, pair.size()))));
  }
  std::ranges::sort(pairs);
  std::string canonical;
  for (const auto& [name, value] : pairs) {
    if (!canonical.empty()) canonical += '&';
    canonical.append(name).append("=").append(value);
  }
  return canonical;
}

std::string ScopeText(const Scope& scope, std::string_view date) {
  return std::string(date) + '/' + std::string(scope.region) + '/' + std::string(scope.service) +
         "/aws4_request";
}

std::string_view DateOf(std::string_view compact_time) { return compact_time.substr(0, 8); }

Digest256 SigningKey(const Keys& keys, const Scope& scope, std::string_view date) {
  Digest256 key = HmacSha256(AsBytes("AWS4" + keys.secret), date);
  key = HmacSha256(key, scope.region);
  key = HmacSha256(key, scope.service);
  return HmacSha256(key, "aws4_request");
}

}  // namespace

Canonical CanonicalRequest(const HttpRequest& request, std::string_view payload_hash) {
  const UrlView url = SplitUrl(request.url).value_or(UrlView());
  std::map<std::string, std::string> fields = {{"host", std::string(url.host_field())}};
  for (const auto& [name, value] : request.fields) {
    std::string lower = Lower(name);
    if (!IsSigned(lower)) continue;
    const auto [field, is_new] = fields.emplace(std::move(lower), Squeezed(value));
    if (!is_new) field->second += ',' + Squeezed(value);
  }
  Canonical canonical;
  canonical.request = request.method + '\n' + (url.path.empty() ? "/" : UrlEncode(url.path, "/%")) +
                      '\n' + CanonicalQuery(url.query) + '\n';
  for (const auto& [name, value] : fields) {
    canonical.request.append(name).append(":").append(value).append("\n");
    if (!canonical.signed_fields.empty()) canonical.signed_fields += ';';
    canonical.signed_fields += name;
  }
  canonical.request += '\n' + canonical.signed_fields + '\n' + std::string(payload_hash);
  return canonical;
}

std::string StringToSign(std::string_view canonical_request, const Scope& scope, SystemTime now) {
  const std::string time = CompactTime(now);
  return std::string(kAlgorithm) + '\n' + time + '\n' + ScopeText(scope, DateOf(time)) + '\n' +
         Hex(Sha256(canonical_request));
}

void Sign(HttpRequest& request, const Keys& keys, const Scope& scope, SystemTime now,
          Payload payload) {
  const std::string time = CompactTime(now);
  const std::string hash =
      payload == Payload::kUnsigned ? "UNSIGNED-PAYLOAD" : Hex(Sha256(request.body));
  SetField(request.fields, "x-amz-date", time);
  if (scope.service == "s3") SetField(request.fields, "x-amz-content-sha256", hash);
  std::erase_if(request.fields,
                [](const auto& f) { return EqualsIgnoreCase(f.first, "x-amz-security-token"); });
  if (!keys.session_token.empty()) {
    SetField(request.fields, "x-amz-security-token", keys.session_token);
  }
  const Canonical canonical = CanonicalRequest(request, hash);
  const Digest256 signature = HmacSha256(SigningKey(keys, scope, DateOf(time)),
                                         StringToSign(canonical.request, scope, now));
  SetField(request.fields, "Authorization",
           std::string(kCredential) + keys.id + '/' + ScopeText(scope, DateOf(time)) +
               ", SignedHeaders=" + canonical.signed_fields + ", Signature=" + Hex(signature));
}

std::string_view SignerOf(std::string_view authorization) {
  if (!authorization.starts_with(kCredential)) return {};
  authorization.remove_prefix(kCredential.size());
  return authorization.substr(0, authorization.find('/'));
}

}  // namespace whittle::source::aws
