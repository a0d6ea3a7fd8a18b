// Azure Blob Storage as a store: keys, SAS, identities, URLs, refusals.
#include <gtest/gtest.h>

#include "source/azure/credentials.h"
#include "source/azure/shared_key.h"
#include "source/crypto.h"
#include "tests/source/world.h"

namespace whittle::source::azure {
namespace {

const std::string kKey = Base64(AsBytes("a-great-secret"));

class AzureTest : public ::testing::Test {
 protected:
  AzureTest() { options_.location = "az://shopmedia/photos"; }
  Expected<Store> TryMake() {
    options_.surroundings = world_.Around();
    return MakeStore(options_);
  }
  Store Make() {
    auto store = TryMake();
    EXPECT_TRUE(store) << store.error().text;
    return *store;
  }
  std::string WhyNot() {
    const auto store = TryMake();
    if (store) return "made";
    EXPECT_FALSE(store.error().text.contains(kKey));
    return store.error().text;
  }
  HttpRequest Send(const Store& store, HttpFields fields = {}) {
    const auto request = Authorized(loop_, store, "a b.jpg", std::move(fields));
    EXPECT_TRUE(request) << request.error().detail;
    return request.value_or(HttpRequest());
  }
  std::string Bearer() {
    const auto request = Authorized(loop_, Make(), "a.jpg");
    if (!request) {
      EXPECT_EQ(request.error().kind, ErrorKind::kUnreadable);
      EXPECT_FALSE(request.error().detail.contains("secret")) << request.error().detail;
      return "error: " + request.error().detail;
    }
    return std::string(FieldOf(request->fields, "authorization"));
  }
  static std::string TokenJson(const std::string& token) {
    return R"({"access_token":")" + token + R"(","expires_in":"86399","token_type":"Bearer"})";
  }

