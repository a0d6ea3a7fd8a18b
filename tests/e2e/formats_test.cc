// Which format a picture is sent as, what its answer says about that, and how parameters are
// refused: through the whole server.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "codec/registry.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {

app::Settings Offering(std::vector<Format> formats) {
  app::Settings settings = PatientSettings();
  settings.image.auto_format = std::move(formats);
  return settings;
}

Bytes PhotoJpeg() { return EncodeJpeg(Photo(60, 40)); }

TEST(Formats, ExplicitJpegIsWhatTheSourceGivesAnyway) {
  TestServer server;
  server.Add("photo.jpg", PhotoJpeg().view());
  HttpClient client = server.Connect();
  const HttpResponse plain = client.Get("/resize/30/0/photo.jpg");
  ASSERT_EQ(plain.status, 200);
  EXPECT_EQ(plain.Field("Content-Type"), "image/jpeg");
  for (const char* target :
       {"/resize/30/0/photo.jpg@jpg", "/resize/30/0/photo.jpg@jpeg", "/resize/30/0/photo.jpg%40jpg",
        "/resize/30/0/photo.jpg?f=jpg", "/resize/0/0/photo.jpg@jpg?format=jpeg&w=30"}) {
    const HttpResponse response = client.Get(target);
    EXPECT_EQ(response.status, 200) << target << ": " << response.body;
    EXPECT_EQ(response.Field("Content-Type"), "image/jpeg") << target;
    EXPECT_EQ(response.body, plain.body) << target;
  }
}

TEST(Formats, VaryIsSaidExactlyWhenAcceptIsListenedTo) {
  for (const bool listens : {false, true}) {
    TestServer server(
        Offering(listens ? std::vector{Format::kAvif, Format::kWebp} : std::vector<Format>{}));
    server.Add("photo.jpg", PhotoJpeg().view());
    HttpClient client = server.Connect();
    const std::string expected = listens ? "Accept" : "(none)";
    for (const char* target : {"/resize/30/0/photo.jpg", "/resize/30/0/photo.jpg@jpg"}) {
      const HttpResponse first = client.Get(target);
      ASSERT_EQ(first.status, 200) << first.body;
      EXPECT_EQ(first.Field("Vary"), expected) << target;
      const HttpResponse kept = client.Get(target);
      EXPECT_EQ(kept.Field("Vary"), expected) << target;
      const HttpResponse unchanged =
          client.Get(target, "If-None-Match: " + first.Field("ETag") + "\r\n");
      EXPECT_EQ(unchanged.status, 304);
      EXPECT_EQ(unchanged.Field("Vary"), expected) << target;
    }
    for (const char* other : {"/health", "/resize/0/0/photo.jpg", "/resize/1/1/missing.jpg"}) {
      EXPECT_EQ(client.Get(other).Field("Vary"), "(none)") << other;
    }
  }
}

TEST(Formats, ClientsThatTakeTheSameShareOneResult) {
  TestServer server(Offering({Format::kJpeg}));
  server.Add("photo.jpg", PhotoJpeg().view());
  HttpClient client = server.Connect();
  const auto tag = [&](const std::string& accept) {
    const HttpResponse response =
        client.Get("/resize/30/0/photo.jpg", "Accept: " + accept + "\r\n");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.Field("Content-Type"), "image/jpeg");
    return response.Field("ETag");
  };
  EXPECT_EQ(tag("image/jpeg"), tag("text/html, image/jpeg;q=0.5, */*"));
  EXPECT_EQ(tag("*/*"), tag("image/jpeg;q=0"));
  EXPECT_EQ(server.Metric("whittle_decodes_total"), 2) << "one with the offer, one without";
}

TEST(Formats, AutoQualityIsAnotherResultThanNone) {
  TestServer server;
  server.Add("noise.jpg", EncodeJpeg(Noise(120, 80), {.quality = 98}).view());
  HttpClient client = server.Connect();
  const HttpResponse plain = client.Get("/resize/100/0/noise.jpg");
  const HttpResponse chosen = client.Get("/resize/100/0/noise.jpg?q=auto");
  ASSERT_EQ(chosen.status, 200) << chosen.body;
  EXPECT_EQ(chosen.Field("Content-Type"), "image/jpeg");
  EXPECT_NE(chosen.Field("ETag"), plain.Field("ETag"));
  EXPECT_NE(chosen.body, plain.body);
  EXPECT_EQ(client.Get("/resize/100/0/noise.jpg?quality=auto").body, chosen.body);

  app::Settings settings = PatientSettings();
  settings.image.auto_quality_target = 50;
  TestServer frugal(settings);
  frugal.Add("noise.jpg", EncodeJpeg(Noise(120, 80), {.quality = 98}).view());
  const HttpResponse less = frugal.Connect().Get("/resize/100/0/noise.jpg?q=auto");
  EXPECT_NE(less.Field("ETag"), chosen.Field("ETag"));
  EXPECT_LT(less.body.size(), chosen.body.size());
}

