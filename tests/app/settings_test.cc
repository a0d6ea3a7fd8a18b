// Every row of settings.def against what README and the contract of the replaced servers promise.
#include "app/settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "pixel/simd.h"

namespace whittle::app {
namespace {

struct Expectation {
  std::string initial;
  std::string also;
  std::vector<std::string> taken;    // both ends of the range, and spellings
  std::vector<std::string> refused;  // just outside, and nonsense
};

const std::map<std::string, Expectation> kRows = {
    {"http.port", {"8081", "PORT", {"0", "65535"}, {"-1", "65536", "http", "80.0"}}},
    {"http.address",
     {"0.0.0.0", "", {"::", "127.0.0.1", "unix:/run/w"}, {"localhost", "0.0.0.0:80"}}},
    {"http.unix_mode", {"660", "", {"000", "777"}, {"1000", "rw", ""}}},
    {"http.max_connections", {"16384", "", {"1", "1000000"}, {"0", "1000001"}}},
    {"http.max_connections_per_address", {"0", "", {"0", "1000000"}, {"-1", "1000001"}}},
    {"http.max_requests_per_connection", {"1000", "", {"1", "1000000000"}, {"0", "1000000001"}}},
    {"http.header_timeout", {"10s", "", {"1ms", "1h"}, {"0", "3600001ms", "soon"}}},
    {"http.idle_timeout", {"75s", "", {"1ms", "1h"}, {"0", "3600001ms"}}},
    {"http.write_timeout", {"20s", "", {"1ms", "1h"}, {"0", "3600001ms"}}},
    {"http.min_write_rate", {"1KiB", "", {"1", "1GiB"}, {"0", "1073741825", "1KB"}}},
    {"http.answer_timeout", {"20m", "", {"1ms", "24h"}, {"0", "86400001ms"}}},
    {"http.truncated_max_age", {"1m", "", {"0", "999ms", "8760h"}, {"-1", "8761h"}}},
    {"http.drain_delay", {"0s", "", {"0", "1h"}, {"-1", "3600001ms"}}},
    {"http.drain_timeout", {"30s", "", {"0", "1h"}, {"-1", "3600001ms"}}},
    {"source.images_dir", {"./images", "IMAGES_DIR", {"/srv/images"}, {""}}},
    {"http.cache_control",
     {"public, max-age=31536000",
      "",
      {"origin", "no-store", "public, max-age=5, stale-while-revalidate=60"},
      {"", "Origin", "publik", "max-age", "max-age=1d", "public,", "max-age=5\r\nA: b"}}},
    {"service.fetch_slots_per_host", {"0", "", {"0", "1024"}, {"-1", "1025"}}},
    {"source.s3_endpoint",
     {"", "OXIMG_S3_ENDPOINT", {"http://minio:9000"}, {"http://a b", "http://\u00e9"}}},
    {"source.s3_path_style",
     {"auto", "OXIMG_S3_PATH_STYLE", {"auto", "on", "off", "1", "0"}, {"", "yes", "2"}}},
    {"source.gcs_endpoint", {"", "OXIMG_GCS_ENDPOINT", {"https://storage.example"}, {"a b"}}},
    {"source.source",
     {"",
      "OXIMG_SOURCE_BASE_URL",
      {"/srv/images", "https://images.example.com/a", "s3://bucket/a"},
      {std::string("a\0b", 3)}}},
    {"source.allow_urls",
     {"",
      "",
      {"*", "a.example.com, .example.org", "https://example.com:8443/a", "re:https://a/.*"},
      {"ftp://example.com", "re:(", "a b/c?d"}}},
    {"source.fetch_connect_timeout",
     {"2s", "OXIMG_UPSTREAM_CONNECT_TIMEOUT", {"1ms", "1h", "7"}, {"0", "3600001ms"}}},
    {"source.fetch_tls_timeout", {"3s", "", {"1ms", "1h"}, {"0", "3600001ms"}}},
    {"source.fetch_first_byte_timeout",
     {"5s", "OXIMG_UPSTREAM_TIMEOUT", {"1ms", "1h", "7"}, {"0", "3600001ms"}}},
    {"source.fetch_timeout",
     {"10s", "OXIMG_UPSTREAM_TIMEOUT", {"1ms", "1h", "7"}, {"0", "3600001ms"}}},
    {"source.fetch_min_rate", {"1KiB", "", {"0", "1GiB"}, {"-1", "1073741825"}}},
    {"source.fetch_ca_file", {"", "", {"/etc/ca.pem"}, {std::string("a\0b", 3)}}},
    {"source.fetch_proxy", {"", "", {"http://proxy:3128"}, {"proxy:3128"}}},
    {"source.fetch_http2", {"off", "", {"on", "off"}, {"2"}}},
    {"source.user_agent",
     {"whittle",
      "",
      {"a", std::string(256, 'a'), "images/1.0 (+https://example.com)"},
      {"", " ", std::string(257, 'a'), "a\r\nb", "a\x7f", "\u00e9"}}},
    {"source.absent_for", {"1s", "", {"0", "1h"}, {"-1", "3600001ms"}}},
    {"source.max_source_bytes",
     {"64MiB", "OXIMG_MAX_SOURCE_BYTES", {"1", "1099511627776"}, {"0", "1099511627777", "64MB"}}},
    {"source.read_timeout", {"5s", "", {"1ms", "1h"}, {"0", "3600001ms"}}},
    {"source.source_memory", {"0", "", {"0", "1", "1099511627776"}, {"-1", "1025GiB", "8MB"}}},
    {"source.file_threads", {"4", "", {"1", "64"}, {"0", "65"}}},
    {"image.auto_quality_target", {"80", "", {"30", "95", "82.5"}, {"29", "96"}}},
    {"image.webp_quality", {"69", "OXIMG_WEBP_QUALITY", {"1", "100", "82.5"}, {"0", "101"}}},
    {"image.avif_quality", {"48", "OXIMG_AVIF_QUALITY", {"1", "100", "82.5"}, {"0", "101"}}},
    {"image.quality", {"80", "QUALITY", {"1", "100", "82.5"}, {"0", "0.99", "100.01", "nan"}}},
    {"image.preset",
     {"default",
      "PRESET",
      {"default", "fast", "quality", "small", "size", "jpegli"},
      {"Fast", "mozjpeg"}}},
    {"image.auto_format",
     {"off",
      "OXIMG_AUTO_FORMAT",
      {"avif", "avif,webp", "jxl, jpg", "off", ""},
      {"avif,", ",", "avif,avif", "jpeg,jpg", "heif", "auto", "image/avif", "avif webp"}}},
    {"image.background",
     {"ffffff",
      "OXIMG_FLATTEN_BG",
      {"000000", "#fff", "red", "FF8000"},
      {"", "ff", "ffff8", "transparent", "ffffff80", "fff8"}}},
    {"image.truncated", {"show", "", {"show", "fail"}, {"", "on", "Show"}}},
    {"image.max_source_pixels",
     {"64000000", "OXIMG_MAX_SRC_PIXELS", {"1", "1000000000000"}, {"0", "1000000000001", "64M"}}},
    {"image.max_working_bytes", {"512MiB", "", {"1MiB", "1099511627776"}, {"1048575", "1025GiB"}}},
    {"image.simd", {"auto", "", {"auto", pixel::SimdTargets().back()}, {"avx9", ""}}},
    {"image.jpeg_decoder", {"auto", "", {"auto", "turbo"}, {"libjpeg", ""}}},
    {"image.heif", {"process", "", {"process", "thread", "off"}, {"fork", ""}}},
    {"image.svg", {"off", "", {"on", "off", "1"}, {"maybe", ""}}},
    {"image.svg_timeout", {"2s", "", {"1ms", "1h"}, {"0ms", "2h"}}},
    {"service.workers", {"0", "OXIMG_WORKERS", {"0", "512"}, {"-1", "513"}}},
    {"service.io_threads", {"1", "", {"1", "64"}, {"0", "65"}}},
    {"service.fetch_slots", {"0", "OXIMG_FETCH_CONCURRENCY", {"0", "1024"}, {"-1", "1025"}}},
    {"service.memory_budget",
     {"0", "", {"0", "1", "17592186044416", "512MiB"}, {"-1", "16385GiB", "8MB"}}},
    {"service.queue_wait", {"2s", "", {"0", "1h"}, {"-1", "3600001ms"}}},
    {"service.short_job", {"60ms", "", {"0", "1h"}, {"-1", "3600001ms"}}},
    {"service.decode_deadline", {"5s", "", {"1ms", "1h"}, {"0", "3600001ms"}}},
    {"service.cache_bytes", {"2MiB", "", {"0", "1099511627776"}, {"-1", "1025GiB", "8MB"}}},
    {"service.cache_fresh", {"1s", "", {"0", "1ms", "8760h"}, {"-1", "31536000001ms"}}},
    {"service.give_back_after", {"15s", "", {"1ms", "1h"}, {"0", "3600001ms"}}},
    {"observe.log_format", {"text", "", {"text", "json"}, {"xml", ""}}},
    {"observe.log_level",
     {"info", "OXIMG_LOG", {"error", "warn", "info", "debug", "request"}, {"trace", "INFO"}}},
    {"observe.metrics", {"on", "OXIMG_METRICS", {"0", "1", "on", "off"}, {"2", "yes please"}}},
};

TEST(Settings, EveryRowIsAsPromised) {
  std::set<std::string> seen;
  for (const SettingRow& row : Rows()) {
    SCOPED_TRACE(row.key);
    seen.insert(row.key);
    const auto found = kRows.find(row.key);
    ASSERT_NE(found, kRows.end()) << "add the row to this test";
    EXPECT_EQ(row.initial, found->second.initial);
    EXPECT_EQ(row.also, found->second.also);
    for (const std::string& text : found->second.taken) {
      Settings settings;
      EXPECT_TRUE(row.set(settings, text)) << text;
      Settings again;
      EXPECT_TRUE(row.set(again, row.get(settings))) << "what get() writes, set() reads";
      EXPECT_EQ(row.get(again), row.get(settings));
    }
    for (const std::string& text : found->second.refused) {
      Settings settings;
      EXPECT_FALSE(row.set(settings, text)) << text;
      EXPECT_EQ(row.get(settings), row.initial) << "a refused text must change nothing";
    }
  }
  EXPECT_EQ(seen.size(), kRows.size());
}

TEST(Settings, ARowWritesItsOwnFieldOnly) {
  for (const SettingRow& row : Rows()) {
    Settings settings;
    for (const std::string& text : kRows.at(row.key).taken) {
      if (row.get(settings) == row.initial) ASSERT_TRUE(row.set(settings, text));
    }
    EXPECT_NE(row.get(settings), row.initial) << row.key;
    for (const SettingRow& other : Rows()) {
      if (other.key != row.key) {
        EXPECT_EQ(other.get(settings), other.initial) << row.key << " wrote " << other.key;
      }
    }
  }
}

TEST(Settings, NamesAreUniqueAndDerivedFromTheRow) {
  std::set<std::string> names;
  std::set<std::string_view> others;
  for (const SettingRow& row : Rows()) {
    EXPECT_TRUE(names.insert(std::string(row.name)).second) << row.name;
    EXPECT_TRUE(names.insert(row.variable).second) << row.variable;
    EXPECT_TRUE(names.insert(row.flag).second) << row.flag;
    others.insert(row.also);
    EXPECT_EQ(row.variable.size(), row.name.size() + 8);
    EXPECT_EQ(row.flag.size(), row.name.size() + 2);
    EXPECT_EQ(row.flag.find('_'), std::string::npos);
    EXPECT_FALSE(row.help.empty());
    EXPECT_FALSE(row.allowed.empty());
    EXPECT_EQ(row.help.find('|'), std::string_view::npos) << "would split README's table";
  }
  for (const std::string_view other : others) EXPECT_FALSE(names.contains(std::string(other)));
}

}  // namespace
}  // namespace whittle::app
