// Mounts and named sources in the config file.
#include "app/tables.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "app/mounts.h"
#include "app/settings_load.h"
#include "app/settings_text.h"
#include "tests/support/corpus.h"

namespace whittle::app {
namespace {

constexpr std::string_view kFull = R"([image]
quality = 70

[sources.shop]
location = "/srv/shop"
max_source_bytes = "10MiB"

[[mount]]
prefix = "/shop"
host = ".example.org"
source = "shop"
keys = ["00112233445566778899aabbccddeeff", "env:SHOP_KEY"]
[mount.defaults]
quality = 60
auto_format = ["avif", "webp"]
[mount.limits]
max_source_pixels = 1000000

[[mount]]
)";

std::expected<LoadedSettings, std::string> Load(std::string_view text,
                                                const Variables& environment = {}) {
  const test::TempDir dir;
  const auto path = dir.path() / "whittle.toml";
  test::WriteFile(path, AsBytes(text));
  return LoadSettings({.config = path, .environment = environment});
}

// The one line that is said of a wrong file, without the file's name.
std::string Refusal(std::string_view text, const Variables& environment = {}) {
  const auto loaded = Load(text, environment);
  if (loaded) return "taken";
  EXPECT_EQ(loaded.error().find('\n'), std::string::npos) << loaded.error();
  const std::size_t name = loaded.error().find("whittle.toml: ");
  return name == std::string::npos ? loaded.error() : loaded.error().substr(name + 14);
}

const Variables kKey = {{"SHOP_KEY", "ffeeddccbbaa99887766554433221100"}};

TEST(Tables, AreReadFromTheFile) {
  const auto loaded = Load(kFull, kKey);
  ASSERT_TRUE(loaded) << loaded.error();
  const Settings& settings = loaded->values;
  ASSERT_EQ(settings.sources.size(), 1U);
  EXPECT_EQ(settings.sources[0].name, "shop");
  EXPECT_EQ(settings.sources[0].location, "/srv/shop");
  EXPECT_EQ(WithOwn(settings.sources[0].own, settings).source.max_source_bytes, 10U << 20);
  ASSERT_EQ(settings.mounts.size(), 2U);
  const MountTable& shop = settings.mounts[0];
  EXPECT_EQ(shop.prefix, "/shop");
  EXPECT_EQ(shop.host, ".example.org");
  EXPECT_EQ(shop.source, "shop");
  EXPECT_EQ(shop.dialect, "resize");
  ASSERT_EQ(shop.secrets.size(), 2U);
  EXPECT_EQ(shop.secrets[0].front(), 0x00);
  EXPECT_EQ(shop.secrets[1].front(), 0xFF);
  const Settings below = WithOwn(shop.own, settings);
  EXPECT_EQ(below.image.quality, 60);
  EXPECT_EQ(below.image.auto_format, (std::vector{Format::kAvif, Format::kWebp}));
  EXPECT_EQ(below.image.max_source_pixels, 1'000'000U);
  const MountTable& root = settings.mounts[1];
  EXPECT_EQ(root.prefix + root.host + root.source, "");
  EXPECT_TRUE(root.own.empty());
  EXPECT_EQ(WithOwn(root.own, settings).image.quality, 70) << "the server's";
}

// The environment is stronger than the file, but a mount's own word is stronger for it.
TEST(Tables, OfMountsAreStrongerThanTheServersSettings) {
  Variables environment = kKey;
  environment.emplace_back("QUALITY", "50");
  const auto loaded = Load(kFull, environment);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(WithOwn(loaded->values.mounts[0].own, loaded->values).image.quality, 60);
  EXPECT_EQ(WithOwn(loaded->values.mounts[1].own, loaded->values).image.quality, 50);
}

TEST(Tables, ThatAreWrongAreRefusedWithTheirName) {
  struct Case {
    std::string_view text, said;
  };
  const Case cases[] = {
      {"mount = 3\n", "mounts are written as [[mount]]"},
      {"[mount]\nprefix = '/a'\n", "mounts are written as [[mount]]"},
      {"mount = [3]\n", "mount 1 is not a table"},
      {"[[mount]]\nprefix = 'a'\n", "mount 1.prefix is wrong; allowed: "},
      {"[[mount]]\nprefix = '/a/'\n", "mount 1.prefix is wrong; allowed: "},
      {"[[mount]]\nprefix = '/'\n", "mount 1.prefix is wrong; allowed: "},
      {"[[mount]]\nprefix = '/a//b'\n", "mount 1.prefix is wrong; allowed: "},
      {"[[mount]]\nprefix = '/..'\n", "mount 1.prefix is wrong; allowed: "},
      {"[[mount]]\nprefix = '/a b'\n", "mount 1.prefix is wrong; allowed: "},
      {"[[mount]]\n[[mount]]\nhost = 'a b'\n", "mount 2.host is wrong; allowed: "},
      {"[[mount]]\nhost = '.'\n", "mount 1.host is wrong; allowed: "},
      {"[[mount]]\nhost = 'a..b'\n", "mount 1.host is wrong; allowed: "},
      {"[[mount]]\ndialect = 'thumb'\n", "mount 1.dialect is wrong; allowed: resize"},
      {"[[mount]]\nsource = 'a/b'\n", "mount 1.source is wrong; allowed: "},
      {"[[mount]]\nsource = 'shop'\n", "a mount's source, \"shop\", is none of [sources]"},
      {"[[mount]]\nkeys = ['00']\n", "mount 1.keys is wrong; allowed: "},
      {"[[mount]]\nkeys = [['00112233445566778899aabbccddeeff']]\n",
       "mount 1.keys is wrong; allowed: "},
      {"[[mount]]\nkeys = ['env:']\n", "mount 1.keys is wrong; allowed: "},
      {"[[mount]]\nkeys = ['env:NO_KEY']\n", "NO_KEY, a mount's key, has to be "},
      {"[[mount]]\nprefx = '/a'\n", "mount 1.prefx is not a setting"},
      {"[[mount]]\ndefaults = 3\n", "mount 1.defaults is not a table of settings"},
      {"[[mount]]\n[mount.defaults]\nport = 3\n",
       "mount 1.defaults.port is not a setting that a mount can have"},
      {"[[mount]]\n[mount.defaults]\nquality = 101\n",
       "mount 1.defaults.quality is wrong; allowed: 1 to 100"},
      {"[[mount]]\n[mount.defaults]\nmax_source_pixels = 5\n",
       "mount 1.defaults.max_source_pixels is not a setting that a mount can have"},
      {"[[mount]]\n[mount.limits]\nquality = 5\n",
       "mount 1.limits.quality is not a setting that a mount can have"},
      {"[[sources]]\nlocation = '/a'\n", "sources are written as [sources.NAME]"},
      {"[sources]\nshop = 3\n", "sources.shop is not a table"},
      {"[sources.shop]\n", "sources.shop.location is missing"},
      {"[sources.'a b']\nlocation = '/a'\n", "sources.a b: a name is at most 64 "},
      {"[sources.shop]\nlocation = '/a'\nmax = 3\n", "sources.shop.max is not a setting"},
      {"[sources.shop]\nlocation = ''\n", "sources.shop.location is wrong; allowed: a path"},
      {"[sources.shop]\nheaders = ['A: b', ': c']\n", "sources.shop.headers is wrong; allowed: "},
      {"[sources.shop]\nheaders = ['A: b,']\n", "sources.shop.headers is wrong; allowed: "},
      {"[sources.shop]\nheaders = ['A']\n", "sources.shop.headers is wrong; allowed: "},
      {"[sources.shop]\nheaders = ['A:']\n", "sources.shop.headers is wrong; allowed: "},
      {"[sources.shop]\nheaders = [\"A: b\\r\\nC: d\"]\n", "sources.shop.headers is wrong; "},
      {"[sources.shop]\nheaders = ['hOst: b']\n", "sources.shop.headers is wrong; allowed: "},
      {"[sources.shop]\nlocation = '/a'\nmax_source_bytes = 0\n",
       "sources.shop.max_source_bytes is wrong; allowed: 1 to "},
      {"[sources.shop]\nlocation = '/a'\nqueue_wait = '1s'\n",
       "sources.shop.queue_wait is not a setting"},
      {"[sources.shop]\nlocation = '/a'\ncache_control = 'publik'\n",
       "sources.shop.cache_control is wrong; allowed: origin, or "},
      {"[sources.shop]\nlocation = '/a'\ncache_fresh = [1]\n",
       "sources.shop.cache_fresh is wrong; allowed: "},
      {"[sources.shop]\nlocation = '/a'\nkeys = ['00']\n", "sources.shop.keys is wrong; "},
      {"[sources.shop]\nlocation = '/a'\nkeys = ['env:NO_KEY']\n",
       "NO_KEY, a key of sources.shop, has to be "},
      {"[sources.shop]\nlocation = '/a'\nhost = 'a b'\n", "sources.shop.host is wrong; "},
      {"[sources.shop]\nlocation = '/a'\nhost = 'h'\n[[mount]]\n",
       "sources.shop.host is for a file without [[mount]]"},
      {"[sources.shop]\nlocation = '/a'\nhost = 'h'\n[sources.b]\nlocation = '/a'\nhost = 'H'\n",
       "sources.shop.host is that of sources.b, too"},
      {"[sources.shop]\nlocation = 's3://a'\ncredentials = 'AKIA:secret'\n",
       "sources.shop.credentials is wrong; allowed: env: and "},
      {"[sources.shop]\nlocation = 's3://a'\ncredentials = 'env:'\n",
       "sources.shop.credentials is wrong; "},
      {"[sources.shop]\nlocation = 's3://a'\ncredentials = 'env:A B'\n",
       "sources.shop.credentials is wrong; "},
      {"[sources.shop]\nendpoint = 'a b'\n", "sources.shop.endpoint is wrong; allowed: "},
      {"[sources.shop]\npath_style = 'maybe'\n", "sources.shop.path_style is wrong; allowed: "},
  };
  for (const Case& each : cases) {
    EXPECT_TRUE(Refusal(each.text).starts_with(each.said)) << each.text << "\n"
                                                           << Refusal(each.text);
  }
}

TEST(Tables, SayWhereABucketIsAndWhatItGets) {
  const std::string text =
      "[sources.shop]\nlocation = 's3://shop'\nendpoint = 'http://minio:9000'\n"
      "region = 'eu-west-1'\npath_style = 'on'\nanonymous = true\nrequester_pays = true\n"
      "billed_project = 'p'\nheaders = ['X-A: 1', 'Authorization:  Basic YTpi ']\n";
  const auto loaded = Load(text);
  ASSERT_TRUE(loaded) << loaded.error();
  const SourceTable& shop = loaded->values.sources.at(0);
  EXPECT_EQ(shop.endpoint, "http://minio:9000");
  EXPECT_EQ(shop.region, "eu-west-1");
  EXPECT_EQ(shop.path_style, std::optional(true));
  EXPECT_TRUE(shop.anonymous);
  EXPECT_TRUE(shop.requester_pays);
  EXPECT_EQ(shop.billed_project, "p");
  const decltype(shop.headers) headers = {{"X-A", "1"}, {"Authorization", "Basic YTpi"}};
  EXPECT_EQ(shop.headers, headers);
  EXPECT_FALSE(SettingsAsText(*loaded).contains("YTpi")) << "it may be a secret";
  const auto other = Load("[sources.shop]\nlocation = '/a'\n");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->values.sources.at(0).path_style, std::nullopt) << "as the store thinks best";
}

