// Sources as `whittle doctor` tries them: the server's own, over real sockets.
#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>

#include "app/doctor/probe.h"
#include "source/times.h"
#include "tests/support/corpus.h"
#include "tests/support/origin.h"
#include "tests/support/pictures.h"

namespace whittle::app::doctor {
namespace {

using test::Origin;

constexpr int kWorkers = 1;

Probe Try(const std::string& location, const std::string& key = {}, Settings settings = {}) {
  settings.source.source = location;
  return ProbeSource(settings, {}, key, kWorkers);
}

std::string Detail(const Probe& probe) { return probe.error ? probe.error->detail : "no error"; }

TEST(DoctorProbe, OpensAndListsADirectory) {
  const test::TempDir dir;
  EXPECT_EQ(Try(dir.path()).entries, 0U);
  test::WriteFile(dir.path() / "a.jpg", test::EncodeJpeg(test::Photo(8, 8)).view());
  test::WriteFile(dir.path() / "b", {});
  const Probe probe = Try(dir.path());
  EXPECT_TRUE(probe.is_open);
  EXPECT_FALSE(probe.error) << Detail(probe);
  EXPECT_EQ(probe.entries, 2U);
  EXPECT_EQ(probe.kind, Probe::Kind::kDirectory);
}

TEST(DoctorProbe, ReadsAKeyOfADirectoryAndNothingOutsideIt) {
  const test::TempDir dir;
  const Bytes jpeg = test::EncodeJpeg(test::Photo(8, 8));
  test::WriteFile(dir.path() / "a.jpg", jpeg.view());
  std::filesystem::create_directory(dir.path() / "in");
  const Probe probe = Try(dir.path(), "a.jpg");
  EXPECT_FALSE(probe.error) << Detail(probe);
  EXPECT_EQ(probe.format, "jpeg");
  EXPECT_EQ(probe.bytes, jpeg.size());
  const Probe outside = Try(dir.path() / "in", "../a.jpg");
  EXPECT_TRUE(outside.is_open);
  EXPECT_TRUE(outside.error);
}

TEST(DoctorProbe, ADirectoryThatIsNotThereDoesNotOpen) {
  const Probe probe = Try("/nonexistent/pictures");
  EXPECT_FALSE(probe.is_open);
  ASSERT_TRUE(probe.error);
  EXPECT_TRUE(probe.error->text.starts_with("source (WHITTLE_SOURCE")) << probe.error->text;
}

TEST(DoctorProbe, AsksAWebServerForItsPrefixOrForAKey) {
  std::string target;
  const Bytes jpeg = test::EncodeJpeg(test::Photo(8, 8));
  const Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    target = request.target;
    c.Answer(request.target == "/b/x%20y.jpg" ? "200 OK" : "404 Not Found", AsText(jpeg.view()));
  });
  const Probe prefix = Try(origin.Url("/b"));
  EXPECT_EQ(target, "/b/");
  ASSERT_EQ(prefix.hops.size(), 1U);
  EXPECT_EQ(prefix.hops.front().status, 404);
  EXPECT_EQ(prefix.hops.front().origin, origin.Url(""));
  const Probe key = Try(origin.Url("/b"), "x y.jpg");
  EXPECT_FALSE(key.error) << Detail(key);
  EXPECT_EQ(key.format, "jpeg");
}

TEST(DoctorProbe, OfANamedSourceTakesItsLocationAndHeaders) {
  std::string field;
  const Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    field = request.Field("x-key");
    c.Answer("200 OK", "");
  });
  SourceTable table;
  table.name = "shop";
  table.location = origin.Url("/");
  table.headers = {{"X-Key", "secret"}};
  const Probe probe = ProbeSource({}, table, "", kWorkers);
  EXPECT_EQ(field, "secret");
  EXPECT_EQ(probe.name, "shop");
  EXPECT_EQ(probe.own_fields, 1);
}

TEST(DoctorProbe, ARefusedConnectionIsOne) {
  std::string url;
  {
    url = Origin([](const auto&, auto&) {}).Url("/");
  }
  const Probe probe = Try(url);
  ASSERT_EQ(probe.hops.size(), 2U);  // there is a second try, as the server has
  EXPECT_EQ(probe.hops.back().failed_in, source::HttpPhase::kConnect) << Detail(probe);
  EXPECT_EQ(probe.hops.back().status, 0);
}

