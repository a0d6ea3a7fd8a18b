// The examples of docs/extending.md at work: a server with one more source, grammar and page, and
// the mount that brings them together.
#include "tests/support/server.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "app/settings_load.h"
#include "tests/support/pictures.h"

namespace whittle::test {
namespace {

// One file of a tar archive.
std::string Archived(const std::string& name, ByteView content) {
  std::string record(512, '\0');
  std::memcpy(record.data(), name.data(), name.size());
  std::snprintf(&record[124], 12, "%011zo", content.size());
  record[156] = '0';
  record += AsText(content);
  record.resize((record.size() + 511) / 512 * 512, '\0');
  return record;
}

class ExtendedServer : public ::testing::Test {
 protected:
  // The configuration that the docs show, but for the archive's place.
  ExtendedServer() {
    const std::string archive = Archived("cat.jpg", EncodeJpeg(Photo(60, 20)).view()) +
                                Archived("a/dog.jpg", EncodeJpeg(Photo(40, 40)).view()) +
                                std::string(1024, '\0');
    WriteFile(place_.path() / "old.tar", AsBytes(archive));
    const Bytes file = ReadFile(std::string(WHITTLE_SOURCE_DIR) + "/tests/extending/whittle.toml");
    std::string config(AsText(file.view()));
    config.replace(config.find("/srv"), 4, place_.path().string());
    WriteFile(place_.path() / "whittle.toml", AsBytes(config));
    const auto loaded = app::LoadSettings({.config = place_.path() / "whittle.toml"});
    if (!loaded) throw std::runtime_error(loaded.error());
    app::Settings settings = PatientSettings();
    settings.sources = loaded->values.sources;
    settings.mounts = loaded->values.mounts;
    settings.service.cache_fresh = std::chrono::milliseconds(0);
    server_.emplace(settings);
    server_->Add("cat.jpg", EncodeJpeg(Photo(30, 30)).view());
  }
  static int HeightOf(const HttpResponse& response) {
    return DecodeJpeg(AsBytes(response.body)).height;
  }

  TempDir place_;
  std::optional<TestServer> server_;
};

TEST_F(ExtendedServer, ReadsPicturesOfTheArchiveByItsOwnGrammar) {
  EXPECT_EQ(HeightOf(server_->Get("/thumbs/30x/cat.jpg")), 10);
  EXPECT_EQ(HeightOf(server_->Get("/thumbs/x20/a/dog.jpg")), 20);
  EXPECT_EQ(HeightOf(server_->Get("/thumbs/30x5/cat.jpg")), 5);
  EXPECT_EQ(server_->Get("/thumbs/30x/cow.jpg").status, 404);
  EXPECT_EQ(server_->Get("/thumbs/30/cat.jpg").status, 404);
  EXPECT_EQ(server_->Get("/thumbs/30x/../cat.jpg").status, 400);
  EXPECT_EQ(server_->Get("/thumbs/30x9999/cat.jpg").status, 400);
}

TEST_F(ExtendedServer, LooksAgainWithoutReading) {
  ASSERT_EQ(server_->Get("/thumbs/30x/cat.jpg").status, 200);
  ASSERT_EQ(server_->Get("/thumbs/30x/cat.jpg").status, 200);
  EXPECT_EQ(server_->Metric("whittle_reads_total"), 1);
  EXPECT_EQ(server_->Metric("whittle_revalidations_total"), 1);
  EXPECT_EQ(server_->Metric("whittle_decodes_total"), 1);
}

TEST_F(ExtendedServer, StillServesTheFolder) {
  EXPECT_EQ(HeightOf(server_->Get("/resize/20/0/cat.jpg")), 20);
  EXPECT_EQ(server_->Get("/resize/20/0/a/dog.jpg").status, 404) << "that is in the archive";
}

TEST_F(ExtendedServer, HasThePage) {
  const HttpResponse robots = server_->Get("/robots.txt");
  EXPECT_EQ(robots.status, 200);
  EXPECT_EQ(robots.body, "User-agent: *\nDisallow: /\n");
  EXPECT_EQ(server_->Get("/health").status, 200);
}

}  // namespace
}  // namespace whittle::test