TEST(Tables, NeverShowASecret) {
  const auto loaded = Load(kFull, kKey);
  ASSERT_TRUE(loaded);
  for (const std::string& text : {SettingsAsText(*loaded), SettingsAsToml(*loaded)}) {
    EXPECT_EQ(text.find("00112233"), std::string::npos) << text;
    EXPECT_EQ(text.find("ffeeddcc"), std::string::npos) << text;
    EXPECT_NE(text.find("***,env:SHOP_KEY"), std::string::npos) << text;
  }
  EXPECT_EQ(Refusal("[[mount]]\nkeys = ['secret']\n").find("secret"), std::string::npos);
}

// But for secrets, what is written is read back as the same.
TEST(Tables, AreWrittenAsTheyAreRead) {
  std::string text(kFull);
  text.erase(text.find("\"00112233"), 36);
  const auto loaded = Load(text, kKey);
  ASSERT_TRUE(loaded) << loaded.error();
  const std::string written = SettingsAsToml(*loaded);
  const auto again = Load(written, kKey);
  ASSERT_TRUE(again) << again.error() << "\n" << written;
  const auto tables = [](const std::string& toml) { return toml.substr(toml.find("[sources")); };
  EXPECT_EQ(tables(SettingsAsToml(*again)), tables(written));
  EXPECT_EQ(WithOwn(again->values.mounts[0].own, again->values).image.quality, 60);
}