TEST(DoctorProbe, AHostThatHangsIsLeftAtItsDeadline) {
  const Origin origin([](const auto&, Origin::Connection& c) { c.Hang(); });
  Settings settings;
  settings.source.fetch_connect_timeout = 1h;
  settings.source.fetch_first_byte_timeout = 50ms;
  settings.source.fetch_timeout = 1h;
  const Probe probe = Try(origin.Url("/"), "", settings);
  ASSERT_FALSE(probe.hops.empty());
  EXPECT_EQ(probe.hops.back().failed_in, source::HttpPhase::kFirstByte) << Detail(probe);
  ASSERT_TRUE(probe.error);
  EXPECT_EQ(probe.error->kind, ErrorKind::kUpstreamTimeout);
}

TEST(DoctorProbe, ACertificateOfNobodyWeKnowFailsInTls) {
  const auto certificate = test::TestCertificate::Make();
  const Origin origin([](const auto&, auto& c) { c.Answer("200 OK", ""); }, &certificate);
  const std::string url = "https://localhost:" + std::to_string(origin.port()) + "/";
  const Probe probe = Try(url);
  ASSERT_FALSE(probe.hops.empty());
  EXPECT_EQ(probe.hops.back().failed_in, source::HttpPhase::kTls) << Detail(probe);

  const test::TempDir dir;
  test::WriteFile(dir.path() / "ca.pem", AsBytes(certificate.certificate));
  Settings settings;
  settings.source.fetch_ca_file = dir.path() / "ca.pem";
  const Probe trusted = Try(url, "", settings);
  ASSERT_FALSE(trusted.hops.empty());
  EXPECT_EQ(trusted.hops.back().status, 200) << Detail(trusted);
}

TEST(DoctorProbe, TellsHowFarAClockIsAway) {
  using std::chrono::seconds;
  std::string fields;
  const Origin origin([&](const auto&, auto& c) { c.Answer("200 OK", "", fields); });
  EXPECT_FALSE(Try(origin.Url("/")).hops.front().ahead);
  const auto date = [](seconds ahead) {
    return "Date: " + source::HttpTime(std::chrono::system_clock::now() + ahead) + "\r\n";
  };
  // A run that takes a minute here is no test of this any more.
  const auto is_about = [](const std::optional<seconds>& told, seconds expected) {
    return told && std::chrono::abs(*told - expected) < seconds(60);
  };
  fields = date(seconds(3600));
  EXPECT_TRUE(is_about(Try(origin.Url("/")).hops.front().ahead, seconds(3600)));
  fields = date(seconds(-3600));
  EXPECT_TRUE(is_about(Try(origin.Url("/")).hops.front().ahead, seconds(-3600)));
  fields += "Age: 3600\r\n";  // a cache had it for that long
  EXPECT_TRUE(is_about(Try(origin.Url("/")).hops.front().ahead, seconds(0)));
}

TEST(DoctorProbe, ALocationKeepsItsSecrets) {
  EXPECT_EQ(WithoutSecrets("https://me:pass@host/a@b?sig=1#x"), "https://***@host/a@b");
  EXPECT_EQ(WithoutSecrets("https://host/a@b"), "https://host/a@b");
  EXPECT_EQ(WithoutSecrets("https://u:a@b@host"), "https://***@host");
  EXPECT_EQ(WithoutSecrets("/srv/a@b?c"), "/srv/a@b?c");
  EXPECT_EQ(Try("https://me:pass@host/").location, "https://***@host/");
}

TEST(DoctorProbe, LimitsOfTheSettingsAreOnlyMadeShorter) {
  Settings settings;
  settings.source.fetch_connect_timeout = 1s;
  settings.source.fetch_timeout = 1h;
  const auto within = Within(settings, 2s).source;
  EXPECT_EQ(within.fetch_connect_timeout, 1s);
  EXPECT_EQ(within.fetch_tls_timeout, 2s);
  EXPECT_EQ(within.fetch_first_byte_timeout, 2s);
  EXPECT_EQ(within.fetch_timeout, 2s);
  EXPECT_EQ(within.read_timeout, 2s);
}

}  // namespace
}  // namespace whittle::app::doctor
