// Nobody gets out of the images' folder, by name or by link.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {
namespace fs = std::filesystem;

// The requests of the corpus' TRAVERSAL_REQUESTS.txt, wherever it lies below "hostile".
std::vector<std::string> TraversalRequests() {
  std::vector<std::string> requests;
  for (const auto& entry : fs::recursive_directory_iterator(*CorpusDir() / "hostile")) {
    if (entry.path().filename() != "TRAVERSAL_REQUESTS.txt") continue;
    const Bytes bytes = ReadFile(entry.path());
    std::istringstream lines{std::string(AsText(bytes.view()))};
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && !line.starts_with("# ")) requests.push_back(line);
    }
  }
  return requests;
}

TEST(Traversal, NoRequestOfTheCorpusIsServed) {
  WHITTLE_NEEDS_CORPUS();
  const std::vector<std::string> requests = TraversalRequests();
  ASSERT_GE(requests.size(), 38U);
  TestServer server;
  server.Add("a.png", EncodeJpeg(Photo(20, 20)).view());
  for (const std::string& request : requests) {
    for (const std::string& target : {"/resize/10/10/" + request, "/resize/10/0/a.png/" + request,
                                      request, "/" + request, "/resize/" + request}) {
      const HttpResponse response = server.Get(target);
      EXPECT_TRUE(response.status == 400 || response.status == 403 || response.status == 404)
          << response.status << " " << target;
      EXPECT_LT(response.body.size(), 64U) << target;
      EXPECT_EQ(response.body.find("root"), std::string::npos) << target;
    }
  }
  EXPECT_EQ(server.Metric("whittle_source_bytes_total"), 0);
}

// '#' and '?' are bytes of names, and hide nothing of what stands around them.
TEST(Traversal, NoByteOfANameHidesAWayOut) {
  TestServer server;
  server.Add("a#b/photo.jpg", EncodeJpeg(Photo(20, 20)).view());
  for (const char* path : {"%3f/../../etc/passwd", "%23/%2e%2e/%2e%2e/x", "a%23b/..",
                           "a%23b%2f..%2f..%2fx", "..%23/..", "..%3f%2f..%2f..",
                           "a%23b/%2e/photo.jpg", "a%23b//photo.jpg", "%3f%5c..", "%23%00"}) {
    const HttpResponse response = server.Get(std::string("/resize/10/10/") + path);
    EXPECT_EQ(response.status, 400) << path;
    EXPECT_EQ(response.body, "invalid source path") << path;
  }
  EXPECT_EQ(server.Metric("whittle_reads_total"), 0);
  EXPECT_EQ(server.Get("/resize/10/10/..%23/a").status, 404) << "a folder that is not there";
  EXPECT_EQ(server.Get("/resize/10/10/a%23b/photo.jpg").status, 200);
}

TEST(Traversal, LinksOutOfTheFolderAreNotFollowed) {
  TestServer server;
  const TempDir elsewhere;
  const Bytes photo = EncodeJpeg(Photo(20, 20));
  WriteFile(elsewhere.path() / "secret.jpg", photo.view());
  server.Add("a/photo.jpg", photo.view());
  fs::create_symlink(elsewhere.path() / "secret.jpg", server.images() / "file.jpg");
  fs::create_symlink(elsewhere.path(), server.images() / "folder");
  fs::create_symlink(fs::relative(elsewhere.path() / "secret.jpg", server.images()),
                     server.images() / "relative.jpg");
  fs::create_symlink("/", server.images() / "root");
  fs::create_symlink("loop.jpg", server.images() / "loop.jpg");
  fs::create_symlink("a", server.images() / "inside");
  for (const std::string& path :
       {std::string("file.jpg"), std::string("folder/secret.jpg"), std::string("relative.jpg"),
        "root" + (elsewhere.path() / "secret.jpg").string(), std::string("loop.jpg")}) {
    const HttpResponse response = server.Get("/resize/10/10/" + path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body, "image not found") << path;
  }
  EXPECT_EQ(server.Metric("whittle_source_bytes_total"), 0);
  EXPECT_EQ(server.Get("/resize/10/10/inside/photo.jpg").status, 200) << "links within are fine";
}

}  // namespace
}  // namespace whittle::test
