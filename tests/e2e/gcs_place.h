// A bucket of a fake of Google's, and each way in which Google's programs get their tokens.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/fake_gcs.h"
#include "tests/e2e/places.h"
#include "tests/support/openssl.h"

namespace whittle::test {

/// Google's services are named in a config file and in files of credentials, as Google's own are.
class GcsPlace final : public Place {
 public:
  explicit GcsPlace(std::string kind, FakeGcs::Options options = {}) : kind_(std::move(kind)) {
    options_ = std::move(options);
    options_.account_key = NewRsaKey();
    options_.is_public = kind_ == "anonymous";
  }
  Environment For(bool denied) override {
    FakeGcs::Options options = options_;
    options.may_read = !denied;
    gcs_.emplace(options);
    for (const auto& [name, content] : Photos()) gcs_->Put("photos/" + name, content);
    const bool is_anonymous = kind_ == "anonymous";
    Environment environment = {
        "WHITTLE_CONFIG=" +
        File("whittle.toml", "[sources.media]\nlocation = \"gs://" + std::string(FakeGcs::kBucket) +
                                 "/photos\"\nendpoint = \"" + gcs_->endpoint() +
                                 "\"\nanonymous = " + (is_anonymous ? "true" : "false") +
                                 "\n[[mount]]\nsource = \"media\"\n")};
    if (kind_ == "service_account") {
      const nlohmann::json key = {{"type", "service_account"},
                                  {"client_email", "reader@shop.example.com"},
                                  {"private_key", options_.account_key},
                                  {"token_uri", gcs_->token_service()}};
      environment.push_back("GOOGLE_APPLICATION_CREDENTIALS=" + File("key.json", key.dump()));
    } else if (kind_ == "workload") {
      const nlohmann::json key = {
          {"type", "external_account"},
          {"audience", "//iam.googleapis.com/projects/1/x"},
          {"subject_token_type", "urn:ietf:params:oauth:token-type:jwt"},
          {"token_url", gcs_->token_service()},
          {"credential_source", {{"file", File("pod", FakeGcs::kPodToken)}}}};
      environment.push_back("GOOGLE_APPLICATION_CREDENTIALS=" + File("key.json", key.dump()));
    } else if (kind_ == "metadata") {
      environment.push_back("GCE_METADATA_HOST=" + gcs_->host());
    }
    return environment;
  }
  std::string refusal() const override { return "403 AccessDenied"; }
  std::vector<std::string> secrets() const override {
    return {"token-1", FakeGcs::kPodToken, "PRIVATE KEY"};
  }
  FakeGcs& gcs() { return *gcs_; }

 private:
  const std::string kind_;
  FakeGcs::Options options_;
  std::optional<FakeGcs> gcs_;
};

}  // namespace whittle::test
