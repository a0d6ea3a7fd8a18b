// Google Cloud Storage as a store: tokens from each place, URLs, refusals.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "source/crypto.h"
#include "source/gcs/credentials.h"
#include "tests/source/world.h"
#include "tests/support/openssl.h"

namespace whittle::source {
namespace {

using Json = nlohmann::json;

const std::string kMetadata =
    "GET "
    "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";
const std::string kTokens = "POST https://oauth2.googleapis.com/token";

std::string TokenJson(const std::string& token, const std::string& seconds = "3599") {
  return R"({"access_token":")" + token + R"(","expires_in":)" + seconds +
         R"(,"token_type":"Bearer"})";
}

class GcsTest : public ::testing::Test {
 protected:
  GcsTest() {
    world_.variables["HOME"] = "/home/w";
    options_.location = "gs://shop-media";
  }
  Store Make() {
    options_.surroundings = world_.Around();
    auto store = MakeStore(options_);
    EXPECT_TRUE(store) << store.error().text;
    return *store;
  }
  // The Authorization field, or why there is none.
  std::string Bearer(const Store& store) {
    const auto request = Authorized(loop_, store, "a.jpg");
    if (!request) {
      EXPECT_EQ(request.error().kind, ErrorKind::kUnreadable);
      EXPECT_FALSE(request.error().detail.contains("secret")) << request.error().detail;
      return "error: " + request.error().detail;
    }
    return std::string(FieldOf(request->fields, "authorization"));
  }
  std::string Bearer() { return Bearer(Make()); }
  void UseKeyFile(const Json& file) {
    world_.variables["GOOGLE_APPLICATION_CREDENTIALS"] = "/key.json";
    world_.files["/key.json"] = file.dump();
  }
  // A field of the form that was sent last.
  std::string Sent(const std::string& name) const {
    const std::string form = '&' + world_.asked.at(world_.asked.size() - 1).body + '&';
    const std::size_t at = form.find('&' + name + '=');
    if (at == std::string::npos) return "(none)";
    const std::size_t begin = at + name.size() + 2;
    return PercentDecode(form.substr(begin, form.find('&', begin) - begin)).value_or("(bad)");
  }