// A source that must be signed is behind keys, its own or those of each mount that leads to it.
TEST(Tables, OfSourcesThatTakeOnlyWhatIsSignedNeedKeys) {
  const std::string key = "keys = ['00112233445566778899aabbccddeeff']\n";
  const std::string shop = "[sources.shop]\nlocation = '/a'\nonly_signed = true\n";
  const std::string none =
      "sources.shop.only_signed: it has no keys, and neither has the mount of ";
  EXPECT_EQ(Refusal(shop), none + "\"\"");
  EXPECT_EQ(Refusal(shop + "host = 'h.org'\n"), none + "\"h.org\"");
  EXPECT_EQ(Refusal(shop + key), "taken");
  EXPECT_EQ(Refusal(shop + "[[mount]]\n"), "taken") << "nothing leads there";
  EXPECT_EQ(Refusal(shop + "[[mount]]\nsource = 'shop'\n"), none + "\"\"");
  EXPECT_EQ(Refusal(shop + "[[mount]]\nsource = 'shop'\n" + key), "taken");
  EXPECT_EQ(Refusal(shop + "[[mount]]\nsource = 'shop'\n" + key +
                    "[[mount]]\nprefix = '/p'\nhost = 'h'\nby_name = true\n"),
            none + "\"h/p\"");
  EXPECT_EQ(Refusal(shop + "[[mount]]\nby_name = true\n" + key), "taken");
  EXPECT_EQ(Refusal(shop + "[[mount]]\nby_name = true\nsource = 'shop'\n" + key), "taken");
}

