// Google Cloud Storage on this machine, with the services that give its tokens.
//
// A token is good for two moments: until another has been given, and until the one after that,
// since a request may be on its way; or until all are revoked. What comes with another one is
// refused with 401, as by Google. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/base64url.h"
#include "base/text.h"
#include "source/crypto.h"
#include "source/url_text.h"
#include "tests/support/origin.h"

namespace whittle::test {

class FakeGcs {
 public:
  static constexpr const char* kBucket = "shop-media";
  static constexpr const char* kPodToken = "ey.of-the-pod";

  struct Options {
    std::string account_key;       ///< PEM: who signs with it is given a token
    std::string seconds = "3600";  ///< that each is good for
    bool is_public = false;        ///< objects are for everybody
    bool may_read = true;          ///< those who have a token
  };
  explicit FakeGcs(Options options) : options_(std::move(options)) {}

  std::string endpoint() const { return origin_.Url(""); }
  std::string host() const { return "127.0.0.1:" + std::to_string(origin_.port()); }
  std::string token_service() const { return origin_.Url("/token"); }
  void Put(const std::string& name, std::string content) {
    const std::lock_guard lock(mutex_);
    objects_['/' + std::string(kBucket) + '/' + source::UrlEncode(name, "/")] = std::move(content);
  }
  /// What it has given so far is good no more, however long it was to be.
  void RevokeTokens() {
    const std::lock_guard lock(mutex_);
    revoked_ = tokens_;
  }
  /// How many requests came with a token that it has revoked.
  int late() const {
    const std::lock_guard lock(mutex_);
    return late_;
  }
  /// How many tokens it has given.
  int tokens() const {
    const std::lock_guard lock(mutex_);
    return tokens_;
  }

 private:
  using Request = Origin::Request;
  using Connection = Origin::Connection;

  void Answer(const Request& request, Connection& c) {
    const std::lock_guard lock(mutex_);
    if (request.target == "/computeMetadata/v1/instance/service-accounts/default/token") {
      return GiveToken(request.Field("metadata-flavor") == "Google", c);
    }
    if (request.target == "/token") return GiveToken(IsGood(request.body), c);
    if (!options_.is_public && !HasToken(request)) {
      return Refuse(c, "401 Unauthorized", "AuthenticationRequired");
    }
    if (!options_.may_read) return Refuse(c, "403 Forbidden", "AccessDenied");
    const auto found = objects_.find(request.target);
    if (found == objects_.end()) return Refuse(c, "404 Not Found", "NoSuchKey");
    c.Answer("200 OK", found->second, "ETag: \"1\"\r\n");
  }
  static void Refuse(Connection& c, std::string_view status, const std::string& code) {
    c.Answer(status, "<Error><Code>" + code + "</Code><Message>no</Message></Error>");
  }
  void GiveToken(bool is_good, Connection& c) {
    if (!is_good) return void(c.Answer("400 Bad Request", R"({"error":"invalid_grant"})"));
    c.Answer("200 OK", R"({"token_type":"Bearer","expires_in":)" + options_.seconds +
                           R"(,"access_token":"token-)" + std::to_string(++tokens_) + "\"}");
  }
  bool HasToken(const Request& request) {
    constexpr std::string_view kToken = "Bearer token-";
    const std::string field = request.Field("authorization");
    if (!field.starts_with(kToken)) return false;
    const auto text = ParseUnsigned<std::uint16_t>(field.substr(kToken.size()));
    const int number = text.value_or(0);
    if (number > 0 && number <= revoked_) ++late_;
    return number > revoked_ && number >= tokens_ - 1 && number <= tokens_;
  }
  // A workload's own token, or a claim that the account's key has signed: that signature is the
  // same each time.
  bool IsGood(std::string_view form) const {
    if (form.contains("subject_token=" + std::string(kPodToken))) return true;
    constexpr std::string_view kClaim = "assertion=";
    const std::size_t at = form.find(kClaim);
    if (at == std::string_view::npos) return false;
    std::string_view claim = form.substr(at + kClaim.size());
    claim = claim.substr(0, claim.find('&'));
    const std::size_t dot = claim.rfind('.');
    const auto key = source::RsaKey::FromPem(options_.account_key);
    if (!key || dot == std::string_view::npos) return false;
    const auto signature = key->Sign(claim.substr(0, dot));
    return signature && ToBase64Url(AsBytes(*signature)) == claim.substr(dot + 1);
  }

  const Options options_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> objects_;
  int tokens_ = 0;
  int revoked_ = 0;  // up to this one
  int late_ = 0;
  Origin origin_{[this](const Request& request, Connection& c) { Answer(request, c); }};
};

}  // namespace whittle::test
