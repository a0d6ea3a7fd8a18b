// Several mounts in one server: each with its source, defaults, limits and keys.
#include <gtest/gtest.h>

#include <string>

#include "http/signature.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {

class MountsOfAServer : public ::testing::Test {
 protected:
  MountsOfAServer() {
    WriteFile(shop_.path() / "photo.jpg", EncodeJpeg(Photo(60, 20)).view());
    settings_.sources.push_back({.name = "shop", .location = shop_.path().string()});
    settings_.mounts.push_back({});
  }
  app::MountTable& AddShop() {
    settings_.mounts.push_back({.prefix = "/shop", .source = "shop"});
    return settings_.mounts.back();
  }
  void Start() {
    server_.emplace(settings_);
    server_->Add("photo.jpg", EncodeJpeg(Photo(40, 40)).view());
  }
  static int HeightOf(const HttpResponse& response) {
    return DecodeJpeg(AsBytes(response.body)).height;
  }

  TempDir shop_;
  app::Settings settings_ = PatientSettings();
  std::optional<TestServer> server_;
};

TEST_F(MountsOfAServer, ReadFromTheirOwnSources) {
  AddShop();
  Start();
  EXPECT_EQ(HeightOf(server_->Get("/resize/30/0/photo.jpg")), 30);
  EXPECT_EQ(HeightOf(server_->Get("/shop/resize/30/0/photo.jpg")), 10);
  EXPECT_EQ(server_->Get("/shopping/resize/30/0/photo.jpg").status, 404);
  EXPECT_EQ(HeightOf(server_->Get("/resize/30/0/photo.jpg")), 30) << "what is kept has two names";
  EXPECT_EQ(server_->Metric("whittle_reads_total"), 2);
}

TEST_F(MountsOfAServer, AreFoundByTheHostOfTheRequest) {
  AddShop().prefix.clear();
  settings_.mounts.back().host = "shop.example.org";
  Start();
  const auto height = [&](const std::string& target, const std::string& host) {
    HttpClient client = server_->Connect();
    client.Send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return HeightOf(client.Read());
  };
  EXPECT_EQ(height("/resize/30/0/photo.jpg", "shop.example.org:80"), 10);
  EXPECT_EQ(height("/resize/30/0/photo.jpg", "example.org"), 30);
  // A target with an authority is for that, whatever Host says (RFC 9112, 3.2.2).
  EXPECT_EQ(height("http://shop.example.org/resize/30/0/photo.jpg", "example.org"), 10);
  EXPECT_EQ(height("http://example.org/resize/30/0/photo.jpg", "shop.example.org"), 30);
}

TEST_F(MountsOfAServer, HaveDefaultsOfTheirOwn) {
  AddShop().own = Own({{"auto_format", "png"}});
  Start();
  const auto root = server_->Get("/resize/30/0/photo.jpg", "Accept: image/png\r\n");
  const auto shop = server_->Get("/shop/resize/30/0/photo.jpg", "Accept: image/png\r\n");
  EXPECT_EQ(root.Field("Content-Type"), "image/jpeg");
  EXPECT_EQ(root.Field("Vary"), "(none)");
  EXPECT_EQ(shop.Field("Content-Type"), "image/png");
  EXPECT_EQ(shop.Field("Vary"), "Accept");
}

// Two mounts of one source: what one may not have is not taken from what is kept for the other.
TEST_F(MountsOfAServer, HaveLimitsOfTheirOwn) {
  AddShop();
  app::MountTable strict = settings_.mounts.back();
  strict.prefix = "/strict";
  strict.own = Own({{"max_source_pixels", "1199"}});
  settings_.mounts.push_back(strict);
  Start();
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(server_->Get("/shop/resize/30/0/photo.jpg").status, 200);
    EXPECT_EQ(server_->Get("/strict/resize/30/0/photo.jpg").status, 413);
  }
}

TEST_F(MountsOfAServer, WithKeysTakeOnlyWhatIsSigned) {
  const http::SigningKey key(16, 5);
  AddShop().secrets = {key};
  Start();
  const std::string rest = "/resize/30/0/photo.jpg";
  const HttpResponse unsigned_one = server_->Get("/shop" + rest);
  EXPECT_EQ(unsigned_one.status, 403);
  EXPECT_EQ(unsigned_one.body, "signature required");
  EXPECT_EQ(unsigned_one.Field("Cache-Control"), "no-store");
  EXPECT_EQ(server_->Get("/shop/" + http::Sign(key, "/shop" + rest) + rest).status, 200);
  EXPECT_EQ(server_->Get("/shop/" + http::Sign(key, rest) + rest).body, "invalid signature");
  EXPECT_EQ(server_->Get(rest).status, 200) << "another mount has no keys";
}

TEST_F(MountsOfAServer, SayWhichSourceCannotBeOpened) {
  settings_.sources[0].location = "/nowhere";
  try {
    Start();
    ADD_FAILURE() << "it starts";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("sources.shop.location"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace whittle::test