TEST(Tables, OfSourcesAreMountsWhereTheFileHasNone) {
  const auto loaded =
      Load("[sources.shop]\nlocation = '/a'\n[sources.blog]\nlocation = '/a'\nhost = 'b.org'\n");
  ASSERT_TRUE(loaded) << loaded.error();
  const auto mounts = MountsOf(loaded->values);
  ASSERT_EQ(mounts.size(), 2U);
  EXPECT_EQ(mounts[0].own.source + mounts[0].host + mounts[0].prefix, "");
  EXPECT_EQ(mounts[0].named.size(), 1U);
  EXPECT_EQ(mounts[0].named.at("shop").source, "shop");
  EXPECT_EQ(mounts[1].host, "b.org");
  EXPECT_EQ(mounts[1].own.source, "blog");
  EXPECT_TRUE(mounts[1].named.empty());
}

TEST(Tables, OfSourcesHaveSettingsOfTheirOwn) {
  const std::string text =
      "[http]\ncache_control = 'origin'\n[sources.shop]\nlocation = '/a'\ncache_fresh = '10s'\n"
      "max_source_pixels = 5\n[sources.news]\nlocation = '/a'\n"
      "cache_control = 'private, max-age=5'\n"
      "[[mount]]\nby_name = true\n[mount.limits]\nmax_source_bytes = 7\n";
  const auto loaded = Load(text);
  ASSERT_TRUE(loaded) << loaded.error();
  const http::Mount mount = MountsOf(loaded->values).at(0);
  const http::Tenant& shop = mount.named.at("shop");
  const http::Tenant& news = mount.named.at("news");
  EXPECT_EQ(shop.caching.cache_control, "public, max-age=10") << "where it is not said";
  EXPECT_EQ(news.caching.cache_control, "private, max-age=5");
  EXPECT_EQ(mount.own.caching.cache_control, "public, max-age=1");
  EXPECT_EQ(shop.scope->limits.max_source_pixels, 5U);
  EXPECT_EQ(shop.scope->limits.max_source_bytes, 7U);
  EXPECT_NE(shop.scope->name, news.scope->name);
  EXPECT_EQ(news.scope->limits.max_source_bytes, 7U);
  const SourceTable& table = loaded->values.sources.at(1);  // by their names
  EXPECT_EQ(table.name, "shop");
  EXPECT_EQ(WithOwn(table.own, loaded->values).service.cache_fresh, std::chrono::seconds(10));
}

