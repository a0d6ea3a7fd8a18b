// The checks of `whittle doctor` that look at a source: what they say of each thing that a probe
// can come back with.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/app/doctor.h"
#include "tests/support/corpus.h"

namespace whittle::app::doctor {
namespace {

using Kind = Probe::Kind;
using std::string;

Probe Directory() {
  return {.location = "/srv", .kind = Kind::kDirectory, .is_open = true, .entries = 3};
}
Probe Web(int status) {
  Probe probe{.location = "http://a/b", .kind = Kind::kWeb, .is_open = true};
  probe.hops = {{.origin = "http://a", .status = status}};
  return probe;
}
Probe Bucket(int status, Error error) {
  Probe probe{.location = "s3://shop", .kind = Kind::kStore, .is_open = true};
  probe.error = std::move(error);
  probe.hops = {{.origin = "https://shop.s3", .status = status}};
  probe.credentials = "key AKIA of the environment";
  return probe;
}

TEST(DoctorSource, OneThatDoesNotOpenFails) {
  Probe probe = Directory();
  probe.is_open = false;
  probe.error = Error::Saying(ErrorKind::kBadRequest, "images_dir: no such directory");
  EXPECT_SAYS(Says("source", probe), "fail: images_dir: no such directory; check the location");
  for (const char* other : {"credentials", "clock", "folder"}) EXPECT_EQ(Says(other, probe), "");
}

TEST(DoctorSource, ADirectoryIsListed) {
  Probe probe = Directory();
  EXPECT_EQ(Says("source", probe), "ok: /srv: 3 entries");
  probe.entries = kMostEntries;
  EXPECT_EQ(Says("source", probe), "ok: /srv: at least 1000 entries");
  probe.entries = 0;
  EXPECT_SAYS(Says("source", probe), "warn: /srv: nothing is in it; check the path");
  probe.error = Error::Saying(ErrorKind::kUnreadable, "cannot be listed", "Permission denied");
  EXPECT_SAYS(Says("source", probe), "fail: /srv: Permission denied; let the server's user");
}

TEST(DoctorSource, AnyAnswerToThePrefixOfAWebServerIsOne) {
  for (const int status : {200, 301, 403, 404}) {
    EXPECT_SAYS(Says("source", Web(status)),
                "ok: http://a/b: http://a says " + std::to_string(status) + " to the prefix");
  }
  EXPECT_SAYS(Says("source", Web(401)), "warn: http://a/b: http://a says 401 to the prefix");
  for (const int status : {429, 500, 503}) EXPECT_SAYS(Says("source", Web(status)), "warn");
  EXPECT_SAYS(Says("source", Web(499)), "ok");
}

TEST(DoctorSource, AHostThatDoesNotAnswerFailsInAPhaseThatSaysWhatToDo) {
  using source::HttpPhase;
  const std::pair<HttpPhase, const char*> advice[] = {
      {HttpPhase::kResolve, "; check the host's name"},
      {HttpPhase::kConnect, "; check that it is up"},
      {HttpPhase::kTls, "; check the certificate's name"},
      {HttpPhase::kFirstByte, "; it takes connections and does not answer"},
      {HttpPhase::kBody, "; it breaks off or is too slow"}};
  for (const auto& [phase, what] : advice) {
    Probe probe = Web(0);
    probe.hops.front().failed_in = phase;
    probe.error = Error::Of(ErrorKind::kUpstream, "a:80: broken");
    EXPECT_SAYS(Says("source", probe), "fail: http://a/b: a:80: broken" + string(what));
  }
}

TEST(DoctorSource, ARedirectIntoThePrivateNetworkIsNotTheNamesFault) {
  Probe probe = Web(302);
  probe.hops.push_back({.origin = "http://b", .failed_in = source::HttpPhase::kResolve});
  probe.error = Error::Of(ErrorKind::kForbidden, "b:80: its address is not public");
  EXPECT_SAYS(Says("source", probe), "fail: http://a/b: b:80: its address is not public; it sends");
}

TEST(DoctorSource, TheNameStandsOnce) {
  Probe probe = Web(0);
  probe.name = "shop";
  probe.hops.front().failed_in = source::HttpPhase::kConnect;
  probe.error = Error::Of(ErrorKind::kUpstream, "shop: http://a/b/: a:80: connect: refused");
  EXPECT_SAYS(Says("source", probe), "fail: http://a/b/: a:80: connect: refused; check that");
  probe.name.clear();
  probe.error = Error::Of(ErrorKind::kUpstream, "source: http://a/b/: a:80: connect: refused");
  EXPECT_SAYS(Says("source", probe), "fail: http://a/b/: a:80: connect: refused; check that");
}

TEST(DoctorSource, AKeyHasToBeAPicture) {
  Probe probe = Web(200);
  probe.key = "x.jpg";
  probe.bytes = 1234;
  probe.format = "jpeg";
  probe.hops.front().times[source::HttpPhase::kTls] = std::chrono::microseconds(12'000);
  probe.hops.front().times[source::HttpPhase::kBody] = std::chrono::microseconds(999);
  EXPECT_EQ(Says("source", probe), "ok: http://a/b: x.jpg: jpeg, 1234 bytes, in 12 ms (tls 12 ms)");
  probe.format.clear();
  EXPECT_SAYS(Says("source", probe), "fail: http://a/b: x.jpg has 1234 bytes and is no picture");
  probe.error = Error::Of(ErrorKind::kNotFound, "status 404");
  EXPECT_SAYS(Says("source", probe), "fail: http://a/b: status 404; check the key");
  probe.error = Error::Of(ErrorKind::kTooLarge);
  EXPECT_TRUE(Says("source", probe).contains("; raise max_source_bytes"));
}

TEST(DoctorSource, ABucketSays404OfWhatIsNotThere) {
  const Probe good = Bucket(404, Error::Of(ErrorKind::kNotFound, "NoSuchKey"));
  EXPECT_SAYS(Says("source", good), "ok: s3://shop: 404 for a key that is not there, as it should");
  EXPECT_EQ(Says("credentials", good), "ok: key AKIA of the environment");
}

TEST(DoctorSource, ABucketThatMayNotBeListedIsOnlyAWarningWithoutAKey) {
  Probe probe = Bucket(403, Error::Of(ErrorKind::kUnreadable, "s3://shop: 403 AccessDenied: no"));
  EXPECT_SAYS(Says("source", probe), "warn: s3://shop: 403 AccessDenied: no; let these");
  EXPECT_EQ(Says("credentials", probe), "ok: key AKIA of the environment");  // it is known
  probe.key = "x.jpg";
  EXPECT_SAYS(Says("source", probe), "fail");
}

TEST(DoctorCredentials, ThatAreRefusedFailByName) {
  for (const int status : {401, 403}) {
    const Probe probe = Bucket(
        status, Error::Of(ErrorKind::kUnreadable, "s3://shop: 403 SignatureDoesNotMatch: x"));
    EXPECT_SAYS(Says("source", probe), "fail: s3://shop: 403 SignatureDoesNotMatch: x; let these");
    EXPECT_SAYS(Says("credentials", probe),
                "fail: key AKIA of the environment: the store refuses it; check or renew it");
  }
  const Probe busy = Bucket(503, Error::Of(ErrorKind::kOverloaded, "503 SlowDown"));
  EXPECT_EQ(Says("credentials", busy), "ok: key AKIA of the environment");
  EXPECT_SAYS(Says("source", busy), "fail: s3://shop: 503 SlowDown; it asks for less");
}

TEST(DoctorCredentials, OfASessionThatHasEndedFailAndARegionThatIsWrongIsNotTheirs) {
  const auto with = [](const char* said) {
    return Says("credentials", Bucket(400, Error::Of(ErrorKind::kUnreadable, said)));
  };
  EXPECT_SAYS(with("s3://shop: 400 ExpiredToken"), "fail: key AKIA of the environment: the store");
  EXPECT_SAYS(with("s3://shop: 400 AuthorizationHeaderMalformed"), "ok");
}

TEST(DoctorCredentials, AreNotMissingWhereTheKeyIsNone) {
  Probe probe = Bucket(0, Error::Of(ErrorKind::kNotFound, "no object has so long a name"));
  probe.hops.clear();
  EXPECT_EQ(Says("credentials", probe), "");
  EXPECT_SAYS(Says("source", probe),
              "fail: s3://shop: no object has so long a name; check the key");
}

TEST(DoctorCredentials, ThatAreNowhereFailBeforeAnythingIsAsked) {
  Probe probe = Bucket(0, Error::Of(ErrorKind::kUnreadable, "no credentials in the chain"));
  probe.hops.clear();
  EXPECT_SAYS(Says("credentials", probe), "fail: no credentials in the chain; set credentials up");
  EXPECT_SAYS(Says("source", probe), "fail: s3://shop: no credentials in the chain; nothing was");
}

TEST(DoctorCredentials, OfAWebServerAreTheSourcesHeaders) {
  Probe probe = Web(200);
  EXPECT_EQ(Says("credentials", probe), "");
  probe.own_fields = 2;
  EXPECT_EQ(Says("credentials", probe), "ok: 2 header lines of the settings");
  probe = Web(403);
  probe.own_fields = 1;
  probe.error = Error::Of(ErrorKind::kUnreadable, "status 403");
  EXPECT_SAYS(Says("credentials", probe), "ok");  // of a prefix, as many servers say
  probe.key = "x.jpg";
  EXPECT_SAYS(Says("credentials", probe), "fail: 1 header lines of the settings, and the origin");
}

TEST(DoctorClock, MoreThanFiveMinutesBreakSignatures) {
  using std::chrono::seconds;
  Probe probe = Bucket(404, Error::Of(ErrorKind::kNotFound));
  EXPECT_EQ(Says("clock", probe), "");
  const auto with = [&](int ahead) {
    probe.hops.front().ahead = seconds(ahead);
    return Says("clock", probe);
  };
  EXPECT_EQ(with(60), "ok: its clock is 60 s ahead of ours");
  EXPECT_EQ(with(-60), "ok: its clock is 60 s behind ours");
  EXPECT_SAYS(with(61), "warn: its clock is 61 s ahead of ours; set");
  EXPECT_SAYS(with(-300), "warn: its clock is 5 min behind ours");
  EXPECT_SAYS(with(301), "fail: its clock is 5 min ahead of ours, which breaks signatures");
  EXPECT_SAYS(with(-301), "fail");
  probe.kind = Kind::kWeb;  // nothing is signed
  EXPECT_SAYS(with(301), "warn");
}

TEST(DoctorClock, OfTheFirstHopThatTellsIt) {
  Probe probe = Web(200);
  probe.hops.insert(probe.hops.begin(), Hop{.origin = "http://b"});
  probe.hops.back().ahead = std::chrono::seconds(90);
  EXPECT_SAYS(Says("clock", probe), "warn: its clock is 90 s");
}

TEST(DoctorFolder, ThatOthersOrTheServerMayWriteToWarns) {
  const test::TempDir dir;
  Probe probe = Directory();
  probe.location = dir.path();
  Bench bench = Healthy();
  EXPECT_EQ(Says("folder", probe, bench), "ok: " + probe.location + " is for its owner to write");
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0775));
  EXPECT_SAYS(Says("folder", probe, bench), "ok");
  bench.machine.may_write = [&](const string& path) { return path == probe.location; };
  EXPECT_SAYS(Says("folder", probe, bench),
              "warn: " + probe.location + " can be written to by user 1000");
  bench.machine.user = 0;
  EXPECT_SAYS(Says("folder", probe, bench), "ok");
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0757));
  EXPECT_SAYS(Says("folder", probe, bench),
              "warn: " + probe.location + " can be written to by everybody");
  probe.kind = Kind::kWeb;
  EXPECT_EQ(Says("folder", probe, bench), "");
}

}  // namespace
}  // namespace whittle::app::doctor
