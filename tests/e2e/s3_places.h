// Buckets of S3, in moto's server and in S3Proxy, and each way in which AWS's programs get their
// keys.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/identities.h"
#include "tests/e2e/places.h"
#include "tests/real/moto.h"
#include "tests/real/s3proxy.h"

namespace whittle::test {

/// Over AWS's variables; where the store is, is the derived class's to say.
class S3Place : public Place {
 public:
  explicit S3Place(std::string kind) : kind_(std::move(kind)) {}
  Environment For(bool denied) override {
    Environment environment = {"WHITTLE_SOURCE=s3://" + bucket(), "AWS_REGION=eu-west-1",
                               "AWS_ENDPOINT_URL_S3=" + endpoint()};
    const auto add = [&](const std::string& variable) { environment.push_back(variable); };
    source::aws::Keys user = this->user();
    source::aws::Keys session = this->session();
    if (denied) user.secret = session.secret = kNotTheSecret;
    identities_.emplace(session);
    if (kind_ == "environment") {
      add("AWS_ACCESS_KEY_ID=" + user.id);
      add("AWS_SECRET_ACCESS_KEY=" + user.secret);
    } else if (kind_ == "session") {
      add("AWS_ACCESS_KEY_ID=" + session.id);
      add("AWS_SECRET_ACCESS_KEY=" + session.secret);
      add("AWS_SESSION_TOKEN=" + session.session_token);
    } else if (kind_ == "profile") {
      add("AWS_PROFILE=shop");
      add("AWS_SHARED_CREDENTIALS_FILE=" +
          File("credentials", "[shop]\naws_access_key_id = " + user.id +
                                  "\naws_secret_access_key = " + user.secret + '\n'));
    } else if (kind_ == "role") {
      add("AWS_PROFILE=shop");
      add("AWS_ENDPOINT_URL_STS=" + endpoint());
      add("AWS_CONFIG_FILE=" +
          File("config", "[profile shop]\nrole_arn = " + role() +
                             "\nsource_profile = base\n[profile base]\n"
                             "aws_access_key_id = " +
                             user.id + "\naws_secret_access_key = " + user.secret));
    } else if (kind_ == "web_identity") {
      add("AWS_WEB_IDENTITY_TOKEN_FILE=" + File("token", AwsIdentities::kWebToken));
      add("AWS_ROLE_ARN=arn:aws:iam::123456789012:role/reader");
      add("AWS_ENDPOINT_URL_STS=" + identities_->Url(""));
    } else if (kind_ == "container") {
      add("AWS_CONTAINER_CREDENTIALS_FULL_URI=" + identities_->Url("/container"));
      add("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=" +
          File("container", AwsIdentities::kContainerToken));
    } else {  // instance
      add("AWS_EC2_METADATA_SERVICE_ENDPOINT=" + identities_->Url(""));
    }
    return environment;
  }
  std::string refusal() const override { return "403 SignatureDoesNotMatch"; }
  std::vector<std::string> secrets() const override {
    return {user().secret, session().secret, session().session_token, std::string(kNotTheSecret)};
  }

 protected:
  virtual std::string bucket() const = 0;
  virtual std::string endpoint() const = 0;
  virtual source::aws::Keys user() const = 0;
  virtual source::aws::Keys session() const { return user(); }
  virtual std::string role() const { return {}; }

 private:
  const std::string kind_;
  std::optional<AwsIdentities> identities_;
};

class MotoPlace final : public S3Place {
 public:
  using S3Place::S3Place;
  std::string lacks() const override { return moto_.available() ? "" : Moto::kLacking; }

 private:
  std::string bucket() const override { return moto_.bucket(); }
  std::string endpoint() const override { return moto_.endpoint(); }
  source::aws::Keys user() const override {
    return {.id = moto_.id(), .secret = moto_.secret(), .session_token = ""};
  }
  source::aws::Keys session() const override { return moto_.session(); }
  std::string role() const override { return moto_.role(); }

  const Moto moto_{Photos()};
};

class S3ProxyPlace final : public S3Place {
 public:
  explicit S3ProxyPlace(std::string kind) : S3Place(std::move(kind)) {
    if (!s3_.available()) return;
    for (const auto& [name, content] : Photos()) s3_.Put(name, content);
  }
  std::string lacks() const override { return s3_.available() ? "" : S3Proxy::kLacking; }

 private:
  std::string bucket() const override { return S3Proxy::kBucket; }
  std::string endpoint() const override { return s3_.endpoint(); }
  source::aws::Keys user() const override {
    return {.id = S3Proxy::kId, .secret = S3Proxy::kSecret, .session_token = ""};
  }

  const S3Proxy s3_;
};

}  // namespace whittle::test
