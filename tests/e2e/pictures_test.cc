// What a client gets for a picture's URL: pixels, header fields, errors.
#include "tests/support/pictures.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <regex>

#include "tests/support/server.h"
#include "tests/support/slow_jpeg.h"

namespace whittle::test {
namespace {
namespace fs = std::filesystem;

Bytes PhotoJpeg(int width, int height) { return EncodeJpeg(Photo(width, height)); }

std::string SizeOf(const HttpResponse& response) {
  const Picture picture = DecodeJpeg(AsBytes(response.body));
  return std::to_string(picture.width) + "x" + std::to_string(picture.height);
}

TEST(Pictures, FitTheBoxAndKeepTheirAspect) {
  TestServer server;
  server.Add("wide.jpg", PhotoJpeg(300, 200).view());
  server.Add("tall.jpg", PhotoJpeg(20, 400).view());
  const std::map<std::string, std::string> sizes = {
      {"/resize/150/150/wide.jpg", "150x100"}, {"/resize/150/50/wide.jpg", "75x50"},
      {"/resize/30/0/wide.jpg", "30x20"},      {"/resize/0/20/wide.jpg", "30x20"},
      {"/resize/300/200/wide.jpg", "300x200"}, {"/resize/8192/8192/wide.jpg", "300x200"},
      {"/resize/1/0/tall.jpg", "1x20"},        {"/resize/0/10/tall.jpg", "1x10"},
      {"/resize/0/1/tall.jpg", "1x1"},         {"/resize/8192/0/tall.jpg", "20x400"},
  };
  HttpClient client = server.Connect();
  for (const auto& [target, size] : sizes) {
    const HttpResponse response = client.Get(target);
    ASSERT_EQ(response.status, 200) << target << ": " << response.body;
    EXPECT_EQ(SizeOf(response), size) << target;
  }
}

TEST(Pictures, AreFoundByDecodedNestedPaths) {
  TestServer server;
  for (const char* name : {"a/b/c.jpg", "a b.jpg", "gr\xC3\xBCn.jpg", "100%.jpg", "my..file.jpg",
                           "...jpg", "ver@2/photo.jpg", "%41.jpg", "a+b.jpg", "a;b,c=d&e.jpg",
                           "ha#sh.jpg", "q?mark.jpg", "?/#.jpg"}) {
    server.Add(name, PhotoJpeg(16, 16).view());
  }
  HttpClient client = server.Connect();
  for (const char* path :
       {"a/b/c.jpg", "a%2Fb%2fc.jpg", "%61/b/c.jpg", "a%20b.jpg", "gr%C3%BCn.jpg", "100%25.jpg",
        "my..file.jpg", "...jpg", "ver@2/photo.jpg", "%2541.jpg", "a+b.jpg", "a;b,c=d&e.jpg",
        "a/b/c.jpg?", "a/b/c.jpg?q=80", "ha%23sh.jpg", "q%3Fmark.jpg", "q%3fmark.jpg?q=80",
        "%3F/%23.jpg"}) {
    EXPECT_EQ(client.Get("/resize/8/8/" + std::string(path)).status, 200) << path;
  }
  // Decoding happens once: %2541 is the name "%41", and "A" does not exist.
  EXPECT_EQ(client.Get("/resize/8/8/%41.jpg").status, 404);
}

TEST(Pictures, CarryEveryHeaderField) {
  TestServer server;
  server.Add("photo.jpg", PhotoJpeg(300, 200).view());
  fs::last_write_time(server.images() / "photo.jpg",
                      fs::file_time_type::clock::from_sys(
                          std::chrono::sys_seconds(std::chrono::seconds(784111777))));
  const HttpResponse response = server.Get("/resize/30/0/photo.jpg");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Field("Content-Type"), "image/jpeg");
  EXPECT_EQ(response.Field("Content-Length"), std::to_string(response.body.size()));
  EXPECT_EQ(response.Field("Cache-Control"), "public, max-age=31536000");
  EXPECT_EQ(response.Field("Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(response.Field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(response.Field("Connection"), "keep-alive");
  EXPECT_TRUE(std::regex_match(response.Field("ETag"), std::regex("\"[0-9a-f]{16,}\"")))
      << response.Field("ETag");
  EXPECT_TRUE(std::regex_match(response.Field("X-Request-Id"), std::regex("[0-9a-f]{16}")));
  EXPECT_TRUE(std::regex_match(
      response.Field("Date"),
      std::regex("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT")));
  const std::string timing = response.Field("Server-Timing");
  for (const char* stage : {"queue", "read", "decode", "resize", "encode"}) {
    EXPECT_TRUE(std::regex_search(
        timing, std::regex(stage + std::string(";desc=\"[a-z ]+\";dur=\\d+\\.\\d\\d"))))
        << stage << " in " << timing;
  }
}

TEST(Pictures, AnswersNameTheClientsRequest) {
  TestServer server;
  EXPECT_EQ(server.Get("/health", "X-Request-Id: from-edge.1\r\n").Field("X-Request-Id"),
            "from-edge.1");
  EXPECT_NE(server.Get("/health", "X-Request-Id: a b\r\n").Field("X-Request-Id"), "a b");
  HttpClient client = server.Connect();
  EXPECT_NE(client.Get("/health").Field("X-Request-Id"),
            client.Get("/health").Field("X-Request-Id"));
}

TEST(Pictures, HeadSaysWhatGetSaysWithoutTheBody) {
  TestServer server;
  server.Add("photo.jpg", PhotoJpeg(300, 200).view());
  HttpClient client = server.Connect();
  for (const char* target : {"/resize/30/0/photo.jpg", "/resize/0/0/photo.jpg", "/health",
                             "/resize/30/0/missing.jpg", "/nothing"}) {
    const HttpResponse head = client.Head(target);
    const HttpResponse get = client.Get(target);
    EXPECT_EQ(head.status, get.status) << target;
    EXPECT_EQ(head.body, "");
    ASSERT_EQ(head.fields.size(), get.fields.size()) << target;
    for (const auto& [name, value] : get.fields) {
      const bool differs = name == "X-Request-Id" || name == "Server-Timing" || name == "Date";
      if (!differs) EXPECT_EQ(head.Field(name), value) << target << " " << name;
    }
  }
}

TEST(Pictures, HaveTheSameTagAndBytesOnEveryServer) {
  app::Settings settings = PatientSettings();
  settings.service.cache_fresh = std::chrono::seconds(0);
  TestServer one(settings);
  TestServer other(settings);
  const Bytes photo = PhotoJpeg(300, 200);
  one.Add("a.jpg", photo.view());
  other.Add("deep/b.jpg", photo.view());
  fs::last_write_time(other.images() / "deep/b.jpg",
                      fs::file_time_type::clock::from_sys(std::chrono::sys_seconds()));
  const HttpResponse a = one.Get("/resize/30/0/a.jpg");
  const HttpResponse b = other.Get("/resize/30/0/deep/b.jpg");
  EXPECT_EQ(a.Field("ETag"), b.Field("ETag"));
  EXPECT_EQ(a.body, b.body);
  EXPECT_NE(a.Field("Last-Modified"), b.Field("Last-Modified"));
  EXPECT_NE(one.Get("/resize/31/0/a.jpg").Field("ETag"), a.Field("ETag"));
  one.Add("a.jpg", PhotoJpeg(301, 200).view());
  EXPECT_NE(one.Get("/resize/30/0/a.jpg").Field("ETag"), a.Field("ETag"));
}

TEST(Pictures, AreNotSentAgainToWhoHasThem) {
  TestServer server;
  server.Add("photo.jpg", PhotoJpeg(300, 200).view());
  const std::string target = "/resize/30/0/photo.jpg";
  HttpClient client = server.Connect();
  const HttpResponse full = client.Get(target);
  const std::string tag = full.Field("ETag");
  const double decodes = server.Metric("whittle_decodes_total");
  const std::string since = "If-Modified-Since: " + full.Field("Last-Modified") + "\r\n";
  for (const std::string& fields :
       {"If-None-Match: " + tag + "\r\n", "If-None-Match: W/" + tag + "\r\n",
        std::string("If-None-Match: *\r\n"), "If-None-Match: \"x\", " + tag + "\r\n",
        "If-None-Match: \"x\"\r\nIf-None-Match: " + tag + "\r\n", since,
        "If-None-Match: " + tag + "\r\nIf-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n"}) {
    for (const bool head : {false, true}) {
      const HttpResponse response = head ? client.Head(target, fields) : client.Get(target, fields);
      EXPECT_EQ(response.status, 304) << fields;
      EXPECT_EQ(response.Field("ETag"), tag);
      EXPECT_EQ(response.Field("Cache-Control"), full.Field("Cache-Control"));
      EXPECT_EQ(response.Field("Last-Modified"), full.Field("Last-Modified"));
    }
  }
  EXPECT_EQ(server.Metric("whittle_decodes_total"), decodes) << "decided before any decode";
  for (const std::string& fields :
       {std::string("If-None-Match: \"x\"\r\n"), "If-None-Match: \"x\"\r\n" + since,
        std::string("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
        std::string("If-Modified-Since: then\r\n")}) {
    const HttpResponse response = client.Get(target, fields);
    EXPECT_EQ(response.status, 200) << fields;
    EXPECT_EQ(response.body, full.body);
  }
}

// Conditions that name no bytes once said "not modified" of a file that is no picture at all.
TEST(Pictures, WhatIsNoPictureIsAnErrorWhateverTheConditions) {
  TestServer server;
  server.Add("text.jpg", AsBytes("this is not a picture, whatever it is called"));
  server.Add("photo.jpg", PhotoJpeg(300, 200).view());
  HttpClient client = server.Connect();
  for (const auto& [fields, target] :
       {std::pair("If-None-Match: *\r\n", "/resize/31/0/photo.jpg"),
        std::pair("If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n",
                  "/resize/32/0/photo.jpg")}) {
    for (int again = 0; again < 2; ++again) {
      const HttpResponse response = client.Get("/resize/30/0/text.jpg", fields);
      EXPECT_EQ(response.status, 415) << fields;
      EXPECT_EQ(response.body, "unsupported image format");
      EXPECT_EQ(client.Head("/resize/30/0/text.jpg", fields).status, 415) << fields;
    }
    // A picture that nobody has made is made to see that there is one.
    EXPECT_EQ(client.Head(target, fields).status, 304) << fields;
    EXPECT_EQ(client.Get(target).status, 200);
  }
  EXPECT_EQ(server.Metric("whittle_encodes_total"), 2);
}

// An upload under way, or one that broke off.
TEST(Pictures, OfTruncatedFilesAreShownWithAWarningAndForAShortTime) {
  app::Settings settings = PatientSettings();
  settings.service.cache_bytes = 0;
  settings.http.truncated_max_age = std::chrono::milliseconds(7999);
  TestServer server(settings);
  const Bytes photo = PhotoJpeg(300, 200);
  server.Add("cut.jpg", photo.view().first(photo.size() / 2));
  server.Add("photo.jpg", photo.view());
  HttpClient client = server.Connect();
  const std::string target = "/resize/30/0/cut.jpg";
  const HttpResponse shown = client.Get(target);
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(SizeOf(shown), "30x20");
  const std::string tag = shown.Field("ETag");
  EXPECT_TRUE(tag.ends_with("-t\"")) << tag;
  EXPECT_EQ(shown.Field("X-Whittle-Warning"), "truncated");
  EXPECT_EQ(shown.Field("Cache-Control"), "public, max-age=7");
  EXPECT_EQ(shown.Field("Last-Modified"), "(none)");
  EXPECT_EQ(client.Get(target).body, shown.body) << "the same file, the same bytes";
  const std::string ever = "If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n";
  EXPECT_EQ(client.Get(target, ever).status, 200) << "no date is one of half a picture";
  const double decodes = server.Metric("whittle_decodes_total");
  for (const bool head : {false, true}) {
    const std::string fields = "If-None-Match: " + tag + "\r\n";
    const HttpResponse same = head ? client.Head(target, fields) : client.Get(target, fields);
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.Field("ETag"), tag);
    EXPECT_EQ(same.Field("X-Whittle-Warning"), "truncated");
    EXPECT_EQ(same.Field("Cache-Control"), "public, max-age=7");
  }
  EXPECT_EQ(server.Metric("whittle_decodes_total"), decodes) << "told without decoding";
  EXPECT_EQ(client.Head(target).Field("X-Whittle-Warning"), "truncated");
  const HttpResponse failed = client.Get(target + "?truncated=fail");
  EXPECT_EQ(failed.status, 422);
  EXPECT_EQ(failed.Field("Cache-Control"), "no-store");
  const HttpResponse whole = client.Get("/resize/30/0/photo.jpg");
  EXPECT_EQ(whole.Field("X-Whittle-Warning"), "(none)");
  EXPECT_EQ(whole.Field("Cache-Control"), "public, max-age=31536000");
  // Once the rest of the file is there, whoever asks by the old name gets the picture.
  server.Add("cut.jpg", photo.view());
  const HttpResponse finished = client.Get(target, "If-None-Match: " + tag + "\r\n");
  EXPECT_EQ(finished.status, 200);
  EXPECT_EQ(finished.Field("X-Whittle-Warning"), "(none)");
}

TEST(Pictures, OfTruncatedFilesFailWhereTheSettingsSaySo) {
  app::Settings settings = PatientSettings();
  settings.image.truncated = false;
  TestServer server(settings);
  const Bytes photo = PhotoJpeg(300, 200);
  server.Add("cut.jpg", photo.view().first(photo.size() / 2));
  EXPECT_EQ(server.Get("/resize/30/0/cut.jpg").status, 422);
  EXPECT_EQ(server.Get("/resize/30/0/cut.jpg?truncated=show").status, 200);
}

TEST(Pictures, ErrorsAreExactAndNotCached) {
  app::Settings settings = PatientSettings();
  settings.source.max_source_bytes = 100'000;
  settings.image.max_source_pixels = 300 * 200;
  TestServer server(settings);
  const Bytes photo = PhotoJpeg(300, 200);
  server.Add("photo.jpg", photo.view());
  server.Add("header.jpg", photo.view().first(100));
  server.Add("empty.jpg", {});
  server.Add("text.jpg", AsBytes("this is not a picture, whatever it is called"));
  server.Add("picture.bmp", AsBytes("BM a bitmap, which nobody reads"));
  server.Add("many-pixels.jpg", FlatJpeg(304, 208).view());
  server.Add("many-bytes.jpg", Bytes(100'001).view());
  server.Add("folder/photo.jpg", photo.view());
  mkfifo((server.images() / "fifo.jpg").c_str(), 0600);

  const std::string dimensions = "invalid dimensions";
  const std::string path = "invalid source path";
  const std::string large = "source image exceeds the configured size limit";
  struct Case {
    std::string target;
    int status;
    std::string body;
  };
  const Case cases[] = {
      {"/resize/0/0/photo.jpg", 400, dimensions},
      {"/resize/8193/10/photo.jpg", 400, dimensions},
      {"/resize/10/8193/photo.jpg", 400, dimensions},
      {"/resize/-1/10/photo.jpg", 400, dimensions},
      {"/resize/+1/10/photo.jpg", 400, dimensions},
      {"/resize/1.5/10/photo.jpg", 400, dimensions},
      {"/resize/a/10/photo.jpg", 400, dimensions},
      {"/resize//10/photo.jpg", 400, dimensions},
      {"/resize/99999999999999999999/10/photo.jpg", 400, dimensions},
      {"/resize/0x10/10/photo.jpg", 400, dimensions},
      {"/resize/10/10/../photo.jpg", 400, path},
      {"/resize/10/10/folder/./photo.jpg", 400, path},
      {"/resize/10/10//photo.jpg", 400, path},
      {"/resize/10/10/folder//photo.jpg", 400, path},
      {"/resize/10/10/folder/", 400, path},
      {"/resize/10/10/%2e%2e/photo.jpg", 400, path},
      {"/resize/10/10/photo.jpg%00", 400, path},
      {"/resize/10/10/a%5Cb.jpg", 400, path},
      {"/resize/10/10/a%3Fb.jpg", 404, "image not found"},
      {"/resize/10/10/a%23b.jpg", 404, "image not found"},
      {"/resize/10/10/a%0D%0Ab.jpg", 400, path},
      {"/resize/10/10/a%7Fb.jpg", 400, path},
      {"/resize/10/10/%c0%ae", 400, path},
      {"/resize/10/10/%", 400, path},
      {"/resize/10/10/%4", 400, path},
      {"/resize/10/10/%zz", 400, path},
      {"/resize/10/10/missing.jpg", 404, "image not found"},
      {"/resize/10/10/photo.jpg/below", 404, "image not found"},
      {"/resize/10/10/" + std::string(300, 'a'), 404, "image not found"},
      {"/resize/10/10/folder", 500, "source could not be read"},
      {"/resize/10/10/fifo.jpg", 500, "source could not be read"},
      {"/resize/10/10/many-bytes.jpg", 413, large},
      {"/resize/10/10/many-pixels.jpg", 413, large},
      {"/resize/10/10/text.jpg", 415, "unsupported image format"},
      {"/resize/10/10/picture.bmp", 415, "unsupported image format"},
      {"/resize/10/10/empty.jpg", 415, "unsupported image format"},
      {"/resize/10/10/header.jpg", 422, "image could not be decoded"},
      {"/", 404, "not found"},
      {"/resize", 404, "not found"},
      {"/resize/", 404, "not found"},
      {"/resize/10/10", 404, "not found"},
      {"/resize/10/10/", 404, "not found"},
      {"/Resize/10/10/photo.jpg", 404, "not found"},
      {"/health/", 404, "not found"},
      {"/photo.jpg", 404, "not found"},
  };
  HttpClient client = server.Connect();
  for (const Case& each : cases) {
    const HttpResponse response = client.Get(each.target);
    EXPECT_EQ(response.status, each.status) << each.target;
    EXPECT_EQ(response.body, each.body) << each.target;
    EXPECT_EQ(response.Field("Content-Type"), "text/plain; charset=utf-8") << each.target;
    EXPECT_EQ(response.Field("X-Content-Type-Options"), "nosniff") << each.target;
    EXPECT_EQ(response.Field("Cache-Control"),
              each.status == 404 ? "public, max-age=10" : "no-store")
        << each.target;
    EXPECT_EQ(response.Field("ETag"), "(none)") << each.target;
  }
  EXPECT_EQ(client.Get("/resize/10/10/photo.jpg").status, 200) << "and none of it hurt";
}

TEST(Pictures, FilesThatMayNotBeReadAreAServersFault) {
  if (geteuid() == 0) GTEST_SKIP() << "LEFT OUT: root may read everything";
  TestServer server;
  server.Add("photo.jpg", PhotoJpeg(16, 16).view());
  fs::permissions(server.images() / "photo.jpg", fs::perms::none);
  const HttpResponse response = server.Get("/resize/10/10/photo.jpg");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "source could not be read");
}

TEST(Pictures, TooManyBytesAreRefusedBeforeDecoding) {
  app::Settings settings = PatientSettings();
  settings.source.max_source_bytes = 1000;
  TestServer server(settings);
  server.Add("photo.jpg", PhotoJpeg(300, 200).view());
  EXPECT_EQ(server.Get("/resize/10/10/photo.jpg").status, 413);
  EXPECT_EQ(server.Metric("whittle_decodes_total"), 0);
  EXPECT_EQ(server.Metric("whittle_source_bytes_total"), 0);
}

// What `ask` is answered with once the CPU's deadline is over and not the clock's, which ends a job
// on a machine that is busy with other things: that is the server's fault, and `ask` is called
// again, with how often it has been, for a request that is not remembered.
HttpResponse JudgedByItsCpu(const std::function<HttpResponse(int)>& ask) {
  HttpResponse response = ask(0);
  for (int again = 1; response.body == "server is busy, try again" && again < 50; ++again) {
    EXPECT_EQ(response.status, 503);
    response = ask(again);
  }
  return response;
}

TEST(Pictures, SlowOnesAreGivenUp) {
  app::Settings settings = PatientSettings();
  settings.service.decode_deadline = std::chrono::milliseconds(100);
  settings.image.preset = Preset::kFast;
  TestServer server(settings);
  // Arithmetic-coded noise: nearly all of the time goes into its entropy decoder, on any machine.
  server.Add("slow.jpg", EncodeJpeg(Noise(2400, 2400), {.arithmetic = true}).view());
  const HttpResponse response = JudgedByItsCpu(
      [&](int again) { return server.Get(fmt::format("/resize/{}/0/slow.jpg", 100 + again)); });
  EXPECT_EQ(response.status, 422) << "the picture is at fault";
  EXPECT_EQ(response.body, "image takes too long to decode");
  server.Add("photo.jpg", EncodeJpeg(Photo(300, 200)).view());
  const HttpResponse large = JudgedByItsCpu([&](int again) {
    return server.Get(
        fmt::format("/resize/{}/0/photo.jpg?enlarge=1&format=png&effort=10", 4000 + again));
  });
  EXPECT_EQ(large.status, 503) << "the request is: there is an easier one";
  EXPECT_EQ(large.body, "this takes too long to make");
  EXPECT_NE(large.Field("Retry-After"), "(none)");
  EXPECT_EQ(server.Metric("whittle_gate_in_use{gate=\"cpu\"}"), 0);
}

TEST(Methods, OnlyThreeAreTaken) {
  TestServer server;
  server.Add("photo.jpg", PhotoJpeg(16, 16).view());
  HttpClient client = server.Connect();
  const auto ask = [&](const std::string& method, const std::string& target) {
    client.Send(HttpClient::Request(method, target));
    return client.Read();
  };
  for (const char* target : {"/resize/8/8/photo.jpg", "/resize/0/0/photo.jpg", "/health", "/ready",
                             "/metrics", "/resize/8/8/missing.jpg"}) {
    const HttpResponse options = ask("OPTIONS", target);
    EXPECT_EQ(options.status, 204) << target;
    EXPECT_EQ(options.Field("Allow"), "GET, HEAD, OPTIONS");
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "TRACE", "get", "BREW"}) {
      const HttpResponse refused = ask(method, target);
      EXPECT_EQ(refused.status, 405) << method << " " << target;
      EXPECT_EQ(refused.Field("Allow"), "GET, HEAD, OPTIONS");
      EXPECT_EQ(refused.body, "method not allowed");
    }
  }
  EXPECT_EQ(ask("OPTIONS", "*").status, 204);
  EXPECT_EQ(ask("OPTIONS", "/nothing").status, 404);
  EXPECT_EQ(ask("POST", "/nothing").status, 404);
  EXPECT_EQ(server.Metric("whittle_reads_total"), 0);
}

TEST(Pages, HealthAndReadiness) {
  TestServer server;
  EXPECT_EQ(server.Get("/health").status, 200);
  EXPECT_EQ(server.Get("/health").body, "ok");
  EXPECT_EQ(server.Get("/health?why=because").body, "ok");
  EXPECT_EQ(server.Get("/ready").status, 200);
  for (const char* page : {"/health", "/healthz", "/ready", "/metrics"}) {
    EXPECT_EQ(server.Get(page).Field("Cache-Control"), "no-store") << page;
  }
}

TEST(Pages, MetricsCountWhatHappened) {
  TestServer server;
  const Bytes photo = PhotoJpeg(300, 200);
  server.Add("photo.jpg", photo.view());
  HttpClient client = server.Connect();  // one connection: what it was answered is counted
  const std::string body = client.Get("/resize/30/0/photo.jpg").body;
  client.Get("/resize/30/0/photo.jpg", "If-None-Match: *\r\n");
  client.Get("/resize/0/0/photo.jpg");
  client.Get("/resize/30/0/missing.jpg");
  client.Head("/resize/40/0/photo.jpg");
  const HttpResponse metrics = client.Get("/metrics");
  EXPECT_EQ(metrics.Field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const std::map<std::string, double> values = {
      {"whittle_requests_total{format=\"jpeg\",status=\"200\"}", 2},
      {"whittle_requests_total{format=\"none\",status=\"304\"}", 1},
      {"whittle_requests_total{format=\"none\",status=\"400\"}", 1},
      {"whittle_requests_total{format=\"none\",status=\"404\"}", 1},
      {"whittle_reads_total", 3},
      {"whittle_decodes_total", 2},
      {"whittle_encodes_total", 2},
      {"whittle_coalesced_followers_total", 0},
      {"whittle_cache_hits_total", 1},  // the 304
      {"whittle_cache_misses_total", 2},
      {"whittle_source_bytes_total", 2.0 * static_cast<double>(photo.size())},
      {"whittle_connections", 1},
      {"whittle_flights", 0},
      {"whittle_flight_callers", 0},
      {"whittle_gate_in_use{gate=\"cpu\"}", 0},
      {"whittle_gate_capacity{gate=\"cpu\"}", 2},
      {"whittle_gate_capacity{gate=\"fetch\"}", 4},
      {"whittle_stage_duration_seconds_count{stage=\"decode\"}", 2},
      {"whittle_response_bytes_total",
       static_cast<double>(body.size() + sizeof "invalid dimensions" - 1 +
                           sizeof "image not found" - 1)},
  };
  for (const auto& [name, value] : values) EXPECT_EQ(MetricIn(metrics.body, name), value) << name;
}

TEST(Pages, MetricsCanBeHidden) {
  app::Settings settings = PatientSettings();
  settings.observe.metrics = false;
  TestServer server(settings);
  EXPECT_EQ(server.Get("/metrics").status, 404);
}

}  // namespace
}  // namespace whittle::test
