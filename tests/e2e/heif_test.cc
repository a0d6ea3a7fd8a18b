// HEIC over a socket, by the real program: who decodes it, and that nothing of that is left.
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/codec/heif_files.h"
#include "tests/e2e/process.h"
#include "tests/support/processes.h"

namespace whittle::test {
namespace {

TEST(Heif, IsDecodedInAProcessOfItsOwn) {
  Process server;
  server.Add("a.heic", codec::MadeHeic(1, 13).view());
  server.Add("cut.heic", codec::MadeHeic(1, 13).view().first(380));
  EXPECT_TRUE(ChildrenOf(server.process()).empty()) << "nothing before there is need";
  HttpClient client = server.Connect();
  const HttpResponse first = client.Get("/resize/32/0/a.heic");
  EXPECT_EQ(first.status, 200) << first.body;
  const pid_t fork_server = ForkServerOf(server.process());
  EXPECT_GT(fork_server, 1);
  EXPECT_EQ(client.Get("/resize/32/0/cut.heic").status, 422);
  EXPECT_EQ(client.Get("/resize/31/0/a.heic").status, 200);
  EXPECT_EQ(ForkServerOf(server.process()), fork_server);
  EXPECT_NE(client.Get("/healthz").body.find("\"heif\""), std::string::npos);
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait(), 0);
  EXPECT_TRUE(Ends(fork_server));
}

TEST(Heif, IsDecodedByAThreadToTheSamePicture) {
  std::vector<std::string> bodies;
  for (const char* where : {"process", "thread"}) {
    Process server({"WHITTLE_HEIF=" + std::string(where)});
    server.Add("a.heic", codec::MadeHeic(9, 16).view());
    const HttpResponse response = server.Connect().Get("/resize/32/0/a.heic");
    EXPECT_EQ(response.status, 200) << response.body;
    bodies.push_back(response.body + std::string(response.Field("ETag")));
    EXPECT_EQ(ChildrenOf(server.process()).empty(), std::string(where) == "thread");
  }
  EXPECT_EQ(bodies.at(0), bodies.at(1));
}

TEST(Heif, IsRefusedWhenItIsOff) {
  Process server({"WHITTLE_HEIF=off"});
  server.Add("a.heic", codec::MadeHeic(1, 13).view());
  HttpClient client = server.Connect();
  EXPECT_EQ(client.Get("/resize/32/0/a.heic").status, 415);
  EXPECT_EQ(client.Get("/healthz").body.find("\"heif\""), std::string::npos);
}

TEST(Heif, OfAForkServerThatIsStoppedIs503AndTheNextServed) {
  Process server({"WHITTLE_WORKERS=1", "WHITTLE_CACHE_BYTES=0"});
  server.Add("a.heic", codec::MadeHeic(1, 13).view());
  HttpClient client = server.Connect();
  EXPECT_EQ(client.Get("/resize/32/0/a.heic").status, 200);
  kill(ForkServerOf(server.process()), SIGSTOP);
  EXPECT_EQ(client.Get("/resize/30/0/a.heic").status, 503);
  EXPECT_EQ(client.Get("/resize/30/0/a.heic").status, 200);
}

}  // namespace
}  // namespace whittle::test
