// AWS Signature Version 4 in the form of header fields, as S3 and STS want it.
//
// Pure functions; any thread; about ten microseconds. The path is signed as it is sent: encoded
// once, and not normalised, which is S3's rule. Other services encode it a second time; of those
// only STS is asked here, whose path is "/". libcurl 7.88 can sign, too, but what it does to paths
// and queries is not S3's rule.
#pragma once

#include <string>
#include <string_view>

#include "source/http_call.h"
#include "source/times.h"

namespace whittle::source::aws {

struct Keys {
  std::string id;  ///< AKIA... or ASIA...; no secret
  std::string secret;
  std::string session_token;  ///< empty for keys of a user
};

struct Scope {
  std::string_view region;
  std::string_view service;  ///< "s3", "sts"
};

/// What stands for the body in S3's signatures.
enum class Payload {
  kHashed,    ///< its SHA-256
  kUnsigned,  ///< nothing: TLS protects it
};

/// Adds x-amz-date, x-amz-security-token, Authorization and, for S3, x-amz-content-sha256, in the
/// place of older ones. All other fields are signed, too, but for those that clients and proxies
/// change: User-Agent, Accept-Encoding, Connection, Expect.
void Sign(HttpRequest& request, const Keys& keys, const Scope& scope, SystemTime now,
          Payload payload = Payload::kHashed);

/// The parts, for tests. `payload_hash`: what stands for the body.
struct Canonical {
  std::string request;
  std::string signed_fields;  ///< names, with semicolons between them
};
Canonical CanonicalRequest(const HttpRequest& request, std::string_view payload_hash);
std::string StringToSign(std::string_view canonical_request, const Scope& scope, SystemTime now);

/// The key's id in an Authorization field that Sign has made; empty when it has not.
std::string_view SignerOf(std::string_view authorization);

}  // namespace whittle::source::aws
