#include "source/aws/sigv4.h"

#include <gtest/gtest.h>

#include "source/crypto.h"
#include "source/http_fields.h"
#include "source/url_text.h"

namespace whittle::source::aws {
namespace {

std::string SignatureIn(const HttpRequest& request) {
  const std::string_view field = FieldOf(request.fields, "authorization");
  return std::string(field.substr(field.rfind('=') + 1));
}

// The signatures of AWS's published test suite (awslabs/aws-c-auth, tests/aws-signing-test-suite/
// v4/<name>/header-signature.txt). Of paths those where nothing is normalised, which is S3's rule.
const Keys kKeys = {.id = "AKIDEXAMPLE", .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
constexpr Scope kScope = {.region = "us-east-1", .service = "service"};
const SystemTime kTime = *ParseIsoTime("2015-08-30T12:36:00Z");
constexpr std::string_view kUnreserved =
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kToken =
    "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";

struct Vector {
  std::string name;
  std::string target;
  HttpFields fields;
  std::string signature;
};

void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.name; }

class SuiteTest : public ::testing::TestWithParam<Vector> {};

TEST_P(SuiteTest, IsSignedAsPublished) {
  HttpRequest request{.url = "https://example.amazonaws.com" + GetParam().target,
                      .fields = GetParam().fields};
  Sign(request, kKeys, kScope, kTime);
  EXPECT_EQ(SignatureIn(request), GetParam().signature)
      << CanonicalRequest(request, "the hash").request;
}

INSTANTIATE_TEST_SUITE_P(
    SigV4, SuiteTest,
    ::testing::Values(
        Vector{"get-vanilla",
               "/",
               {},
               "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        Vector{"get-vanilla without a slash",
               "",
               {},
               "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        Vector{"get-utf8",
               "/ሴ",
               {},
               "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
        Vector{"get-utf8, encoded",
               "/%E1%88%B4",
               {},
               "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
        Vector{"get-space-unnormalized",
               "/example%20space/",
               {},
               "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
        Vector{"get-slash-dot-slash-unnormalized",
               "/./",
               {},
               "68714168e6557f8f2de0ef956fc24dc2593a4bd2961f8df51898d8a134695145"},
        Vector{"get-slashes-unnormalized",
               "//example//",
               {},
               "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"},
        Vector{"get-relative-unnormalized",
               "/example/..",
               {},
               "eca7ead57bb5aa5c8e28007acd4ff04e1ff9a0ff3b237ec1554a184887ff9282"},
        Vector{"get-unreserved",
               "/" + std::string(kUnreserved),
               {},
               "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
        Vector{"get-vanilla-query-order-encoded",
               "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
               {},
               "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
        Vector{"get-vanilla-query-order-key-case",
               "/?Param2=value2&Param1=value1",
               {},
               "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
        Vector{"get-vanilla-utf8-query",
               "/?ሴ=bar",
               {},
               "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
        Vector{"get-vanilla-query-unreserved",
               "/?" + std::string(kUnreserved) + "=" + std::string(kUnreserved),
               {},
               "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
        Vector{"get-vanilla-empty-query-key",
               "/?Param1=value1",
               {},
               "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
        Vector{"get-header-key-duplicate",
               "/",
               {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
               "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
        Vector{"get-header-value-order",
               "/",
               {{"My-Header1", "value4"},
                {"My-Header1", "value1"},
                {"My-Header1", "value3"},
                {"My-Header1", "value2"}},
               "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
        Vector{"get-header-value-trim",
               "/",
               {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
               "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"}));

TEST(SigV4, ASessionsTokenIsSigned) {  // get-vanilla-with-session-token
  Keys keys = kKeys;
  keys.session_token = kToken;
  HttpRequest request{.url = "https://example.amazonaws.com/"};
  Sign(request, keys, kScope, kTime);
  EXPECT_EQ(FieldOf(request.fields, "x-amz-security-token"), kToken);
  EXPECT_EQ(SignatureIn(request),
            "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8");
  EXPECT_EQ(FieldOf(request.fields, "authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date;x-amz-security-token, Signature="
            "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8");
}

TEST(SigV4, ABodyIsSignedByItsHash) {  // post-x-www-form-urlencoded
  HttpRequest request{
      .method = "POST",
      .url = "https://example.amazonaws.com/",
      .fields = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Content-Length", "13"}},
      .body = "Param1=value1"};
  request.fields.emplace_back("x-amz-content-sha256", Hex(Sha256(request.body)));
  Sign(request, kKeys, kScope, kTime);
  EXPECT_EQ(SignatureIn(request),
            "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b");
}

// The example "GET Object" of Amazon S3's documentation, "Authenticating Requests: Using the
// Authorization Header (AWS Signature Version 4)".
TEST(SigV4, S3sOwnExample) {
  const Keys keys = {.id = "AKIAIOSFODNN7EXAMPLE",
                     .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
  HttpRequest request{.url = "https://examplebucket.s3.amazonaws.com/test.txt",
                      .fields = {{"Range", "bytes=0-9"}}};
  Sign(request, keys, {.region = "us-east-1", .service = "s3"},
       *ParseIsoTime("2013-05-24T00:00:00Z"));
  EXPECT_EQ(SignatureIn(request),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(FieldOf(request.fields, "x-amz-content-sha256"),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(SigV4, AnUnsignedBodySaysSo) {
  HttpRequest request{.url = "https://b.s3.amazonaws.com/a"};
  Sign(request, kKeys, {.region = "us-east-1", .service = "s3"}, kTime, Payload::kUnsigned);
  EXPECT_EQ(FieldOf(request.fields, "x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
  EXPECT_TRUE(
      CanonicalRequest(request, "UNSIGNED-PAYLOAD").request.ends_with("\nUNSIGNED-PAYLOAD"));
  const std::string unsigned_body = SignatureIn(request);
  Sign(request, kKeys, {.region = "us-east-1", .service = "s3"}, kTime);
  EXPECT_NE(SignatureIn(request), unsigned_body);
}

// A second try had two of each field.
TEST(SigV4, SigningAgainReplacesWhatWasSigned) {
  Keys keys = kKeys;
  keys.session_token = kToken;
  HttpRequest request{.url = "https://example.amazonaws.com/"};
  Sign(request, keys, kScope, kTime - std::chrono::hours(1));
  Sign(request, kKeys, kScope, kTime);
  EXPECT_EQ(request.fields.size(), 2U) << "x-amz-date and Authorization, and no token any more";
  EXPECT_EQ(SignatureIn(request),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(SigV4, WhatProxiesChangeIsNotSigned) {
  HttpRequest request{.url = "https://example.amazonaws.com/",
                      .fields = {{"User-Agent", "whittle"},
                                 {"Accept-Encoding", "identity"},
                                 {"Connection", "close"},
                                 {"Expect", "100-continue"},
                                 {"Host", "another"}}};
  Sign(request, kKeys, kScope, kTime);
  EXPECT_EQ(SignatureIn(request),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(SigV4, TheHostIsSignedAsItIsSent) {
  const auto host_of = [](std::string url) {
    const std::string text = CanonicalRequest({.url = std::move(url)}, "").request;
    const std::size_t at = text.find("host:") + 5;
    return text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_EQ(host_of("https://h:443/a"), "h");
  EXPECT_EQ(host_of("http://h:443/a"), "h:443");
  EXPECT_EQ(host_of("http://h:80/a"), "h");
  EXPECT_EQ(host_of("https://h:80/a"), "h:80");
  EXPECT_EQ(host_of("http://[::1]:9000/a"), "[::1]:9000");
  EXPECT_EQ(host_of("http://[::1]/a"), "[::1]");
}

// What curl#7559 and #13754 are about: each of these was signed otherwise than sent.
TEST(SigV4, QueriesAreEncodedOnceWhateverTheyWere) {
  const auto query_of = [](const std::string& query) {
    const std::string text = CanonicalRequest({.url = "https://h/?" + query}, "").request;
    const std::size_t at = text.find('\n', text.find('\n') + 1) + 1;
    return text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_EQ(query_of("a=b=c"), "a=b%3Dc");
  EXPECT_EQ(query_of("a*=*"), "a%2A=%2A");
  EXPECT_EQ(query_of("versionId=a%2Bb%2f"), "versionId=a%2Bb%2F");
  EXPECT_EQ(query_of("acl"), "acl=");
  EXPECT_EQ(query_of("b=1&&a=2&"), "a=2&b=1");
  EXPECT_EQ(query_of("a=2&a=1"), "a=1&a=2");
  EXPECT_EQ(query_of("a=100%"), "a=100%25");
  EXPECT_EQ(query_of("%7Ea=%7e"), "~a=~");
}

TEST(SigV4, TheSignerIsFound) {
  HttpRequest request{.url = "https://example.amazonaws.com/"};
  EXPECT_EQ(SignerOf(FieldOf(request.fields, "authorization")), "");
  Sign(request, kKeys, kScope, kTime);
  EXPECT_EQ(SignerOf(FieldOf(request.fields, "authorization")), "AKIDEXAMPLE");
  EXPECT_EQ(SignerOf("Bearer AKIDEXAMPLE/"), "");
}

// Signatures that botocore 1.44.8 (S3SigV4Auth) makes of the same keys, for the time and keys above
// and region eu-west-1.
struct Key {
  std::string name;
  std::string encoded;
  std::string signature;
};
void PrintTo(const Key& key, std::ostream* out) { *out << key.name; }
class KeyTest : public ::testing::TestWithParam<Key> {};

TEST_P(KeyTest, IsEncodedAndSignedAsBotocoreDoes) {
  const std::string encoded = UrlEncode(GetParam().name, "/");
  EXPECT_EQ(encoded, GetParam().encoded);
  HttpRequest request{.url = "https://s3.eu-west-1.amazonaws.com/bucket/" + encoded};
  Sign(request, kKeys, {.region = "eu-west-1", .service = "s3"}, kTime);
  EXPECT_EQ(SignatureIn(request), GetParam().signature);
}

INSTANTIATE_TEST_SUITE_P(
    SigV4, KeyTest,
    ::testing::Values(
        Key{"a b.jpg", "a%20b.jpg",
            "20f88b1e6df118b9508adb62173ba39977918a2785b25ea7ac0a8bb907c71a27"},
        Key{"a+b.jpg", "a%2Bb.jpg",
            "973d23c691eab750c821921595c5fea228f31c71b8525b89b89b5fdef6195a4e"},
        Key{"100%.jpg", "100%25.jpg",
            "050f34b43780fae72c74c51966d278529eb802664692a4b3ddffc32f36b474cd"},
        Key{"a%20b.jpg", "a%2520b.jpg",
            "7816b2bf25d8cc96d234d5d1ca743923c725aef345d99ff75b18be829e7e846d"},
        Key{"~user/photo.jpg", "~user/photo.jpg",
            "255d4b857881fa5917e2f4d8eb3418ef89d90cb2eb97695c2ea3c3eb80d079a8"},
        Key{"Größe/äöü.jpg", "Gr%C3%B6%C3%9Fe/%C3%A4%C3%B6%C3%BC.jpg",
            "2efb5c5c4dbb85fef821b3a1b0d20660837d0af54d4b0666903458d756cd03e8"},
        Key{"日本語/写真.jpg", "%E6%97%A5%E6%9C%AC%E8%AA%9E/%E5%86%99%E7%9C%9F.jpg",
            "76e43d5ee99d69d79cd7b842a9234de9199694308b94aea0669b2aee73286b69"},
        Key{"😀.png", "%F0%9F%98%80.png",
            "65e172dd66377ef70d5ac0d4d79050ca87f57754e145cfcf2b3b4f7e9daad474"},
        Key{"a//b.jpg", "a//b.jpg",
            "f105d0e272d9412392f6ebc5ed9526105f6fae784dd34e5e29e30a0be68405b0"},
        Key{"dir/", "dir/", "db8228fc5c2e846694f95dc69b55e65b75c49aa9309bbe776bc01ee1f035e4c8"},
        Key{"a=b&c?d#e.jpg", "a%3Db%26c%3Fd%23e.jpg",
            "1b670b9809e3201f0c6b5ed03261e421c43733fcde7ce4fcd210c55a10f746b2"},
        Key{"(1) [2] {3}!'*,;:@$.jpg", "%281%29%20%5B2%5D%20%7B3%7D%21%27%2A%2C%3B%3A%40%24.jpg",
            "2afcb72fb8a1648b93f53a29ca90c6fd824e73911539fce9f3e7d2cbefb9e598"},
        Key{"q\"<>\\^`|.jpg", "q%22%3C%3E%5C%5E%60%7C.jpg",
            "ac25caef9bc612d1db81815a77c4a7634b300b987ca3e614fef80b891fec8084"},
        Key{"a\x7f\x01.jpg", "a%7F%01.jpg",
            "7ea9e3273ca81443514d8c3d42a7da55e4d07e750e0621a9aff948ff6dc0a777"},
        Key{".hidden/..two/three...", ".hidden/..two/three...",
            "278cd6b8e791a8d289bef7058b330e636ac36a2d3d936e069ff54330fd96b003"}));

}  // namespace
}  // namespace whittle::source::aws