// The example of the documentation is what a server starts with.
TEST(Tables, AreAsTheDocumentationShowsThem) {
  std::ifstream file(WHITTLE_SOURCE_DIR "/docs/sources.md");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = text.find("```toml\n");
  ASSERT_NE(begin, std::string::npos);
  text = text.substr(begin + 8, text.find("```\n", begin + 8) - begin - 8);
  const auto loaded = Load(text, {{"NEWS_KEY", "ffeeddccbbaa99887766554433221100"}});
  ASSERT_TRUE(loaded) << loaded.error();
  const Settings& settings = loaded->values;
  const auto source = [&](std::string_view name) {
    return *std::ranges::find(settings.sources, name, &SourceTable::name);
  };
  ASSERT_EQ(settings.sources.size(), 5U);
  EXPECT_EQ(source("shop").credentials, "env:SHOP_");
  EXPECT_EQ(source("archive").profile, "archive");
  EXPECT_EQ(source("news").secrets.size(), 1U);
  EXPECT_EQ(source("blog").host, "img.blog.example.org");
  EXPECT_EQ(WithOwn(source("partner").own, settings).source.fetch_timeout, std::chrono::seconds(4));
  const auto mounts = MountsOf(settings);
  ASSERT_EQ(mounts.size(), 2U);
  EXPECT_EQ(mounts[0].named.size(), 4U);
  EXPECT_EQ(mounts[0].named.at("news").keys.size(), 1U);
  EXPECT_EQ(mounts[0].named.at("partner").caching.cache_control, "public, max-age=86400");
  for (const std::string& shown : {SettingsAsText(*loaded), SettingsAsToml(*loaded)}) {
    EXPECT_FALSE(shown.contains("d2hpdHRsZTpzZWNyZXQ")) << "a secret";
    EXPECT_TRUE(shown.contains("env:SHOP_"));
    EXPECT_TRUE(shown.contains("/run/secrets/news.json"));
  }
}

// A new setting of pictures is either a mount's, or of the whole process and so named here.
TEST(Tables, EverySettingOfPicturesIsAMountsOrTheProcesss) {
  constexpr std::string_view kOfProcess[] = {"simd", "jpeg_decoder", "heif", "svg", "svg_timeout"};
  for (const SettingRow& row : Rows()) {
    if (row.room != "image") continue;
    EXPECT_EQ(std::ranges::count(MountDefaults(), row.name) +
                  std::ranges::count(MountLimits(), row.name) +
                  std::ranges::count(kOfProcess, row.name),
              1)
        << row.name;
  }
}

}  // namespace
}  // namespace whittle::app
