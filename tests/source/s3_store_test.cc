// S3 as a store: what is sent, what refusals mean, how a region is found.
#include <gtest/gtest.h>

#include "source/aws/sigv4.h"
#include "tests/source/world.h"

namespace whittle::source {
namespace {

class S3StoreTest : public ::testing::Test {
 protected:
  S3StoreTest() {
    world_.variables = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                        {"AWS_SECRET_ACCESS_KEY", "a-great-secret"},
                        {"AWS_REGION", "eu-west-1"}};
    options_.location = "s3://shop-media";
  }
  Store Make() {
    options_.surroundings = world_.Around();
    auto store = MakeStore(options_);
    EXPECT_TRUE(store) << store.error().text;
    return *store;
  }
  HttpRequest Send(const Store& store, const std::string& path = "a.jpg") {
    auto request = Authorized(loop_, store, path);
    EXPECT_TRUE(request) << request.error().detail;
    return request.value_or(HttpRequest());
  }
  static std::string ScopeOf(const HttpRequest& request) {
    const std::string field(FieldOf(request.fields, "authorization"));
    const std::size_t at = field.find("AKIDEXAMPLE/");
    return at == std::string::npos ? field : field.substr(at, field.find(',') - at);
  }
  static HttpResponse Xml(int status, const std::string& code, const std::string& more = "",
                          HttpFields fields = {}) {
    return {status, std::move(fields),
            "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>words</Message>" +
                more + "</Error>"};
  }

