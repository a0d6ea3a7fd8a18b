// `whittle doctor`, the real program, against directories and origins that are well or not: what a
// line says, and what CI sees.
#include "tests/e2e/doctor.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/e2e/process.h"
#include "tests/support/origin.h"

namespace whittle::test {
namespace {

using std::string;

TEST(DoctorProgram, AllIsWellWithAFolderOfPictures) {
  const Pictures pictures;
  const Doctor doctor = Ask({pictures.Images()}, {"--key", "a.jpg"});
  EXPECT_EQ(doctor.code, 0) << doctor.out;
  EXPECT_EQ(doctor.Status("source"), "ok");
  EXPECT_TRUE(doctor.Found("source").contains(": a.jpg: jpeg, ")) << doctor.out;
  for (const char* check : {"urls", "signatures", "libraries", "heif", "svg", "port"}) {
    EXPECT_EQ(doctor.Status(check), "ok") << doctor.out;
  }
  EXPECT_TRUE(doctor.Found("heif").starts_with("decoded by processes") ||
              doctor.Found("heif") == "this build has no HEIF")
      << doctor.out;
}

TEST(DoctorProgram, IsForPeopleAndSumsUp) {
  const Pictures pictures;
  const Finished run = RunProgram({"doctor", "--port", "0"}, {pictures.Images()});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.err, "");  // no hint where there is no terminal
  EXPECT_TRUE(run.out.starts_with("ok    source       ")) << run.out;
  EXPECT_TRUE(run.out.ends_with(" failures\n")) << run.out;
  EXPECT_FALSE(run.out.contains('\x1b')) << run.out;
}

TEST(DoctorProgram, WarningsFailWhereThatIsAskedFor) {
  const TempDir empty;
  const string images = "WHITTLE_IMAGES_DIR=" + empty.path().string();
  const Doctor doctor = Ask({images});
  EXPECT_EQ(doctor.Status("source"), "warn") << doctor.out;
  EXPECT_EQ(doctor.code, 0) << doctor.out;
  EXPECT_EQ(Ask({images}, {"--strict"}).code, 1);
}

TEST(DoctorProgram, AFailureIsExitCode1) {
  const Doctor doctor = Ask({"WHITTLE_IMAGES_DIR=/nonexistent"});
  EXPECT_EQ(doctor.Status("source"), "fail");
  EXPECT_EQ(doctor.code, 1);
  const Pictures pictures;
  const Doctor absent = Ask({pictures.Images()}, {"--key", "b.jpg"});
  EXPECT_EQ(absent.Status("source"), "fail");
  EXPECT_EQ(absent.code, 1);
}

TEST(DoctorProgram, WrongUseIsExitCode2) {
  for (const std::vector<string>& arguments :
       std::vector<std::vector<string>>{{"doctor", "--timeout", "0s"},
                                        {"doctor", "--timeout", "soon"},
                                        {"doctor", "--key", "../a"},
                                        {"doctor", "--key", ""},
                                        {"doctor", "--workers", "513"},
                                        {"doctor", "more"}}) {
    const Finished run = RunProgram(arguments);
    EXPECT_EQ(run.code, 2) << run.err;
    EXPECT_TRUE(run.err.starts_with("whittle: ")) << run.err;
    EXPECT_EQ(run.out, "");
  }
}

TEST(DoctorProgram, ARefusedConnectionAHangAndAStrangersCertificateSayWhere) {
  string refused;
  {
    refused = Origin([](const auto&, auto&) {}).Url("/");
  }
  EXPECT_TRUE(Ask({"WHITTLE_SOURCE=" + refused}).Found("source").contains(": connect: "));

  const Origin hangs([](const auto&, auto& c) { c.Hang(); });
  const Doctor hung =
      Ask({"WHITTLE_SOURCE=" + hangs.Url("/")}, {"--fetch-first-byte-timeout", "100ms"});
  EXPECT_TRUE(hung.Found("source").contains(": first byte: ")) << hung.out;
  EXPECT_EQ(hung.code, 1);

  const auto certificate = TestCertificate::Make();
  const Origin tls([](const auto&, auto& c) { c.Answer("200 OK", ""); }, &certificate);
  const string url = "https://localhost:" + std::to_string(tls.port()) + "/";
  const Doctor stranger = Ask({"WHITTLE_SOURCE=" + url});
  EXPECT_TRUE(stranger.Found("source").contains(": tls: ")) << stranger.out;
  EXPECT_EQ(stranger.code, 1);
}

TEST(DoctorProgram, ATimeoutIsShorterThanTheSettingsDeadlines) {
  const Origin hangs([](const auto&, auto& c) { c.Hang(); });
  const Doctor hung =
      Ask({"WHITTLE_SOURCE=" + hangs.Url("/")},
          {"--fetch-first-byte-timeout", "1h", "--fetch-timeout", "1h", "--timeout", "100ms"});
  EXPECT_EQ(hung.Status("source"), "fail") << hung.out;
  EXPECT_EQ(hung.code, 1);
}

TEST(DoctorProgram, AllSourcesAreTriedAtOnce) {
  constexpr int kSources = 3;
  std::mutex mutex;
  std::condition_variable changed;
  int asked = 0;
  // None is answered before all are asked.
  const Origin origin([&](const auto&, Origin::Connection& c) {
    std::unique_lock lock(mutex);
    ++asked;
    changed.notify_all();
    changed.wait(lock, [&] { return asked >= kSources; });
    lock.unlock();
    c.Answer("404 Not Found", "");
  });
  const TempDir dir;
  string config;
  for (const char* name : {"a", "b"}) {
    config += "[sources." + string(name) + "]\nlocation = \"" + origin.Url("/") + "\"\n";
  }
  WriteFile(dir.path() / "whittle.toml", AsBytes(config));
  const Doctor doctor = Ask({"WHITTLE_SOURCE=" + origin.Url("/")},
                            {"--config", dir.path() / "whittle.toml", "--fetch-first-byte-timeout",
                             "2m", "--fetch-timeout", "2m"});
  for (const char* source : {"source", "source a", "source b"}) {
    EXPECT_EQ(doctor.Status(source), "ok") << doctor.out;
  }
  // Where one has failed before the others came, its thread still waits for them.
  const std::lock_guard lock(mutex);
  asked = kSources;
  changed.notify_all();
}

TEST(DoctorProgram, AKeyCanBeOfOneSource) {
  const Pictures pictures;
  const TempDir dir;
  WriteFile(dir.path() / "b.jpg", EncodeJpeg(Photo(8, 8)).view());
  const string config = "[sources.shop]\nlocation = \"" + dir.path().string() + "\"\n";
  WriteFile(dir.path() / "whittle.toml", AsBytes(config));
  const Doctor doctor = Ask({pictures.Images()}, {"--config", dir.path() / "whittle.toml", "--key",
                                                  "a.jpg", "--key", "shop:b.jpg"});
  EXPECT_TRUE(doctor.Found("source").contains(": a.jpg: jpeg")) << doctor.out;
  EXPECT_TRUE(doctor.Found("source shop").contains(": b.jpg: jpeg")) << doctor.out;
}

TEST(DoctorProgram, ARunningServerIsFoundAtItsPort) {
  Process server;
  const Pictures pictures;
  const Doctor doctor = Ask({pictures.Images()}, {}, server.port());
  EXPECT_EQ(doctor.code, 0) << doctor.out;
  EXPECT_TRUE(doctor.Found("port").starts_with("whittle 0.")) << doctor.out;
  EXPECT_TRUE(doctor.Found("port").contains(" answers at 127.0.0.1:")) << doctor.out;
}

TEST(DoctorDocs, NameEveryCheck) {
  const auto text = [](const char* file) {
    return string(AsText(ReadFile(std::filesystem::path(WHITTLE_SOURCE_DIR) / file).view()));
  };
  const string table = RunProgram({"doctor", "--list"}).out;
  const string help = RunProgram({"doctor", "--help"}).out;
  const string readme = text("README.md");
  const string docs = text("docs/doctor.md");
  EXPECT_TRUE(docs.contains("<!-- checks:begin -->\n" + table + "<!-- checks:end -->"))
      << "docs/doctor.md is stale: put the output of `whittle doctor --list` between its markers";
  std::istringstream rows(table);
  int checks = 0;
  for (string row; std::getline(rows, row);) {
    if (!row.starts_with("| `")) continue;
    ++checks;
    const string name = row.substr(3, row.find('`', 3) - 3);
    EXPECT_TRUE(help.contains(" " + name + ",") || help.contains(" " + name + "."))
        << name << " in " << help;
    EXPECT_TRUE(readme.contains("    " + name + " ") || readme.contains("  " + name + " "))
        << "README.md shows no line of the check " << name;
  }
  EXPECT_GT(checks, 10);
}

}  // namespace
}  // namespace whittle::test
