// Our requests against a second S3 that checks signatures.
#include "tests/real/s3proxy.h"

#include <gtest/gtest.h>

#include "tests/real/exchange.h"
#include "tests/source/world.h"

namespace whittle::source {
namespace {

class S3ProxyTest : public ::testing::Test {
 protected:
  Store Make(const test::S3Proxy& s3, const std::string& secret = test::S3Proxy::kSecret) {
    world_.variables = {{"AWS_ACCESS_KEY_ID", test::S3Proxy::kId},
                        {"AWS_SECRET_ACCESS_KEY", secret},
                        {"AWS_ENDPOINT_URL_S3", s3.endpoint()},
                        {"AWS_REGION", "eu-west-1"}};
    world_.now = std::chrono::system_clock::now();
    return *MakeStore({.location = std::string("s3://") + test::S3Proxy::kBucket,
                       .surroundings = world_.Around()});
  }
  HttpResponse Get(const Store& store, const std::string& path, HttpFields fields = {}) {
    return test::Exchange(*Authorized(loop_, store, path, std::move(fields)));
  }

  World world_;
  test::Loop loop_{1};
};

TEST_F(S3ProxyTest, WhatIsSignedIsAccepted) {
  WHITTLE_S3PROXY_OR_SKIP(s3);
  const Store store = Make(s3);
  for (const std::string name : {"plain.jpg", "a b+c.jpg", "100%.jpg", "a%20b.jpg",
                                 "~x/(1) [2]'!*.jpg", "Größe/日本.jpg", "dir/a=b&c;d@e:f,g"}) {
    s3.Put(name, "of " + name);
    const HttpResponse answer = Get(store, name, {{"If-None-Match", "\"no such\""}});
    EXPECT_EQ(answer.status, 200) << name << answer.body;
    EXPECT_EQ(answer.body, "of " + name);
    const std::string tag(FieldOf(answer.fields, "etag"));
    EXPECT_EQ(Get(store, name, {{"If-None-Match", tag}}).status, 304) << name;
  }
}

TEST_F(S3ProxyTest, RefusalsAreToldApart) {
  WHITTLE_S3PROXY_OR_SKIP(s3);
  const auto told = [&](const Store& store, const std::string& path) {
    const Refusal refusal = store.refusal_of(Get(store, path));
    return std::string(Name(refusal.error.kind)) + ' ' + refusal.error.detail;
  };
  const std::string missing = told(Make(s3), "b.jpg");
  EXPECT_TRUE(missing.starts_with("NotFound ") && missing.contains(" 404 NoSuchKey")) << missing;
  const std::string secret = told(Make(s3, "another"), "b.jpg");
  EXPECT_TRUE(secret.starts_with("Unreadable ") && secret.contains(" 403 SignatureDoesNotMatch"))
      << secret;
}

}  // namespace
}  // namespace whittle::source
