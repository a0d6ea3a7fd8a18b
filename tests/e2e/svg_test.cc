// SVG over a socket, by the real program, with the setting on and off.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/process.h"
#include "tests/support/pictures.h"
#include "tests/support/processes.h"

namespace whittle::test {
namespace {

const std::string kDocument =
    "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'>"
    "<rect width='20' height='10' fill='red'/></svg>";

TEST(Svg, IsOffByDefault) {
  Process server;
  server.Add("a.svg", AsBytes(kDocument));
  HttpClient client = server.Connect();
  EXPECT_EQ(client.Get("/resize/40/0/a.svg").status, 415);
  EXPECT_EQ(client.Get("/healthz").body.find("\"svg\""), std::string::npos);
}

TEST(Svg, IsAnsweredAsAPictureWithTransparency) {
  Process server({"WHITTLE_SVG=1"});
  server.Add("a.svg", AsBytes(kDocument));
  server.Add("b.jpg", AsBytes(kDocument));
  HttpClient client = server.Connect();
  for (const char* target : {"/resize/40/0/a.svg", "/resize/40/0/b.jpg"}) {
    const HttpResponse response = client.Get(target);
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_TRUE(response.Field("Content-Type") == "image/webp" ||
                response.Field("Content-Type") == "image/png");
  }
  EXPECT_NE(client.Get("/healthz").body.find("\"svg\""), std::string::npos);
}

TEST(Svg, ThatTakesTooLongIsRefusedAndTheNextServed) {
  // Of which the next one, on a machine that is busy, needs little.
  Process server({"WHITTLE_SVG=1", "WHITTLE_SVG_TIMEOUT=1500ms"});
  std::string uses =
      "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><defs>"
      "<rect id='u0' width='9' height='9'/>";
  for (int i = 1; i < 40; ++i) {
    const std::string use = "<use href='#u" + std::to_string(i - 1) + "'/>";
    uses += "<g id='u" + std::to_string(i) + "'>" + use + use + use + "</g>";
  }
  server.Add("slow.svg", AsBytes(uses + "</defs><use href='#u39'/></svg>"));
  server.Add("a.svg", AsBytes(kDocument));
  HttpClient client = server.Connect();
  const HttpResponse slow = client.Get("/resize/9/0/slow.svg");
  EXPECT_EQ(slow.status, 422);
  EXPECT_EQ(slow.body, "image takes too long to decode");
  EXPECT_EQ(client.Get("/resize/40/0/a.svg").status, 200);
}

// A fork server that hangs holds a worker thread for a moment, not for as long as a picture may
// take, and is replaced: 503, not 422 for ever.
TEST(Svg, WaitsNotForAForkServerThatIsStopped) {
  Process server({"WHITTLE_SVG=1", "WHITTLE_SVG_TIMEOUT=600s", "WHITTLE_DECODE_DEADLINE=600s",
                  "WHITTLE_WORKERS=1"});
  server.Add("a.svg", AsBytes(kDocument));
  server.Add("b.jpg", EncodeJpeg(Blank(40, 20, 3)).view());
  const pid_t fork_server = ForkServerOf(server.process());
  ASSERT_GT(fork_server, 1);
  kill(fork_server, SIGSTOP);
  HttpClient client = server.Connect();
  const HttpResponse first = client.Get("/resize/40/0/a.svg");
  EXPECT_EQ(first.status, 503) << first.body;
  EXPECT_FALSE(first.Field("Retry-After").empty());
  EXPECT_EQ(client.Get("/resize/40/0/b.jpg").status, 200);
  EXPECT_EQ(client.Get("/resize/40/0/a.svg").status, 200);
}

TEST(Svg, LeavesNoProcessBehind) {
  Process server({"WHITTLE_SVG=1"});
  server.Add("a.svg", AsBytes(kDocument));
  const std::vector<pid_t> started = ChildrenOf(server.process(), 1);
  ASSERT_EQ(started.size(), 1U);
  const pid_t fork_server = ForkServerOf(server.process());
  EXPECT_EQ(server.Connect().Get("/resize/40/0/a.svg").status, 200);
  server.Signal(SIGKILL);  // nothing is tidied up
  server.Wait();
  EXPECT_TRUE(Ends(started.front()));
  EXPECT_TRUE(Ends(fork_server));
}

}  // namespace
}  // namespace whittle::test
