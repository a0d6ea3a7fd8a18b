// What gives cloud programs their credentials, as fakes on this machine: AWS's instances,
// containers and STS, Google's metadata server and token service, Azure's App Service.
//
// Each answers only who asks as its documentation demands, and is an Origin: its URLs go into the
// environment of the program under test. Any thread.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "source/aws/sigv4.h"
#include "tests/support/origin.h"

namespace whittle::test {

/// ECS's and EKS's container endpoint, IMDSv2 and STS for web identities: all give `keys`.
class AwsIdentities {
 public:
  static constexpr const char* kContainerToken = "of the container";
  static constexpr const char* kWebToken = "ey.of-the-pod";

  explicit AwsIdentities(source::aws::Keys keys) : keys_(std::move(keys)) {}
  std::string Url(std::string_view path) const { return origin_.Url(path); }

 private:
  using Request = Origin::Request;
  using Connection = Origin::Connection;

  void Answer(const Request& request, Connection& c) const {
    constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";
    const bool is_instance = request.Field("x-aws-ec2-metadata-token") == "of-the-instance";
    if (request.target == "/container" && request.Field("authorization") == kContainerToken) {
      c.Answer("200 OK", Json());
    } else if (request.method == "PUT" && request.target == "/latest/api/token" &&
               request.Field("x-aws-ec2-metadata-token-ttl-seconds") != "(none)") {
      c.Answer("200 OK", "of-the-instance");
    } else if (is_instance && request.target == kRoles) {
      c.Answer("200 OK", "reader");
    } else if (is_instance && request.target == std::string(kRoles) + "reader") {
      c.Answer("200 OK", Json());
    } else if (request.method == "POST" &&
               request.body.contains("Action=AssumeRoleWithWebIdentity&") &&
               request.body.contains("WebIdentityToken=" + std::string(kWebToken))) {
      c.Answer("200 OK", Xml());
    } else {
      c.Answer("401 Unauthorized", "");
    }
  }
  std::string Json() const {
    return R"({"Code":"Success","AccessKeyId":")" + keys_.id + R"(","SecretAccessKey":")" +
           keys_.secret + R"(","Token":")" + keys_.session_token +
           R"(","Expiration":"2099-01-01T00:00:00Z"})";
  }
  std::string Xml() const {
    return "<R><Credentials><AccessKeyId>" + keys_.id + "</AccessKeyId><SecretAccessKey>" +
           keys_.secret + "</SecretAccessKey><SessionToken>" + keys_.session_token +
           "</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></R>";
  }

  const source::aws::Keys keys_;
  Origin origin_{[this](const Request& request, Connection& c) { Answer(request, c); }};
};

/// Azure's App Service gives `token`.
class AzureIdentity {
 public:
  static constexpr const char* kHeader = "of the app";

  explicit AzureIdentity(std::string token) : token_(std::move(token)) {}
  std::string Url() const { return origin_.Url("/msi/token"); }

 private:
  const std::string token_;
  Origin origin_{[this](const Origin::Request& request, Origin::Connection& c) {
    if (request.Field("x-identity-header") != kHeader ||
        !request.target.contains("resource=https%3A%2F%2Fstorage.azure.com%2F")) {
      return void(c.Answer("401 Unauthorized", ""));
    }
    c.Answer("200 OK",
             R"({"token_type":"Bearer","expires_in":"3600","access_token":")" + token_ + "\"}");
  }};
};

}  // namespace whittle::test
