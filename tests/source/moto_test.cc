// Our requests against an S3 that checks signatures with botocore's code.
#include "tests/real/moto.h"

#include <gtest/gtest.h>

#include "tests/real/exchange.h"
#include "tests/source/world.h"

namespace whittle::source {
namespace {

class MotoTest : public ::testing::Test {
 protected:
  Store Make(const test::Moto& moto, const std::string& prefix = "") {
    world_.variables = {{"AWS_ACCESS_KEY_ID", moto.id()},
                        {"AWS_SECRET_ACCESS_KEY", moto.secret()},
                        {"AWS_ENDPOINT_URL_S3", moto.endpoint()},
                        {"AWS_REGION", "eu-west-1"}};
    world_.now = std::chrono::system_clock::now();
    return *MakeStore(
        {.location = "s3://" + moto.bucket() + prefix, .surroundings = world_.Around()});
  }
  HttpResponse Get(const Store& store, const std::string& path, HttpFields fields = {}) {
    return test::Exchange(*Authorized(loop_, store, path, std::move(fields)));
  }

  World world_;
  test::Loop loop_{1};
};

TEST_F(MotoTest, WhatIsSignedIsAccepted) {
  const test::Moto::Objects objects = {{"plain.jpg", "1"},         {"a b+c.jpg", "2"},
                                       {"100%.jpg", "3"},          {"a%20b.jpg", "4"},
                                       {"~x/(1) [2]'!*.jpg", "5"}, {"Größe/日本.jpg", "6"},
                                       {"dir//twice", "7"},        {"a=b&c;d@e:f,g", "8"}};
  WHITTLE_MOTO_OR_SKIP(moto, objects);
  const Store store = Make(moto);
  for (const auto& [name, content] : objects) {
    const HttpResponse answer = Get(store, name, {{"If-None-Match", "\"no such\""}});
    EXPECT_EQ(answer.status, 200) << name << answer.body;
    EXPECT_EQ(answer.body, content) << name;
  }
  EXPECT_EQ(Get(Make(moto, "/dir"), "/twice").body, "7");
}

TEST_F(MotoTest, RefusalsAreToldApart) {
  WHITTLE_MOTO_OR_SKIP(moto, {{"a.jpg", "1"}});
  const auto told = [&](const Store& store, const std::string& path) {
    const Refusal refusal = store.refusal_of(Get(store, path));
    return std::string(Name(refusal.error.kind)) + ' ' + refusal.error.detail;
  };
  const std::string missing = told(Make(moto), "b.jpg");
  EXPECT_TRUE(missing.starts_with("NotFound ") && missing.contains(" 404 NoSuchKey")) << missing;
  const auto with = [&](const char* variable, const std::string& value) {
    Make(moto);
    world_.variables[variable] = value;
    return *MakeStore({.location = "s3://" + moto.bucket(), .surroundings = world_.Around()});
  };
  const std::string secret = told(with("AWS_SECRET_ACCESS_KEY", "another"), "a.jpg");
  EXPECT_TRUE(secret.starts_with("Unreadable ") && secret.contains(" 403 SignatureDoesNotMatch"))
      << secret;
  EXPECT_FALSE(secret.contains(moto.secret()));
  const std::string key = told(with("AWS_ACCESS_KEY_ID", "AKIANOBODY"), "a.jpg");
  EXPECT_TRUE(key.starts_with("Unreadable ") && key.contains(" 403 InvalidAccessKeyId")) << key;
}

// STS checks the signature, and S3 the keys and the token that it has given.
TEST_F(MotoTest, ARoleIsGivenAndReads) {
  WHITTLE_MOTO_OR_SKIP(moto, {{"a.jpg", "1"}});
  Make(moto);
  world_.variables.erase("AWS_ACCESS_KEY_ID");
  world_.variables.erase("AWS_SECRET_ACCESS_KEY");
  world_.variables["AWS_PROFILE"] = "shop";
  world_.variables["AWS_ENDPOINT_URL"] = moto.endpoint();
  world_.variables["AWS_CONFIG_FILE"] = "/config";
  world_.files["/config"] =
      "[profile shop]\nrole_arn = " + moto.role() +
      "\nsource_profile = base\n[profile base]\naws_access_key_id = " + moto.id() +
      "\naws_secret_access_key = " + moto.secret() + "\n";
  Surroundings around = world_.Around();
  around.call = [](HttpRequest request, Wait) -> async::Awaitable<Expected<HttpResponse>> {
    co_return test::Exchange(request);
  };
  const Store store = *MakeStore({.location = "s3://" + moto.bucket(), .surroundings = around});
  const auto authorized = Authorized(loop_, store, "a.jpg");
  ASSERT_TRUE(authorized) << authorized.error().detail;
  const HttpRequest& request = *authorized;
  EXPECT_FALSE(FieldOf(request.fields, "x-amz-security-token").empty());
  const HttpResponse answer = test::Exchange(request);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(store.refusal_of({403, {}, ""}).error.detail.contains("role " + moto.role()));
}

}  // namespace
}  // namespace whittle::source