TEST(Formats, AFormatThatTheBuildLacksIsRefusedAndNotOffered) {
  for (const std::string_view word : kFormatWords) {
    const codec::Codec* const codec = codec::ByName(word);
    if (codec != nullptr && codec->create != nullptr) continue;
    TestServer server(Offering({*transform::FormatNamed(word)}));
    server.Add("photo.jpg", PhotoJpeg().view());
    const std::string says = std::string(word) + " output is not enabled in this build";
    for (const std::string& target : {"/resize/30/0/photo.jpg@" + std::string(word),
                                      "/resize/30/0/photo.jpg?format=" + std::string(word)}) {
      const HttpResponse response = server.Get(target);
      EXPECT_EQ(response.status, 400) << target;
      EXPECT_EQ(response.body, says);
    }
    const auto mime = std::string(MimeOf(*transform::FormatNamed(word)));
    const HttpResponse response = server.Get("/resize/30/0/photo.jpg", "Accept: " + mime + "\r\n");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.Field("Content-Type"), "image/jpeg");
    EXPECT_EQ(response.Field("Vary"), "Accept");
  }
}

TEST(Formats, NamesWithAnAtThatIsNoFormatAreNames) {
  TestServer server;
  server.Add("photo@2x.jpg", PhotoJpeg().view());
  server.Add("dir@jpg/photo.jpg", PhotoJpeg().view());
  HttpClient client = server.Connect();
  EXPECT_EQ(client.Get("/resize/30/0/photo@2x.jpg").status, 200);
  EXPECT_EQ(client.Get("/resize/30/0/photo@2x.jpg@jpg").status, 200);
  EXPECT_EQ(client.Get("/resize/30/0/dir@jpg/photo.jpg").status, 200);
  EXPECT_EQ(client.Get("/resize/30/0/photo@2x.jpg@bogus").status, 404);
  EXPECT_EQ(client.Get("/resize/30/0/..@jpg").body, "invalid source path");
}

TEST(Parameters, AreRefusedByName) {
  TestServer server;
  server.Add("photo.jpg", PhotoJpeg().view());
  HttpClient client = server.Connect();
  for (const auto& [query, text] :
       {std::pair<std::string, std::string>{"v=2", "unknown parameter: v"},
        {"%3Cscript%3E", "unknown parameter: <script>"},
        {"a%0d%0ab=1", "unknown parameter: a??b"},
        {"q=0", "invalid quality"},
        {"w=30", "invalid width"},
        {"fit=crop", "invalid fit"},
        {"dpr=10&fit=cover&fit=cover", "repeated fit"},
        {"focal=2,2", "invalid focal"},
        {"f=png", "invalid format"}}) {
    const HttpResponse response = client.Get("/resize/30/0/photo.jpg@jpg?" + query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_EQ(response.body, text);
    EXPECT_EQ(response.Field("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(response.Field("Cache-Control"), "no-store");
  }
  EXPECT_EQ(client.Get("/health?v=2").status, 200) << "pages take no parameters";
}

TEST(Parameters, ThatSayTheSameShareOneResult) {
  TestServer server;
  server.Add("photo.jpg", PhotoJpeg().view());
  HttpClient client = server.Connect();
  const HttpResponse plain = client.Get("/resize/30/20/photo.jpg");
  ASSERT_EQ(plain.status, 200);
  for (const char* query : {"", "fit=inside&position=top&hue=360", "&&",
                            "flip=0&anim=1&keep=none&rotate=0&background=transparent"}) {
    const HttpResponse same = client.Get("/resize/30/20/photo.jpg?" + std::string(query));
    EXPECT_EQ(same.Field("ETag"), plain.Field("ETag")) << query;
  }
  // WebP and AVIF have qualities of their own where none is named, so the format must be known.
  EXPECT_EQ(client.Get("/resize/30/20/photo.jpg@jpeg?quality=80.001").Field("ETag"),
            client.Get("/resize/30/20/photo.jpg@jpg").Field("ETag"));
  EXPECT_EQ(client.Get("/resize/30/20/photo.jpg?f=webp&q=69").Field("ETag"),
            client.Get("/resize/30/20/photo.jpg@webp").Field("ETag"));
  EXPECT_NE(client.Get("/resize/30/20/photo.jpg?q=79").Field("ETag"), plain.Field("ETag"));
  EXPECT_EQ(client.Get("/resize/15/10/photo.jpg?dpr=2").Field("ETag"), plain.Field("ETag"));
}

}  // namespace
}  // namespace whittle::test