  World world_;
  StoreOptions options_;
  test::Loop loop_{1};
};

TEST_F(S3StoreTest, SignsForItsRegion) {
  const Store store = Make();
  EXPECT_EQ(store.name, "s3://shop-media");
  EXPECT_EQ(store.prefix, "https://shop-media.s3.eu-west-1.amazonaws.com/");
  const HttpRequest request = Send(store, "dir/a b.jpg");
  EXPECT_EQ(request.url, "https://shop-media.s3.eu-west-1.amazonaws.com/dir/a%20b.jpg");
  EXPECT_EQ(ScopeOf(request), "AKIDEXAMPLE/20261129/eu-west-1/s3/aws4_request");
  EXPECT_EQ(FieldOf(request.fields, "x-amz-date"), "20261129T120000Z");
  EXPECT_EQ(FieldOf(request.fields, "x-amz-request-payer"), "");
  // The same by hand.
  HttpRequest again{.url = request.url};
  aws::Sign(again, {.id = "AKIDEXAMPLE", .secret = "a-great-secret"},
            {.region = "eu-west-1", .service = "s3"}, world_.now);
  EXPECT_EQ(again.fields, request.fields);
}

TEST_F(S3StoreTest, ALocationsPrefixAndAVersion) {
  options_.location = "s3://shop-media//photos/2026 summer/";
  const Store store = Make();
  EXPECT_EQ(store.name, "s3://shop-media/photos/2026 summer");
  EXPECT_EQ(*store.url_of("a//b.jpg", ""), store.prefix + "photos/2026%20summer/a//b.jpg");
  EXPECT_EQ(*store.url_of("dir/", "v+1/="),
            store.prefix + "photos/2026%20summer/dir/?versionId=v%2B1%2F%3D");
}

TEST_F(S3StoreTest, NamesThatNoObjectHas) {
  const Store store = Make();
  EXPECT_TRUE(store.url_of(std::string(1024, 'x'), ""));
  EXPECT_EQ(store.url_of(std::string(1025, 'x'), "").error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(store.url_of("", "").error().kind, ErrorKind::kNotFound);
  for (const char* path : {".", "..", "a/../b", "../b", "a/..", "a/./b", "./a"}) {
    EXPECT_EQ(store.url_of(path, "").error().kind, ErrorKind::kBadRequest) << path;
  }
  for (const char* path : {"...", ".a", "a..b", "a/.b/..c"}) {
    EXPECT_TRUE(store.url_of(path, "")) << path;
  }
  options_.location = "s3://shop-media/p";
  EXPECT_TRUE(Make().url_of(std::string(1022, 'x'), ""));
  EXPECT_FALSE(Make().url_of(std::string(1023, 'x'), ""));
}

TEST_F(S3StoreTest, WhoPaysSaysSo) {
  options_.requester_pays = true;
  const HttpRequest request = Send(Make());
  EXPECT_EQ(FieldOf(request.fields, "x-amz-request-payer"), "requester");
  EXPECT_TRUE(FieldOf(request.fields, "authorization").contains(";x-amz-request-payer,"));
}

TEST_F(S3StoreTest, WithoutCredentialsNothingIsAdded) {
  options_.anonymous = true;
  const Store store = Make();
  const HttpRequest request = Send(store);
  EXPECT_TRUE(request.fields.empty());
  EXPECT_TRUE(
      store.refusal_of(Xml(403, "AccessDenied"))
          .error.detail.starts_with("s3://shop-media with no credentials: 403 AccessDenied"));
  EXPECT_FALSE(store.authorizer->Refused(request, Xml(401, "ExpiredToken")));
}

TEST_F(S3StoreTest, SettingsThatCannotWorkAreRefused) {
  const auto text = [&] {
    options_.surroundings = world_.Around();
    const auto store = MakeStore(options_);
    return store ? "made" : store.error().text;
  };
  options_.location = "s3://";
  EXPECT_EQ(text(), "'' is no bucket's name");
  options_.location = "s3:/bucket";
  EXPECT_EQ(text(), "'s3:/bucket' names no store");
  options_.location = "ftp://bucket";
  EXPECT_EQ(text(), "'ftp://bucket' names no store");
  options_.location = "s3://shop-media";
  options_.region = "Frankfurt";
  EXPECT_EQ(text(), "'Frankfurt' is no region");
  options_.region = "auto";
  EXPECT_EQ(text(), "the region 'auto' takes an endpoint");
  options_.endpoint = "https://account.r2.cloudflarestorage.com";
  EXPECT_EQ(text(), "made");
}

TEST_F(S3StoreTest, TheLocationsKindIsKnown) {
  for (const char* location : {"s3://b", "gs://b", "az://a/b"}) {
    EXPECT_TRUE(IsStoreLocation(location)) << location;
  }
  for (const char* location : {"", "s3", "/s3://", "http://h", "S3://b", "./images"}) {
    EXPECT_FALSE(IsStoreLocation(location)) << location;
  }
}

TEST_F(S3StoreTest, EachRefusalHasItsKind) {
  const Store store = Make();
  struct Row {
    int status;
    const char* code;
    ErrorKind kind;
    bool worth_retry;
  };
  using enum ErrorKind;
  const Row rows[] = {
      {404, "NoSuchKey", kNotFound, false},
      {404, "NoSuchVersion", kNotFound, false},
      {404, "", kNotFound, false},
      {410, "", kNotFound, false},
      {404, "NoSuchBucket", kUnreadable, false},
      {400, "KeyTooLongError", kNotFound, false},
      {400, "InvalidURI", kBadRequest, false},
      {414, "", kBadRequest, false},
      {403, "AccessDenied", kUnreadable, false},
      {403, "", kUnreadable, false},
      {401, "", kUnreadable, false},
      {403, "InvalidAccessKeyId", kUnreadable, false},
      {403, "SignatureDoesNotMatch", kUnreadable, false},
      {403, "RequestTimeTooSkewed", kUnreadable, false},
      {400, "ExpiredToken", kUnreadable, false},
      {400, "AuthorizationHeaderMalformed", kUnreadable, false},
      {301, "PermanentRedirect", kUnreadable, false},
      {301, "", kUnreadable, false},
      {307, "TemporaryRedirect", kUnreadable, false},
      {503, "SlowDown", kOverloaded, true},
      {503, "", kOverloaded, true},
      {429, "", kOverloaded, true},
      {500, "InternalError", kUpstream, true},
      {502, "", kUpstream, true},
      {504, "", kUpstream, true},
      {501, "NotImplemented", kUpstream, false},
      {505, "", kUpstream, false},
      {400, "RequestTimeout", kUpstream, false},
      {418, "", kUpstream, false},
  };
  for (const Row& row : rows) {
    const Refusal refusal = store.refusal_of(Xml(row.status, row.code));
    EXPECT_EQ(refusal.error.kind, row.kind) << row.status << row.code;
    EXPECT_EQ(refusal.worth_retry, row.worth_retry) << row.status << row.code;
    EXPECT_TRUE(refusal.error.detail.contains(std::to_string(row.status)));
    EXPECT_TRUE(refusal.error.detail.contains(row.code));
  }
}

TEST_F(S3StoreTest, ARefusalSaysWhoAndWhat) {
  const Store store = Make();
  Send(store);
  EXPECT_EQ(store.refusal_of(Xml(403, "SignatureDoesNotMatch")).error.detail,
            "s3://shop-media with key AKIDEXAMPLE of the environment: 403 SignatureDoesNotMatch: "
            "words (the secret of this key is another one, or a proxy changes requests)");
  EXPECT_EQ(store.refusal_of({403, {}, "<html>no\nXML</html>"}).error.detail,
            "s3://shop-media with key AKIDEXAMPLE of the environment: 403");
  const Refusal skewed = store.refusal_of(
      Xml(403, "RequestTimeTooSkewed", "", {{"Date", "Sun, 29 Nov 2026 13:00:00 GMT"}}));
  EXPECT_TRUE(skewed.error.detail.ends_with(
      "it is Sun, 29 Nov 2026 12:00:00 GMT here, and Sun, 29 Nov 2026 13:00:00 GMT there"));
  const Refusal long_words = store.refusal_of(Xml(403, "AccessDenied\n" + std::string(1000, 'x')));
  EXPECT_FALSE(long_words.error.detail.contains('\n'));
  EXPECT_LT(long_words.error.detail.size(), 500U);
}

TEST_F(S3StoreTest, AThrottlingStoreSaysWhenToComeAgain) {
  const Store store = Make();
  const Refusal refusal = store.refusal_of(Xml(503, "SlowDown", "", {{"Retry-After", "7"}}));
  EXPECT_EQ(refusal.retry_after, std::chrono::seconds(7));
  EXPECT_EQ(store.refusal_of(Xml(503, "SlowDown")).retry_after, std::nullopt);
}

// Its region was known to nobody; every request was 400 or 301.
TEST_F(S3StoreTest, TheRegionIsWhatTheStoreSays) {
  world_.variables.erase("AWS_REGION");
  const Store store = Make();
  HttpRequest request = Send(store);
  EXPECT_EQ(request.url, "https://shop-media.s3.us-east-1.amazonaws.com/a.jpg");
  EXPECT_EQ(ScopeOf(request), "AKIDEXAMPLE/20261129/us-east-1/s3/aws4_request");

  const HttpResponse elsewhere =
      Xml(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>");
  EXPECT_TRUE(store.authorizer->Refused(request, elsewhere));
  request = Send(store);
  EXPECT_EQ(request.url, "https://shop-media.s3.eu-west-1.amazonaws.com/a.jpg");
  EXPECT_EQ(ScopeOf(request), "AKIDEXAMPLE/20261129/eu-west-1/s3/aws4_request");
  EXPECT_FALSE(store.authorizer->Refused(request, elsewhere)) << "it has been asked there";

  const HttpResponse moved{301, {{"X-Amz-Bucket-Region", "eu-west-2"}}, ""};
  EXPECT_TRUE(store.authorizer->Refused(request, moved));
  EXPECT_EQ(Send(store).url, "https://shop-media.s3.eu-west-2.amazonaws.com/a.jpg");
  EXPECT_EQ(*store.url_of("a.jpg", ""), "https://shop-media.s3.us-east-1.amazonaws.com/a.jpg")
      << "names stay";
}

TEST_F(S3StoreTest, ARegionThatIsNoneOrIsSaidOfAMissingObjectIsNotTaken) {
  const Store store = Make();
  const HttpRequest request = Send(store);
  const auto refused = [&](int status, const std::string& region) {
    return store.authorizer->Refused(request, {status, {{"x-amz-bucket-region", region}}, ""});
  };
  EXPECT_FALSE(refused(301, "evil.example/"));
  EXPECT_FALSE(refused(301, "eu-west-1")) << "where it was asked";
  EXPECT_FALSE(refused(403, "eu-west-2"));
  EXPECT_EQ(Send(store).url, request.url);
  EXPECT_TRUE(refused(400, "eu-west-2"));
}

TEST_F(S3StoreTest, AnEndpointsRegionIsOnlySigned) {
  world_.variables.erase("AWS_REGION");
  options_.endpoint = "http://minio:9000";
  const Store store = Make();
  HttpRequest request = Send(store);
  EXPECT_EQ(request.url, "http://minio:9000/shop-media/a.jpg");
  EXPECT_TRUE(store.authorizer->Refused(
      request, Xml(400, "AuthorizationHeaderMalformed", "<Region>berlin</Region>")));
  request = Send(store);
  EXPECT_EQ(request.url, "http://minio:9000/shop-media/a.jpg");
  EXPECT_EQ(ScopeOf(request), "AKIDEXAMPLE/20261129/berlin/s3/aws4_request");
}

TEST_F(S3StoreTest, AnAnonymousRequestGoesWhereTheBucketIs) {
  options_.anonymous = true;
  const Store store = Make();
  const HttpRequest request = Send(store);
  const HttpResponse moved{301, {{"x-amz-bucket-region", "eu-west-2"}}, ""};
  EXPECT_TRUE(store.authorizer->Refused(request, moved));
  EXPECT_EQ(Send(store).url, "https://shop-media.s3.eu-west-2.amazonaws.com/a.jpg");
  EXPECT_FALSE(store.authorizer->Refused(Send(store), moved));
}

TEST_F(S3StoreTest, TheProfilesRegionCountsWhenNoOtherIsSet) {
  world_.variables = {{"AWS_PROFILE", "shop"}, {"HOME", "/home/w"}};
  world_.files["/home/w/.aws/config"] =
      "[profile shop]\nregion = eu-central-1\naws_access_key_id = AKIDEXAMPLE\n"
      "aws_secret_access_key = x\n";
  EXPECT_EQ(Send(Make()).url, "https://shop-media.s3.eu-central-1.amazonaws.com/a.jpg");
  world_.variables["AWS_DEFAULT_REGION"] = "eu-west-3";
  EXPECT_EQ(Send(Make()).url, "https://shop-media.s3.eu-west-3.amazonaws.com/a.jpg");
}

TEST_F(S3StoreTest, KeysThatHaveEndedAreFetchedAnewOnce) {
  world_.variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"},
                      {"AWS_REGION", "eu-west-1"}};
  const auto keys = [](const std::string& token) {
    return R"({"AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"s","Token":")" + token +
           R"(","Expiration":"2026-11-29T18:00:00Z"})";
  };
  world_.Answer("GET http://169.254.170.2/c", 200, keys("one"));
  world_.Answer("GET http://169.254.170.2/c", 200, keys("two"));
  const Store store = Make();
  const HttpRequest first = Send(store);
  EXPECT_EQ(FieldOf(first.fields, "x-amz-security-token"), "one");
  world_.now += std::chrono::minutes(1);
  EXPECT_FALSE(store.authorizer->Refused(first, Xml(403, "AccessDenied")));
  EXPECT_FALSE(store.authorizer->Refused(first, Xml(403, "SignatureDoesNotMatch")));
  EXPECT_TRUE(store.authorizer->Refused(first, Xml(400, "ExpiredToken")));
  const HttpRequest second = Send(store);
  EXPECT_EQ(FieldOf(second.fields, "x-amz-security-token"), "two");
  EXPECT_TRUE(store.authorizer->Refused(first, Xml(400, "ExpiredToken")))
      << "one that was on its way meanwhile is tried again, and nothing is fetched for it";
  EXPECT_EQ(FieldOf(Send(store).fields, "x-amz-security-token"), "two");
  EXPECT_FALSE(store.authorizer->Refused(second, Xml(400, "ExpiredToken")))
      << "too young to be old";
  EXPECT_EQ(world_.asked.size(), 2U);
}

