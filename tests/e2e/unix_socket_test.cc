// A server behind a Unix socket.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <string>

#include "tests/app/program.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {
namespace fs = std::filesystem;

class UnixSocketTest : public testing::Test {
 protected:
  app::Settings Settings() const {
    app::Settings settings = PatientSettings();
    settings.http.address = "unix:" + path_;
    settings.http.unix_mode = 0600;
    return settings;
  }
  // What starting there says.
  std::string Problem() const {
    try {
      const TestServer server(Settings());
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "none";
  }

  TempDir folder_;
  const std::string path_ = (folder_.path() / "whittle.sock").string();
};

TEST_F(UnixSocketTest, ServesPicturesAndIsRemovedAtTheEnd) {
  TestServer server(Settings());
  server.Add("photo.jpg", EncodeJpeg(Photo(200, 200)).view());
  struct stat status{};
  ASSERT_EQ(lstat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  HttpClient client = HttpClient::AtPath(path_);
  EXPECT_EQ(client.Get("/health").body, "ok");
  EXPECT_EQ(client.Get("/resize/100/0/photo.jpg").status, 200);
  EXPECT_EQ(RunProgram({"health"}, {"WHITTLE_ADDRESS=unix:" + path_}).out, "ok\n");
  EXPECT_EQ(client.Get("/resize/2000/2000/photo.jpg?enlarge=1&format=raw").body.size(),
            2000U * 2000 * 3);
  EXPECT_EQ(server.Stop(), 0);
  EXPECT_TRUE(client.ReadEnd());
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(UnixSocketTest, TakesOverWhatNobodyListensOn) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  const int left = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(left);
  EXPECT_TRUE(fs::exists(path_));
  const TestServer server(Settings());
  EXPECT_EQ(HttpClient::AtPath(path_).Get("/health").body, "ok");
}

TEST_F(UnixSocketTest, LeavesTheSocketOfSomebodyElseAlone) {
  const TestServer server(Settings());
  EXPECT_NE(Problem().find("somebody else listens there"), std::string::npos) << Problem();
  EXPECT_EQ(HttpClient::AtPath(path_).Get("/health").body, "ok");
}

TEST_F(UnixSocketTest, LeavesAtTheEndWhatSomebodyHasPutInItsPlace) {
  TestServer first(Settings());
  fs::remove(path_);
  const TestServer second(Settings());
  EXPECT_EQ(first.Stop(), 0);
  EXPECT_EQ(HttpClient::AtPath(path_).Get("/health").body, "ok");
}

TEST_F(UnixSocketTest, RemovesNoFileThatIsNoSocket) {
  WriteFile(path_, AsBytes("precious"));
  EXPECT_NE(Problem().find("no socket"), std::string::npos) << Problem();
  EXPECT_EQ(AsText(ReadFile(path_).view()), "precious");
}

}  // namespace
}  // namespace whittle::test
