// README's lines for web servers and buckets, word for word: the program is started with what they
// say, and reaches the cloud's own names, with certificates that a test's authority has signed,
// through a proxy that leads to this machine.
#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/gcs_place.h"
#include "tests/e2e/process.h"
#include "tests/real/azurite.h"
#include "tests/real/s3proxy.h"
#include "tests/support/pictures.h"
#include "tests/support/proxy.h"

namespace whittle::test {
namespace {

// The variables of each "VARIABLE=value ... whittle serve" that names this source.
Environment LineOf(const std::string& source) {
  std::string text(AsText(ReadFile(WHITTLE_SOURCE_DIR "/README.md").view()));
  for (std::size_t at = 0; (at = text.find(" \\\n", at)) != std::string::npos;) {
    text.replace(at, 3, " ");
  }
  const std::size_t begin = text.find("\nWHITTLE_SOURCE=" + source + ' ') + 1;
  const std::size_t end = text.find(" whittle serve", begin);
  if (begin == 0 || end == std::string::npos) throw std::runtime_error("README has no " + source);
  std::istringstream words(text.substr(begin, end - begin));
  Environment variables;
  for (std::string word; words >> word;) variables.push_back(word);
  return variables;
}

class Readme : public ::testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& text) const {
    WriteFile(files_.path() / name, AsBytes(text));
    return (files_.path() / name).string();
  }
  // Whom the program asks for a picture of that source, and for what.
  std::vector<std::string> Asked(const std::string& source, const Environment& more) {
    const std::size_t before = proxy_.asked().size();
    Environment environment = LineOf(source);
    environment.insert(environment.end(), more.begin(), more.end());
    environment.push_back("WHITTLE_FETCH_PROXY=" + proxy_.Url());
    environment.push_back("WHITTLE_FETCH_CA_FILE=" + File("ca.pem", authority_.certificate()));
    {
      const Process server(environment);
      const HttpResponse answer = server.Connect().Get("/resize/30/0/a.jpg");
      EXPECT_EQ(answer.status, 200) << source << answer.body;
    }
    std::vector<std::string> asked = proxy_.asked();
    asked.erase(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(before));
    const std::lock_guard lock(mutex_);
    asked.push_back(last_);
    return asked;
  }

  const TempDir files_;
  const TestAuthority authority_;
  const TestCertificate certificate_ =
      authority_.Issue({.names = "DNS:media.example.com,DNS:*.s3.eu-west-1.amazonaws.com,"
                                 "DNS:*.r2.cloudflarestorage.com,DNS:oauth2.googleapis.com,"
                                 "DNS:storage.googleapis.com,DNS:*.blob.core.windows.net"});
  const std::string photo_{AsText(EncodeJpeg(Photo(60, 20)).view())};
  std::mutex mutex_;
  std::string last_;  // target and credentials of the last picture
  Origin cloud_{[this](const Origin::Request& request, Origin::Connection& c) {
                  if (request.target == "/token") {
                    return void(c.Answer("200 OK", R"({"access_token":"t","expires_in":3600})"));
                  }
                  const std::string field = request.Field("authorization");
                  const std::lock_guard lock(mutex_);
                  last_ = request.target + ' ' + field.substr(0, field.find_first_of(",:"));
                  if (last_.contains("AWS4")) {  // the day is another one tomorrow
                    last_.replace(last_.find('/', last_.find('=')) + 1, 8, "DAY");
                  }
                  c.Answer("200 OK", photo_);
                },
                &certificate_};
  TestProxy proxy_{cloud_.port()};
};

TEST_F(Readme, WebServer) {
  EXPECT_EQ(Asked("https://media.example.com/photos", {}),
            (Environment{"media.example.com:443", "/photos/a.jpg (none)"}));
}

TEST_F(Readme, Aws) {
  EXPECT_EQ(
      Asked("s3://shop-media/photos", {"AWS_ACCESS_KEY_ID=AKIA1", "AWS_SECRET_ACCESS_KEY=secret"}),
      (Environment{"shop-media.s3.eu-west-1.amazonaws.com:443",
                   "/photos/a.jpg AWS4-HMAC-SHA256 "
                   "Credential=AKIA1/DAY/eu-west-1/s3/aws4_request"}));
}

// The line's place for the account is one that a host's name can have, too.
TEST_F(Readme, R2) {
  EXPECT_EQ(Asked("s3://photos AWS_ENDPOINT_URL=https://ACCOUNT.r2.cloudflarestorage.com", {}),
            (Environment{"account.r2.cloudflarestorage.com:443",
                         "/photos/a.jpg AWS4-HMAC-SHA256 "
                         "Credential=KEY/DAY/auto/s3/aws4_request"}));
}

TEST_F(Readme, Gcs) {
  const nlohmann::json key = {{"type", "service_account"},
                              {"client_email", "reader@shop.example.com"},
                              {"private_key", NewRsaKey()}};
  EXPECT_EQ(Asked("gs://shop-media/photos",
                  {"GOOGLE_APPLICATION_CREDENTIALS=" + File("key.json", key.dump())}),
            (Environment{"oauth2.googleapis.com:443", "storage.googleapis.com:443",
                         "/shop-media/photos/a.jpg Bearer t"}));
}

TEST_F(Readme, Azure) {
  EXPECT_EQ(
      Asked("az://account/container", {"AZURE_STORAGE_KEY=" + std::string(Azurite::kKey)}),
      (Environment{"account.blob.core.windows.net:443", "/container/a.jpg SharedKey account"}));
}

TEST_F(Readme, MinIo) {
  Environment environment = LineOf("s3://photos AWS_ENDPOINT_URL=http://minio:9000");
  const S3Proxy s3("minioadmin", "minioadmin");
  if (!s3.available()) GTEST_SKIP() << S3Proxy::kLacking;
  s3.Put("a.jpg", photo_);
  for (std::string& variable : environment) {
    if (variable == "AWS_ENDPOINT_URL=http://minio:9000") {
      variable = "AWS_ENDPOINT_URL=" + s3.endpoint();
    }
  }
  const Process server(environment);
  EXPECT_EQ(server.Connect().Get("/resize/30/0/a.jpg").status, 200);
  EXPECT_EQ(server.Connect().Get("/resize/30/0/b.jpg").status, 404);
}

}  // namespace
}  // namespace whittle::test