TEST_F(S3StoreTest, TheRefusalsThatNewKeysMayMend) {
  world_.now += std::chrono::hours(1);
  const auto mends = [&](int status, const char* code) {
    const Store store = Make();
    const HttpRequest request = Send(store);
    world_.now += std::chrono::minutes(1);
    return store.authorizer->Refused(request, Xml(status, code));
  };
  EXPECT_TRUE(mends(400, "ExpiredToken"));
  EXPECT_TRUE(mends(400, "TokenRefreshRequired"));
  EXPECT_TRUE(mends(400, "InvalidToken"));
  EXPECT_TRUE(mends(403, "InvalidAccessKeyId"));
  EXPECT_TRUE(mends(401, ""));
  for (const char* code : {"", "AccessDenied", "SignatureDoesNotMatch", "RequestTimeTooSkewed"}) {
    EXPECT_FALSE(mends(403, code)) << code;
  }
  EXPECT_FALSE(mends(400, "InvalidRequest"));
}

TEST_F(S3StoreTest, MissingCredentialsAreTheOperators) {
  world_.variables = {{"AWS_EC2_METADATA_DISABLED", "true"}};
  const auto request = Authorized(loop_, Make(), "a.jpg");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().kind, ErrorKind::kUnreadable);
  EXPECT_TRUE(request.error().detail.starts_with("no AWS credentials"));
}

}  // namespace
}  // namespace whittle::source