  World world_;
  StoreOptions options_;
  test::Loop loop_{1};
};

// The example of Microsoft's "Authorize with Shared Key" (Get Container Metadata).
TEST(AzureSharedKey, TheTextThatIsSigned) {
  const HttpRequest request{
      .url = "https://myaccount.blob.core.windows.net/mycontainer?restype=container&comp=metadata",
      .fields = {{"x-ms-version", "2015-02-21"}, {"X-Ms-Date", " Fri, 26 Jun 2015 23:39:12 GMT "}}};
  EXPECT_EQ(SharedKeyText(request, "myaccount"),
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\n"
            "x-ms-version:2015-02-21\n/myaccount/mycontainer\ncomp:metadata\nrestype:container");
}

TEST(AzureSharedKey, TheFieldsThatCountStandInTheirOrder) {
  const HttpRequest request{.method = "PUT",
                            .url = "http://127.0.0.1:10000/acc/c/a%20b?VersionId=a%3A1",
                            .fields = {{"Range", "range"},
                                       {"If-None-Match", "none"},
                                       {"If-Match", "match"},
                                       {"If-Unmodified-Since", "unmodified"},
                                       {"If-Modified-Since", "modified"},
                                       {"Content-Type", "type"},
                                       {"Content-MD5", "md5"},
                                       {"Content-Length", "7"},
                                       {"Content-Language", "language"},
                                       {"Content-Encoding", "encoding"},
                                       {"Date", "never"},
                                       {"User-Agent", "never"}}};
  EXPECT_EQ(SharedKeyText(request, "acc"),
            "PUT\nencoding\nlanguage\n7\nmd5\ntype\n\nmodified\nmatch\nnone\nunmodified\nrange\n"
            "/acc/acc/c/a%20b\nversionid:a:1");
  HttpRequest empty{.method = "PUT", .url = "http://h/c", .fields = {{"Content-Length", "0"}}};
  EXPECT_EQ(SharedKeyText(empty, "acc"), "PUT\n\n\n\n\n\n\n\n\n\n\n\n/acc/c");
}

TEST_F(AzureTest, AnAccountsKeySigns) {
  world_.variables["AZURE_STORAGE_KEY"] = kKey;
  const Store store = Make();
  EXPECT_EQ(store.name, "az://shopmedia/photos");
  const HttpRequest request = Send(store, {{"If-None-Match", "\"1\""}});
  EXPECT_EQ(request.url, "https://shopmedia.blob.core.windows.net/photos/a%20b.jpg");
  EXPECT_EQ(FieldOf(request.fields, "x-ms-date"), "Sun, 29 Nov 2026 12:00:00 GMT");
  EXPECT_EQ(FieldOf(request.fields, "x-ms-version"), "2021-12-02");
  const std::string text =
      "GET\n\n\n\n\n\n\n\n\n\"1\"\n\n\nx-ms-date:Sun, 29 Nov 2026 12:00:00 GMT\n"
      "x-ms-version:2021-12-02\n/shopmedia/photos/a%20b.jpg";
  EXPECT_EQ(FieldOf(request.fields, "authorization"),
            "SharedKey shopmedia:" + Base64(HmacSha256(AsBytes("a-great-secret"), text)));
  EXPECT_EQ(store.refusal_of({403, {{"x-ms-error-code", "AuthenticationFailed"}}, ""}).error.detail,
            "az://shopmedia/photos with the account's key: 403 AuthenticationFailed (the key, the "
            "SAS or the token is wrong or has ended, or the clock is wrong)");
  EXPECT_FALSE(store.authorizer->Refused(request, {401, {}, ""}));
}

TEST_F(AzureTest, ALocationsPrefixAndAVersion) {
  options_.location = "az://shopmedia/photos/2026/x/";
  const Store store = Make();
  EXPECT_EQ(store.name, "az://shopmedia/photos/2026/x");
  EXPECT_EQ(*store.url_of("a.jpg", "2026-01-01T00:00:00.1Z"),
            "https://shopmedia.blob.core.windows.net/photos/2026/x/a.jpg?versionid=2026-01-01T00%"
            "3A00%3A00.1Z");
  EXPECT_EQ(store.url_of(std::string(1018, 'x'), "").error().kind, ErrorKind::kNotFound);
}

TEST_F(AzureTest, ASasIsAPartOfTheUrl) {
  world_.variables["AZURE_STORAGE_SAS_TOKEN"] = "?sv=2022&sig=a%2Bsecret";
  const Store store = Make();
  const HttpRequest request = Send(store);
  EXPECT_EQ(request.url,
            "https://shopmedia.blob.core.windows.net/photos/a%20b.jpg?sv=2022&sig=a%2Bsecret");
  EXPECT_EQ(FieldOf(request.fields, "authorization"), "");
  EXPECT_EQ(FieldOf(request.fields, "x-ms-version"), "2021-12-02");
  HttpRequest versioned{.url = *store.url_of("a", "1")};
  EXPECT_TRUE(loop_.Run(store.authorizer->Authorize(versioned, {})));
  EXPECT_TRUE(versioned.url.ends_with("a?versionid=1&sv=2022&sig=a%2Bsecret"));
  EXPECT_FALSE(store.prefix.contains("sig"));
  EXPECT_FALSE(store.refusal_of({403, {}, ""}).error.detail.contains("secret"));
  world_.variables["AZURE_STORAGE_SAS_TOKEN"] = "sv=2022 secret";
  EXPECT_EQ(WhyNot(), "the SAS of the storage account shopmedia is no query");
}

TEST_F(AzureTest, CredentialsOfAnotherAccountAreNotUsed) {
  world_.variables["AZURE_STORAGE_ACCOUNT"] = "another";
  world_.variables["AZURE_STORAGE_KEY"] = kKey;
  EXPECT_EQ(Bearer(), "error: the managed identity: no such host");
  world_.variables["AZURE_STORAGE_ACCOUNT"] = "shopmedia";
  EXPECT_TRUE(Bearer().starts_with("SharedKey shopmedia:"));
  world_.variables["AZURE_STORAGE_CONNECTION_STRING"] = "AccountName=another;AccountKey=!";
  EXPECT_TRUE(Bearer().starts_with("SharedKey shopmedia:"));
}

TEST_F(AzureTest, AConnectionString) {
  auto& text = world_.variables["AZURE_STORAGE_CONNECTION_STRING"];
  text = "DefaultEndpointsProtocol=https;AccountName=shopmedia;AccountKey=" + kKey +
         ";EndpointSuffix=core.chinacloudapi.cn";
  EXPECT_EQ(Make().prefix, "https://shopmedia.blob.core.chinacloudapi.cn/photos/");
  EXPECT_TRUE(Bearer().starts_with("SharedKey shopmedia:"));
  text =
      "AccountName=shopmedia;AccountKey=" + kKey + ";BlobEndpoint=http://127.0.0.1:1/shopmedia/;";
  EXPECT_EQ(Make().prefix, "http://127.0.0.1:1/shopmedia/photos/");
  text = "AccountName=shopmedia;AccountKey=" + kKey;
  EXPECT_EQ(Make().prefix, "https://shopmedia.blob.core.windows.net/photos/");
  text = "BlobEndpoint=https://shopmedia.blob.core.windows.net;SharedAccessSignature=sv=1&sig=x";
  EXPECT_TRUE(Send(Make()).url.ends_with("a%20b.jpg?sv=1&sig=x"));
  text = "BlobEndpoint=https://another.blob.core.windows.net;SharedAccessSignature=sv=1&sig=x";
  EXPECT_EQ(Bearer(), "error: the managed identity: no such host");
  text = "AccountName=shopmedia;AccountKey=a-great-secret";
  EXPECT_EQ(WhyNot(), "the key of the storage account shopmedia is not base64");
  text = "UseDevelopmentStorage=true";
  options_.location = "az://devstoreaccount1/photos";
  EXPECT_EQ(Make().prefix, "http://127.0.0.1:10000/devstoreaccount1/photos/");
  EXPECT_TRUE(Bearer().starts_with("SharedKey devstoreaccount1:"));
  options_.endpoint = "http://127.0.0.1:2/devstoreaccount1";
  EXPECT_EQ(Make().prefix, "http://127.0.0.1:2/devstoreaccount1/photos/");
}

TEST_F(AzureTest, LocationsThatCannotBe) {
  options_.location = "az://Shop/photos";
  EXPECT_EQ(WhyNot(), "'Shop' is no storage account's name");
  options_.location = "az://ab/photos";
  EXPECT_EQ(WhyNot(), "'ab' is no storage account's name");
  options_.location = "az://" + std::string(24, 'a') + "/photos";
  EXPECT_EQ(WhyNot(), "made");
  options_.location = "az://" + std::string(25, 'a') + "/photos";
  EXPECT_EQ(WhyNot(), "'" + std::string(25, 'a') + "' is no storage account's name");
  options_.location = "az://shopmedia";
  EXPECT_EQ(WhyNot(), "'' is no container's name; it takes az://account/container[/prefix]");
  options_.location = "az://shopmedia/a_b";
  EXPECT_TRUE(WhyNot().starts_with("'a_b' is no container's name"));
  options_.location = "az://shopmedia/$web";
  EXPECT_EQ(WhyNot(), "made");
}

TEST_F(AzureTest, TheMachinesIdentity) {
  const std::string url =
      "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
      "https%3A%2F%2Fstorage.azure.com%2F";
  world_.Answer("GET " + url, 200, TokenJson("ey.machine"));
  EXPECT_EQ(Bearer(), "Bearer ey.machine");
  EXPECT_EQ(FieldOf(world_.asked.at(0).fields, "metadata"), "true");
  world_.variables["AZURE_CLIENT_ID"] = "c 1";
  world_.Answer("GET " + url + "&client_id=c%201", 400,
                R"({"error":"invalid_request","error_description":"Identity not found"})");
  EXPECT_EQ(Bearer(),
            "error: the managed identity c 1: the token service answers 400 invalid_request: "
            "Identity not found");
  world_.variables["IDENTITY_ENDPOINT"] = "http://127.0.0.1:1/msi/token";
  world_.variables["IDENTITY_HEADER"] = "header-secret";
  world_.Answer(
      "GET http://127.0.0.1:1/msi/token?api-version=2019-08-01&resource=https%3A%2F%"
      "2Fstorage.azure.com%2F&client_id=c%201",
      200, TokenJson("ey.service"));
  EXPECT_EQ(Bearer(), "Bearer ey.service");
  EXPECT_EQ(FieldOf(world_.asked.back().fields, "x-identity-header"), "header-secret");
}

TEST_F(AzureTest, AWorkloadAndAnApplication) {
  world_.variables["AZURE_TENANT_ID"] = "tenant/1";
  world_.variables["AZURE_CLIENT_ID"] = "c1";
  world_.variables["AZURE_FEDERATED_TOKEN_FILE"] = "/pod-token";
  EXPECT_EQ(Bearer(), "error: /pod-token: no such file");
  world_.files["/pod-token"] = "ey.pod\n";
  const std::string path = "/tenant%2F1/oauth2/v2.0/token";
  world_.Answer("POST https://login.microsoftonline.com" + path, 200, TokenJson("ey.workload"));
  EXPECT_EQ(Bearer(), "Bearer ey.workload");
  EXPECT_EQ(world_.asked.back().body,
            "grant_type=client_credentials&client_id=c1&scope=https%3A%2F%2Fstorage.azure.com%2F."
            "default&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%"
            "3Ajwt-bearer&client_assertion=ey.pod");
  world_.variables["AZURE_AUTHORITY_HOST"] = "login";
  EXPECT_TRUE(Bearer().starts_with("error: 'login' is no endpoint"));
  world_.variables["AZURE_AUTHORITY_HOST"] = "https://login.chinacloudapi.cn/";
  world_.variables["AZURE_CLIENT_SECRET"] = "a-great-secret";
  world_.Answer("POST https://login.chinacloudapi.cn" + path, 200, TokenJson("ey.app"));
  EXPECT_EQ(Bearer(), "Bearer ey.app");
  EXPECT_TRUE(world_.asked.back().body.ends_with("&client_secret=a-great-secret"));
  const Store store = Make();
  Send(store);
  EXPECT_TRUE(store.refusal_of({403, {}, ""}).error.detail.contains("the token of application c1"));
}

TEST_F(AzureTest, ATokenThatIsRefusedIsFetchedAnew) {
  const std::string url =
      "GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
      "https%3A%2F%2Fstorage.azure.com%2F";
  world_.Answer(url, 200, TokenJson("one"));
  world_.Answer(url, 200, TokenJson("two"));
  const Store store = Make();
  const HttpRequest first = Send(store);
  world_.now += std::chrono::minutes(1);
  EXPECT_TRUE(store.authorizer->Refused(first, {401, {}, ""}));
  EXPECT_EQ(FieldOf(Send(store).fields, "authorization"), "Bearer two");
}

TEST_F(AzureTest, EveryPlacePassesOnHowLongToWait) {
  std::stop_source stop;
  const auto find = [&](async::Clock::duration time) {
    world_.waits.clear();
    const auto until = async::Clock::now() + time;
    EXPECT_TRUE(loop_.Run(FindToken(std::make_shared<const Surroundings>(world_.Around()),
                                    {.until = until, .stop = stop.get_token()})));
    return world_.AllWaitsWere(stop.get_token(), until);
  };
  world_.variables = {{"IDENTITY_ENDPOINT", "http://i"}, {"IDENTITY_HEADER", "h"}};
  world_.Answer("GET http://i?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com%2F",
                200, TokenJson("t"));
  EXPECT_TRUE(find(std::chrono::milliseconds(100)));
  world_.variables = {{"AZURE_TENANT_ID", "t"},
                      {"AZURE_CLIENT_ID", "c"},
                      {"AZURE_FEDERATED_TOKEN_FILE", "/pod-token"}};
  world_.files["/pod-token"] = "t";
  world_.Answer("POST https://login.microsoftonline.com/t/oauth2/v2.0/token", 200, TokenJson("t"));
  EXPECT_TRUE(find(std::chrono::hours(1)));
}

TEST_F(AzureTest, WithoutCredentialsOnlyTheVersionIsSaid) {
  world_.variables["AZURE_STORAGE_KEY"] = kKey;
  options_.anonymous = true;
  const HttpRequest request = Send(Make());
  EXPECT_EQ(request.fields, (HttpFields{{"x-ms-version", "2021-12-02"}}));
}

TEST_F(AzureTest, EachRefusalHasItsKind) {
  const Store store = Make();
  using enum ErrorKind;
  struct Row {
    int status;
    const char* code;
    ErrorKind kind;
    bool worth_retry;
  };
  const Row rows[] = {{404, "BlobNotFound", kNotFound, false},
                      {404, "ResourceNotFound", kNotFound, false},
                      {404, "", kNotFound, false},
                      {404, "ContainerNotFound", kUnreadable, false},
                      {403, "AuthenticationFailed", kUnreadable, false},
                      {401, "InvalidAuthenticationInfo", kUnreadable, false},
                      {401, "NoAuthenticationInformation", kUnreadable, false},
                      {403, "AuthorizationPermissionMismatch", kUnreadable, false},
                      {409, "PublicAccessNotPermitted", kUnreadable, false},
                      {409, "BlobArchived", kUnreadable, false},
                      {400, "InvalidUri", kBadRequest, false},
                      {503, "ServerBusy", kOverloaded, true},
                      {500, "OperationTimedOut", kUpstream, true},
                      {500, "InternalError", kUpstream, true}};
  for (const Row& row : rows) {
    const Refusal by_field = store.refusal_of({row.status, {{"x-ms-error-code", row.code}}, ""});
    const Refusal by_body = store.refusal_of(
        {row.status,
         {},
         "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>" +
             std::string(row.code) + "</Code><Message>words\nRequestId:1</Message></Error>"});
    EXPECT_EQ(by_field.error.kind, row.kind) << row.code;
    EXPECT_EQ(by_body.error.kind, row.kind) << row.code;
    EXPECT_EQ(by_field.worth_retry, row.worth_retry) << row.code;
    EXPECT_TRUE(by_body.error.detail.contains(": words"));
    EXPECT_FALSE(by_body.error.detail.contains("RequestId"));
  }
}

// Else a tenant with another's connection string would be read with the machine's identity.
TEST_F(AzureTest, WhatIsASourcesOwnIsNotPassedOver) {
  options_.own_credentials = true;
  std::string& text = world_.variables["AZURE_STORAGE_CONNECTION_STRING"];
  text = "AccountName=shopmedia;AccountKey=" + kKey;
  EXPECT_EQ(WhyNot(), "made");
  text = "AccountName=another;AccountKey=" + kKey;
  EXPECT_EQ(WhyNot(), "the connection string is not one of the storage account shopmedia");
  text = "AccountName=shopmedia";
  EXPECT_EQ(WhyNot(), "the connection string has neither a key nor a SAS");
  text.clear();
  world_.variables["AZURE_STORAGE_ACCOUNT"] = "another";
  world_.variables["AZURE_STORAGE_KEY"] = kKey;
  EXPECT_EQ(WhyNot(), "AZURE_STORAGE_ACCOUNT is not shopmedia");
  options_.own_credentials = false;
  EXPECT_EQ(WhyNot(), "made");
}

}  // namespace
}  // namespace whittle::source::azure
