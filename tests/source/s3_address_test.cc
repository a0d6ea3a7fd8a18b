#include "source/aws/s3_address.h"

#include <gtest/gtest.h>

#include "tests/source/world.h"

namespace whittle::source::aws {
namespace {

class S3AddressTest : public ::testing::Test {
 protected:
  std::string Base(const std::string& bucket, std::string_view region = "eu-west-1") {
    options_.surroundings = world_.Around();
    const auto address = AddressOf(bucket, options_);
    return address ? address->Base(region) : "error: " + address.error().text;
  }

  World world_;
  StoreOptions options_;
};

TEST_F(S3AddressTest, AwsHasTheBucketInTheHostsName) {
  EXPECT_EQ(Base("shop-media"), "https://shop-media.s3.eu-west-1.amazonaws.com/");
  EXPECT_EQ(Base("shop-media", "cn-north-1"), "https://shop-media.s3.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(Base("shop-media", "us-isob-east-1"),
            "https://shop-media.s3.us-isob-east-1.sc2s.sgov.gov/");
  EXPECT_EQ(Base("shop-media", "us-iso-east-1"), "https://shop-media.s3.us-iso-east-1.c2s.ic.gov/");
}

// Its certificate is for *.s3.eu-west-1.amazonaws.com, and a star stands for one level.
TEST_F(S3AddressTest, ABucketThatNoCertificateHasIsInThePath) {
  EXPECT_EQ(Base("media.shop.com"), "https://s3.eu-west-1.amazonaws.com/media.shop.com/");
  EXPECT_EQ(Base("Old_Bucket"), "https://s3.eu-west-1.amazonaws.com/Old_Bucket/");
  EXPECT_EQ(Base(std::string(64, 'a')),
            "https://s3.eu-west-1.amazonaws.com/" + std::string(64, 'a') + "/");
  EXPECT_EQ(Base(std::string(63, 'a')),
            "https://" + std::string(63, 'a') + ".s3.eu-west-1.amazonaws.com/");
}

TEST_F(S3AddressTest, TheStyleCanBeChosen) {
  options_.path_style = true;
  EXPECT_EQ(Base("shop-media"), "https://s3.eu-west-1.amazonaws.com/shop-media/");
  options_.path_style = false;
  options_.endpoint = "https://objects.example:9000/";
  EXPECT_EQ(Base("shop-media"), "https://shop-media.objects.example:9000/");
  EXPECT_TRUE(Base("Old_Bucket").starts_with("error: 'Old_Bucket' cannot be a part"));
}

TEST_F(S3AddressTest, AnEndpointOfOnesOwn) {
  world_.variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9000";
  EXPECT_EQ(Base("shop"), "http://127.0.0.1:9000/shop/");
  world_.variables["AWS_ENDPOINT_URL_S3"] = "http://minio:9000/";
  EXPECT_EQ(Base("shop"), "http://minio:9000/shop/");
  options_.endpoint = "https://gateway.example/s3";
  EXPECT_EQ(Base("shop", "auto"), "https://gateway.example/s3/shop/");
  options_.endpoint = "";
  world_.variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_EQ(Base("shop"), "https://shop.s3.eu-west-1.amazonaws.com/");
  options_.endpoint = "gateway.example";
  EXPECT_EQ(Base("shop"),
            "error: 'gateway.example' is no endpoint; it takes http[s]://host[:port][/path]");
}

TEST_F(S3AddressTest, DualStackAndFips) {
  world_.variables["AWS_USE_DUALSTACK_ENDPOINT"] = "true";
  EXPECT_EQ(Base("shop"), "https://shop.s3.dualstack.eu-west-1.amazonaws.com/");
  world_.variables["AWS_USE_FIPS_ENDPOINT"] = "True";
  EXPECT_EQ(Base("shop"), "https://shop.s3-fips.dualstack.eu-west-1.amazonaws.com/");
  world_.variables["AWS_USE_DUALSTACK_ENDPOINT"] = "false";
  EXPECT_EQ(Base("shop"), "https://shop.s3-fips.eu-west-1.amazonaws.com/");
}

TEST_F(S3AddressTest, WhatIsNoBucketIsRefused) {
  for (const std::string bucket :
       {"", "ab", "a/b", "a b", "b@h", "b:1", "bücket", "[::1]", "a%2fb"}) {
    EXPECT_EQ(Base(bucket), "error: '" + bucket + "' is no bucket's name");
  }
  EXPECT_TRUE(Base(std::string(256, 'a')).starts_with("error"));
  EXPECT_FALSE(Base(std::string(255, 'a')).starts_with("error"));
  EXPECT_TRUE(Base("fast--use1-az4--x-s3").contains("directory bucket"));
}

TEST_F(S3AddressTest, TheRegionIsTheOptionsOrTheEnvironments) {
  const auto region = [&] {
    options_.surroundings = world_.Around();
    return RegionOf(options_);
  };
  EXPECT_EQ(region(), "");
  world_.variables["AWS_DEFAULT_REGION"] = "eu-west-2";
  EXPECT_EQ(region(), "eu-west-2");
  world_.variables["AWS_REGION"] = " eu-west-1\n";
  EXPECT_EQ(region(), "eu-west-1\n") << "only blanks are trimmed";
  world_.variables["AWS_REGION"] = " ";
  EXPECT_EQ(region(), "eu-west-2") << "blank is not set";
  options_.region = "eu-west-3";
  EXPECT_EQ(region(), "eu-west-3");
}

// It becomes a part of a host's name, and comes from an answer.
TEST(S3Region, IsAPlainWord) {
  EXPECT_TRUE(IsRegion("eu-west-1"));
  EXPECT_TRUE(IsRegion(std::string(32, 'a')));
  for (const std::string& text : {std::string(), std::string(33, 'a'), std::string("EU"),
                                  std::string("a.b"), std::string("a/b"), std::string("a b")}) {
    EXPECT_FALSE(IsRegion(text)) << text;
  }
}

}  // namespace
}  // namespace whittle::source::aws