  World world_;
  StoreOptions options_;
  test::Loop loop_{1};
};

TEST_F(GcsTest, ObjectsHaveTheirNamesAsPaths) {
  options_.location = "gs://shop-media/photos/";
  const Store store = Make();
  EXPECT_EQ(store.name, "gs://shop-media/photos");
  EXPECT_EQ(*store.url_of("a b/ü+%~.jpg", ""),
            "https://storage.googleapis.com/shop-media/photos/a%20b/%C3%BC%2B%25~.jpg");
  EXPECT_EQ(*store.url_of("a", "17"),
            "https://storage.googleapis.com/shop-media/photos/a?generation=17");
  EXPECT_EQ(store.url_of(std::string(1018, 'x'), "").error().kind, ErrorKind::kNotFound)
      << "1025 bytes with the prefix";
  EXPECT_TRUE(store.url_of(std::string(1017, 'x'), ""));
  options_.endpoint = "http://127.0.0.1:4443/";
  EXPECT_EQ(*Make().url_of("a", ""), "http://127.0.0.1:4443/shop-media/photos/a");
}

TEST_F(GcsTest, AnEmulatorSpeaksJsonAndTakesNoToken) {
  options_.location = "gs://shop-media/photos";
  world_.variables["STORAGE_EMULATOR_HOST"] = "127.0.0.1:4443";
  EXPECT_EQ(*Make().url_of("a b/c%.jpg", ""),
            "http://127.0.0.1:4443/storage/v1/b/shop-media/o/photos%2Fa%20b%2Fc%25.jpg?alt=media");
  EXPECT_EQ(*Make().url_of("a", "17"),
            "http://127.0.0.1:4443/storage/v1/b/shop-media/o/photos%2Fa?alt=media&generation=17");
  EXPECT_EQ(Bearer(), "");
  world_.variables["STORAGE_EMULATOR_HOST"] = "https://emulator/";
  EXPECT_EQ(Make().prefix, "https://emulator/storage/v1/b/shop-media/o/");
}

TEST_F(GcsTest, WhatIsNoBucketIsRefused) {
  for (const std::string bucket : {"", "ab", "Shop", "a b", "a%20b", "a@b"}) {
    options_.location = "gs://" + bucket;
    options_.surroundings = world_.Around();
    const auto store = MakeStore(options_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().text, "'" + bucket + "' is no bucket's name");
  }
}

TEST_F(GcsTest, TheMachinesToken) {
  world_.Answer(kMetadata, 200, TokenJson("ya29.machine"));
  const Store store = Make();
  EXPECT_EQ(Bearer(store), "Bearer ya29.machine");
  EXPECT_EQ(FieldOf(world_.asked.at(0).fields, "metadata-flavor"), "Google");
  EXPECT_EQ(store.refusal_of({403, {}, ""}).error.detail,
            "gs://shop-media with the token of the metadata server: 403");
  world_.variables["GCE_METADATA_HOST"] = "127.0.0.1:8080";
  EXPECT_EQ(Bearer(), "error: the metadata server: no such host");
  EXPECT_TRUE(world_.asked.back().url.starts_with("http://127.0.0.1:8080/computeMetadata/v1/"));
}

TEST_F(GcsTest, ATokenThatIsNoneIsAnError) {
  for (const char* body : {"", "[]", "{}", R"({"access_token":7})", R"({"access_token":""})",
                           R"({"access_token":"a\nb"})"}) {
    World world;
    world.Answer(kMetadata, 200, body);
    options_.surroundings = world.Around();
    const auto request = Authorized(loop_, *MakeStore(options_), "a");
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().detail,
              "the metadata server: the token service answers 200 no token");
  }
}

TEST_F(GcsTest, ATokenEndsWhenItsServiceSaid) {
  world_.Answer(kMetadata, 200, TokenJson("one", "\"3600\""));
  world_.Answer(kMetadata, 200, TokenJson("two"));
  const Store store = Make();
  EXPECT_EQ(Bearer(store), "Bearer one");
  world_.now += std::chrono::minutes(54);
  EXPECT_EQ(Bearer(store), "Bearer one");
  EXPECT_EQ(world_.asked.size(), 1U);
  world_.now += std::chrono::minutes(6);
  EXPECT_EQ(Bearer(store), "Bearer two");
}

// One that took a minute to come was used for a minute too long.
TEST_F(GcsTest, ATokensTimeBeginsWhenItIsAskedFor) {
  world_.Answer(kMetadata, 200, TokenJson("one", "60"));
  world_.Answer(kMetadata, 200, TokenJson("two"));
  world_.call_takes = std::chrono::seconds(30);
  const Store store = Make();
  EXPECT_EQ(Bearer(store), "Bearer one");
  world_.now += std::chrono::seconds(30);
  EXPECT_EQ(Bearer(store), "Bearer two");
}

TEST_F(GcsTest, ATokenThatIsRefusedIsFetchedAnewOnce) {
  world_.Answer(kMetadata, 200, TokenJson("one"));
  world_.Answer(kMetadata, 200, TokenJson("two"));
  const Store store = Make();
  const HttpRequest request = *Authorized(loop_, store, "a.jpg");
  world_.now += std::chrono::minutes(1);
  EXPECT_FALSE(store.authorizer->Refused(request, {403, {}, ""}));
  EXPECT_FALSE(store.authorizer->Refused(request, {404, {}, ""}));
  EXPECT_TRUE(store.authorizer->Refused(request, {401, {}, ""}));
  const HttpRequest second = *Authorized(loop_, store, "a.jpg");
  EXPECT_EQ(FieldOf(second.fields, "authorization"), "Bearer two");
  EXPECT_TRUE(store.authorizer->Refused(request, {401, {}, ""})) << "it went with the old one";
  EXPECT_FALSE(store.authorizer->Refused(second, {401, {}, ""})) << "the new one is no better";
  EXPECT_EQ(world_.asked.size(), 2U);
}

TEST_F(GcsTest, AServiceAccountSignsForItself) {
  const std::string key = test::NewRsaKey();
  UseKeyFile({{"type", "service_account"},
              {"client_email", "thumbs@shop.iam.gserviceaccount.com"},
              {"private_key_id", "k1"},
              {"private_key", key},
              {"token_uri", "https://tokens.example/t"}});
  world_.Answer("POST https://tokens.example/t", 200, TokenJson("ya29.account"));
  const Store store = Make();
  EXPECT_EQ(Bearer(store), "Bearer ya29.account");
  EXPECT_EQ(Sent("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
  EXPECT_EQ(FieldOf(world_.asked.at(0).fields, "content-type"),
            "application/x-www-form-urlencoded");

  const std::string jwt = Sent("assertion");
  const std::size_t first = jwt.find('.');
  const std::size_t second = jwt.find('.', first + 1);
  ASSERT_NE(second, std::string::npos);
  const std::string head = R"({"alg":"RS256","kid":"k1","typ":"JWT"})";
  const std::string claim =
      R"({"aud":"https://tokens.example/t","exp":1795957200,"iat":1795953600,)"
      R"("iss":"thumbs@shop.iam.gserviceaccount.com",)"
      R"("scope":"https://www.googleapis.com/auth/devstorage.read_only"})";
  EXPECT_EQ(jwt.substr(0, first), Base64Url(AsBytes(head)));
  EXPECT_EQ(jwt.substr(first + 1, second - first - 1), Base64Url(AsBytes(claim)));
  EXPECT_EQ(jwt.substr(second + 1),
            Base64Url(AsBytes(*RsaKey::FromPem(key)->Sign(jwt.substr(0, second)))));
  EXPECT_TRUE(store.refusal_of({403, {}, ""})
                  .error.detail.contains("service account thumbs@shop.iam.gserviceaccount.com"));
}

TEST_F(GcsTest, AServiceAccountsFaults) {
  Json file = {{"type", "service_account"}, {"client_email", "a@b"}, {"private_key", "secret"}};
  UseKeyFile(file);
  EXPECT_EQ(Bearer(), "error: service account a@b: the private key is not an RSA key in PEM");
  file["private_key"] = test::NewRsaKey();
  UseKeyFile(file);
  world_.Answer(kTokens, 400, R"({"error":"invalid_grant","error_description":"Invalid JWT"})");
  EXPECT_EQ(Bearer(),
            "error: service account a@b: the token service answers 400 invalid_grant: Invalid JWT");
}

TEST_F(GcsTest, AUserAsGcloudWritesIt) {
  world_.files["/home/w/.config/gcloud/application_default_credentials.json"] =
      Json{{"type", "authorized_user"},
           {"client_id", "c"},
           {"client_secret", "secret&1"},
           {"refresh_token", "secret-r"}}
          .dump();
  world_.Answer(kTokens, 200, TokenJson("ya29.user"));
  EXPECT_EQ(Bearer(), "Bearer ya29.user");
  EXPECT_EQ(Sent("grant_type"), "refresh_token");
  EXPECT_EQ(Sent("client_id"), "c");
  EXPECT_EQ(Sent("client_secret"), "secret&1");
  EXPECT_EQ(Sent("refresh_token"), "secret-r");
  world_.variables["CLOUDSDK_CONFIG"] = "/gcloud";
  world_.Answer(kMetadata, 200, TokenJson("ya29.machine"));
  EXPECT_EQ(Bearer(), "Bearer ya29.machine") << "there is no such file there";
  world_.files["/gcloud/application_default_credentials.json"] =
      world_.files["/home/w/.config/gcloud/application_default_credentials.json"];
  EXPECT_EQ(Bearer(), "Bearer ya29.user");
}

// The machine's identity would have read what the named one may not, or the other way round.
TEST_F(GcsTest, AFileThatIsNamedAndCannotBeUsedIsAnError) {
  world_.Answer(kMetadata, 200, TokenJson("ya29.machine"));
  world_.variables["GOOGLE_APPLICATION_CREDENTIALS"] = "/key.json";
  EXPECT_EQ(Bearer(), "error: /key.json: no such file");
  world_.files["/key.json"] = "secret";
  EXPECT_EQ(Bearer(), "error: /key.json: not credentials of a kind that is known (type '')");
  UseKeyFile({{"type", "gdch_service_account"}});
  EXPECT_EQ(Bearer(),
            "error: /key.json: not credentials of a kind that is known (type "
            "'gdch_service_account')");
  EXPECT_TRUE(world_.asked.empty());
}

TEST_F(GcsTest, AWorkloadsTokenIsChanged) {
  Json file = {{"type", "external_account"},
               {"audience", "//iam.googleapis.com/projects/1/x"},
               {"subject_token_type", "urn:ietf:params:oauth:token-type:jwt"},
               {"token_url", "https://sts.googleapis.com/v1/token"},
               {"credential_source", {{"file", "/pod-token"}}}};
  UseKeyFile(file);
  world_.files["/pod-token"] = "ey.pod\n";
  world_.Answer("POST https://sts.googleapis.com/v1/token", 200, TokenJson("federated"));
  EXPECT_EQ(Bearer(), "Bearer federated");
  EXPECT_EQ(Sent("grant_type"), "urn:ietf:params:oauth:grant-type:token-exchange");
  EXPECT_EQ(Sent("requested_token_type"), "urn:ietf:params:oauth:token-type:access_token");
  EXPECT_EQ(Sent("audience"), "//iam.googleapis.com/projects/1/x");
  EXPECT_EQ(Sent("subject_token_type"), "urn:ietf:params:oauth:token-type:jwt");
  EXPECT_EQ(Sent("subject_token"), "ey.pod");
  EXPECT_EQ(Sent("scope"), "https://www.googleapis.com/auth/devstorage.read_only");

  file["credential_source"]["format"] = {{"type", "json"}, {"subject_token_field_name", "t"}};
  UseKeyFile(file);
  world_.files["/pod-token"] = R"({"t":"ey.json"})";
  Bearer();
  EXPECT_EQ(Sent("subject_token"), "ey.json");
  world_.files["/pod-token"] = R"({"u":"ey.json"})";
  EXPECT_EQ(Bearer(), "error: the workload's own token is empty");
  world_.files.erase("/pod-token");
  EXPECT_EQ(Bearer(), "error: /pod-token: no such file");

  file["credential_source"] = {{"url", "http://127.0.0.1:1/t"},
                               {"headers", {{"Metadata", "true"}}}};
  UseKeyFile(file);
  EXPECT_EQ(Bearer(), "error: http://127.0.0.1:1/t: no such host");
  world_.Answer("GET http://127.0.0.1:1/t", 500, "");
  world_.Answer("GET http://127.0.0.1:1/t", 200, "ey.url");
  EXPECT_EQ(Bearer(), "error: http://127.0.0.1:1/t answers 500");
  EXPECT_EQ(Bearer(), "Bearer federated");
  EXPECT_EQ(Sent("subject_token"), "ey.url");
  EXPECT_EQ(FieldOf(world_.asked.at(world_.asked.size() - 2).fields, "metadata"), "true");

  file["credential_source"] = {{"environment_id", "aws1"}, {"url", "http://127.0.0.1:1/t"}};
  UseKeyFile(file);
  EXPECT_TRUE(Bearer().contains("neither in a file nor at a URL"));
}

TEST_F(GcsTest, AWorkloadMayBecomeAServiceAccount) {
  const std::string url =
      "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/t@s:generateAccessToken";
  UseKeyFile({{"type", "external_account"},
              {"token_url", "https://sts.googleapis.com/v1/token"},
              {"service_account_impersonation_url", url},
              {"credential_source", {{"file", "/pod-token"}}}});
  world_.files["/pod-token"] = "ey.pod";
  world_.Answer("POST https://sts.googleapis.com/v1/token", 200, TokenJson("federated"));
  world_.Answer("POST " + url, 403, R"({"error":{"code":403,"message":"denied","status":"X"}})");
  world_.Answer("POST " + url, 200, R"({"accessToken":"acted"})");
  world_.Answer("POST " + url, 200,
                R"({"accessToken":"acted","expireTime":"2026-11-29T13:00:00.5Z"})");
  EXPECT_EQ(Bearer(), "error: service account t@s: impersonation answers 403 denied");
  EXPECT_EQ(Bearer(), "error: service account t@s: impersonation answers 200 ") << "it has no end";
  EXPECT_EQ(Bearer(), "Bearer acted");
  EXPECT_EQ(FieldOf(world_.asked.back().fields, "authorization"), "Bearer federated");
  EXPECT_EQ(world_.asked.back().body,
            R"({"lifetime":"3600s","scope":["https://www.googleapis.com/auth/)"
            R"(devstorage.read_only"]})");
  EXPECT_TRUE(world_.asked.at(world_.asked.size() - 2)
                  .body.contains("scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"));
}

TEST_F(GcsTest, EveryPlacePassesOnHowLongToWait) {
  std::stop_source stop;
  const auto find = [&](async::Clock::duration time) {
    world_.waits.clear();
    const auto until = async::Clock::now() + time;
    EXPECT_TRUE(loop_.Run(gcs::FindToken(std::make_shared<const Surroundings>(world_.Around()),
                                         {.until = until, .stop = stop.get_token()})));
    return world_.AllWaitsWere(stop.get_token(), until);
  };
  world_.Answer(kMetadata, 200, TokenJson("t"));
  EXPECT_TRUE(find(std::chrono::milliseconds(100)));
  world_.Answer(kTokens, 200, TokenJson("t"));
  UseKeyFile({{"type", "authorized_user"}});
  EXPECT_TRUE(find(std::chrono::hours(1)));
  UseKeyFile({{"type", "service_account"}, {"private_key", test::NewRsaKey()}});
  EXPECT_TRUE(find(std::chrono::hours(1)));
  Json file = {{"type", "external_account"},
               {"token_url", "http://t/"},
               {"service_account_impersonation_url", "http://i/a:b"},
               {"credential_source", {{"file", "/pod-token"}}}};
  world_.files["/pod-token"] = "t";
  world_.Answer("POST http://t/", 200, TokenJson("t"));
  world_.Answer("POST http://i/a:b", 200,
                R"({"accessToken":"a","expireTime":"2026-11-29T13:00:00Z"})");
  UseKeyFile(file);
  EXPECT_TRUE(find(std::chrono::hours(1)));
  file["credential_source"] = {{"url", "http://u/"}};
  world_.Answer("GET http://u/", 200, "t");
  UseKeyFile(file);
  EXPECT_TRUE(find(std::chrono::hours(1)));
}

TEST_F(GcsTest, AnonymousAndPaying) {
  options_.anonymous = true;
  options_.billed_project = "shop-1";
  const Store store = Make();
  EXPECT_EQ(Bearer(store), "");
  EXPECT_EQ(FieldOf(Authorized(loop_, store, "a")->fields, "x-goog-user-project"), "shop-1");
  EXPECT_FALSE(store.authorizer->Refused({}, {401, {}, ""}));
  EXPECT_TRUE(world_.asked.empty());
}

TEST_F(GcsTest, EachRefusalHasItsKind) {
  const Store store = Make();
  const auto xml = [](int status, const std::string& code) {
    return HttpResponse{
        status,
        {},
        "<Error><Code>" + code + "</Code><Message>m</Message><Details>d</Details></Error>"};
  };
  using enum ErrorKind;
  EXPECT_EQ(store.refusal_of(xml(404, "NoSuchKey")).error.kind, kNotFound);
  EXPECT_EQ(store.refusal_of(xml(404, "NoSuchBucket")).error.kind, kUnreadable);
  EXPECT_EQ(store.refusal_of(xml(400, "UserProjectMissing")).error.kind, kUnreadable);
  EXPECT_EQ(store.refusal_of(xml(400, "KeyTooLong")).error.kind, kNotFound);
  EXPECT_EQ(store.refusal_of(xml(400, "InvalidArgument")).error.kind, kBadRequest);
  EXPECT_EQ(store.refusal_of(xml(401, "AuthenticationRequired")).error.kind, kUnreadable);
  EXPECT_EQ(store.refusal_of(xml(403, "AccessDenied")).error.kind, kUnreadable);
  EXPECT_EQ(store.refusal_of(xml(429, "SlowDown")).error.kind, kOverloaded);
  EXPECT_EQ(store.refusal_of(xml(500, "InternalError")).error.kind, kUpstream);
  EXPECT_TRUE(store.refusal_of(xml(500, "InternalError")).worth_retry);
  EXPECT_FALSE(store.refusal_of(xml(302, "")).worth_retry);
  EXPECT_EQ(store.refusal_of(xml(302, "")).error.kind, kUpstream);
  EXPECT_EQ(store.refusal_of(xml(403, "AccessDenied")).error.detail,
            "gs://shop-media with credentials not there yet: 403 AccessDenied: m d (these "
            "credentials may not read it)");
  EXPECT_TRUE(store.refusal_of({404, {}, R"({"error":{"message":"No such object: b/a"}})"})
                  .error.detail.ends_with("404: No such object: b/a"));
  EXPECT_TRUE(
      store.refusal_of({502, {}, "a plain text"}).error.detail.ends_with("502: a plain text"));
  const Refusal name = store.refusal_of({400, {}, ""});
  EXPECT_EQ(name.error.text, "source key rejected by the origin");
}

}  // namespace
}  // namespace whittle::source
