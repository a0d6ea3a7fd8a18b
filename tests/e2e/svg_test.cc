// SVG over a socket, by the real program, with the setting on and off.
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/process.h"

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
  Process server({"WHITTLE_SVG=1", "WHITTLE_SVG_TIMEOUT=300ms"});
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

}  // namespace
}  // namespace whittle::test
