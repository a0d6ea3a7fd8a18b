// A container of Azurite's, and the ways in which Azure's programs get in.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "source/azure/shared_key.h"
#include "source/crypto.h"
#include "source/times.h"
#include "source/url_text.h"
#include "tests/e2e/identities.h"
#include "tests/e2e/places.h"
#include "tests/real/azurite.h"

namespace whittle::test {

class AzurePlace final : public Place {
 public:
  explicit AzurePlace(std::string kind)
      : kind_(std::move(kind)),
        azurite_(kind_ == "managed_identity" ? std::optional(TestCertificate::Make())
                                             : std::nullopt) {
    if (!azurite_.available()) return;
    azurite_.MakeContainer("photos");
    for (const auto& [name, content] : Photos()) azurite_.PutBlob("photos", name, content);
  }
  std::string lacks() const override { return azurite_.available() ? "" : Azurite::kLacking; }
  Environment For(bool denied) override {
    const std::string account = Azurite::kAccount;
    std::string connection = "BlobEndpoint=" + azurite_.endpoint() + ";AccountName=" + account;
    Environment environment = {"WHITTLE_SOURCE=az://" + account + "/photos"};
    if (kind_ == "shared_key") {
      connection += ";AccountKey=" +
                    (denied ? source::Base64(AsBytes(kNotTheSecret)) : std::string(Azurite::kKey));
    } else if (kind_ == "sas") {
      connection += ";SharedAccessSignature=" + Sas() + (denied ? "x" : "");
    } else {  // managed_identity
      identity_.emplace(Token(denied ? "https://vault.azure.net" : "https://storage.azure.com"));
      environment.push_back("IDENTITY_ENDPOINT=" + identity_->Url());
      environment.push_back("IDENTITY_HEADER=" + std::string(AzureIdentity::kHeader));
      environment.push_back("WHITTLE_FETCH_CA_FILE=" + azurite_.certificate_file());
    }
    environment.push_back("AZURE_STORAGE_CONNECTION_STRING=" + connection);
    return environment;
  }
  // Azurite's word for a wrong signature is Azure's for what networks forbid.
  std::string refusal() const override {
    if (kind_ == "managed_identity") return "403 AuthenticationFailed";
    return kind_ == "sas" ? "with a SAS: 403 AuthorizationFailure"
                          : "with the account's key: 403 AuthorizationFailure";
  }
  std::vector<std::string> secrets() const override { return {Azurite::kKey, "sig=", "eyJ"}; }

 private:
  // For reading the container, for an hour.
  static std::string Sas() {
    const std::string ends =
        source::CompactTime(std::chrono::system_clock::now() + std::chrono::hours(1));
    const std::string iso = ends.substr(0, 4) + '-' + ends.substr(4, 2) + '-' + ends.substr(6, 5) +
                            ':' + ends.substr(11, 2) + ':' + ends.substr(13);
    const std::string version(source::azure::kVersion);
    const std::string text = "r\n\n" + iso + "\n/blob/" + Azurite::kAccount + "/photos\n\n\n\n" +
                             version + "\nc\n\n\n\n\n\n\n";
    const auto key = *source::FromBase64(Azurite::kKey);
    return source::FormEncode({{"sv", version},
                               {"sr", "c"},
                               {"sp", "r"},
                               {"se", iso},
                               {"sig", source::Base64(source::HmacSha256(AsBytes(key), text))}});
  }
  // Azurite looks at all but the signature.
  static std::string Token(const std::string& audience) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const nlohmann::json head = {{"alg", "RS256"}, {"typ", "JWT"}};
    const nlohmann::json claim = {
        {"aud", audience},
        {"iss", "https://sts.windows.net/00000000-0000-0000-0000-000000000000/"},
        {"nbf", now - 60},
        {"iat", now - 60},
        {"exp", now + 3600}};
    return source::Base64Url(AsBytes(head.dump())) + '.' +
           source::Base64Url(AsBytes(claim.dump())) + ".c2lnbmVk";
  }

  const std::string kind_;
  const Azurite azurite_;
  std::optional<AzureIdentity> identity_;
};

}  // namespace whittle::test
