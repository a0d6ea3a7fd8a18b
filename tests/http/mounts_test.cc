// Which mount a request is for, and what it makes of it.
#include "http/mounts.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::http {
namespace {

Mount At(std::string prefix, std::string host, std::string source) {
  return {.prefix = std::move(prefix),
          .host = std::move(host),
          .dialect = transform::FindDialect("resize")->make({}),
          .own = {.source = std::move(source)}};
}

// The source that a request is for, or the error's text, or "none".
std::string Found(const Mounts& mounts, std::string_view host, std::string_view path,
                  std::string_view query = {}) {
  const auto match = mounts.Find(host, {.path = path, .query = query, .accept = {}});
  if (!match) return "none";
  if (!match->image) return match->image.error().text;
  return match->image->source.source + ":" + match->image->source.path;
}

TEST(Mounts, AreFoundByTheirPrefix) {
  const Mounts mounts({At("", "", "root"), At("/shop", "", "shop"), At("/shop/new", "", "new")});
  EXPECT_EQ(Found(mounts, "h", "/resize/1/1/a.jpg"), "root:a.jpg");
  EXPECT_EQ(Found(mounts, "h", "/shop/resize/1/1/a.jpg"), "shop:a.jpg");
  EXPECT_EQ(Found(mounts, "h", "/shop/new/resize/1/1/a.jpg"), "new:a.jpg");
  EXPECT_EQ(Found(mounts, "h", "/shopping/resize/1/1/a.jpg"), "none");
  EXPECT_EQ(Found(mounts, "h", "/shop"), "none");
  EXPECT_EQ(Found(mounts, "h", "/shop/"), "none");
  EXPECT_EQ(Found(mounts, "h", "/Shop/resize/1/1/a.jpg"), "none");
  EXPECT_EQ(Found(mounts, "h", "/shop/other/resize/1/1/a.jpg"), "none");
  EXPECT_EQ(Found(mounts, "h", "/shop/resize/1/x/a.jpg"), "invalid dimensions");
}

TEST(Mounts, WithoutOneAtTheRootOtherPathsAreNobodys) {
  const Mounts mounts({At("/shop", "", "shop")});
  EXPECT_EQ(Found(mounts, "h", "/resize/1/1/a.jpg"), "none");
}

TEST(Mounts, AreFoundByHost) {
  const Mounts mounts({At("", "", "all"), At("", ".example.org", "sub"),
                       At("", ".b.example.org", "deep"), At("", "www.example.org", "www"),
                       At("", "::1", "v6")});
  const auto host = [&](std::string_view name) { return Found(mounts, name, "/resize/1/1/a.jpg"); };
  EXPECT_EQ(host("www.example.org"), "www:a.jpg");
  EXPECT_EQ(host("WWW.Example.ORG:8080"), "www:a.jpg");
  EXPECT_EQ(host("www.example.org."), "www:a.jpg");
  EXPECT_EQ(host("a.example.org"), "sub:a.jpg");
  EXPECT_EQ(host("a.b.example.org"), "deep:a.jpg");
  EXPECT_EQ(host("example.org"), "all:a.jpg") << "a domain is none of its sub-domains";
  EXPECT_EQ(host(".example.org"), "all:a.jpg");
  EXPECT_EQ(host("badexample.org"), "all:a.jpg");
  EXPECT_EQ(host("www.example.org.evil.com"), "all:a.jpg");
  EXPECT_EQ(host(""), "all:a.jpg");
}

// A host's mount that does not know a path leaves it to those for all hosts.
TEST(Mounts, ThatDoNotKnowAPathLeaveItToTheNext) {
  const Mounts mounts({At("/all", "", "all"), At("/shop", "a.org", "shop")});
  EXPECT_EQ(Found(mounts, "a.org", "/shop/resize/1/1/a.jpg"), "shop:a.jpg");
  EXPECT_EQ(Found(mounts, "a.org", "/all/resize/1/1/a.jpg"), "all:a.jpg");
  EXPECT_EQ(Found(mounts, "b.org", "/shop/resize/1/1/a.jpg"), "none");
}

TEST(Mounts, ThatAreEqualAreAskedInTheirOrder) {
  const Mounts mounts({At("/p", "", "first"), At("/p", "", "second")});
  EXPECT_EQ(Found(mounts, "h", "/p/resize/1/1/a.jpg"), "first:a.jpg");
}

class SignedMountTest : public ::testing::Test {
 protected:
  SignedMountTest() {
    Mount mount = At("/shop", "", "shop");
    mount.own.keys = {key_};
    mounts_.emplace(std::vector<Mount>{At("", "", "root"), std::move(mount)});
  }
  // As who has the key makes it.
  std::string Signed(const std::string& rest, const std::string& query = {}) {
    const std::string message = "/shop" + rest + (query.empty() ? "" : "?" + query);
    return "/shop/" + Sign(key_, message) + rest;
  }
  std::string Ask(const std::string& path, std::string_view query = {}) {
    return Found(*mounts_, "h", path, query);
  }

  const SigningKey key_ = SigningKey(16, 7);
  std::optional<Mounts> mounts_;
};

TEST_F(SignedMountTest, TakesWhatIsSigned) {
  EXPECT_EQ(Ask(Signed("/resize/10/20/a.jpg")), "shop:a.jpg");
  EXPECT_EQ(Ask(Signed("/resize/10/20/a%20b.jpg", "q=5"), "q=5"), "shop:a b.jpg");
  EXPECT_EQ(Ask(Signed("/resize/0/0/a.jpg")), "invalid dimensions") << "and what is wrong with it";
}

TEST_F(SignedMountTest, RefusesEverythingElse) {
  EXPECT_EQ(Ask("/shop/resize/10/20/a.jpg"), "signature required");
  EXPECT_EQ(Ask("/shop/AAAAAAAAAAAAAAAAAAAAAA/resize/10/20/a.jpg"), "invalid signature");
  EXPECT_EQ(Ask(Signed("/resize/10/20/a.jpg"), "q=5"), "invalid signature") << "a query more";
  EXPECT_EQ(Ask(Signed("/resize/10/20/a.jpg", "q=5")), "invalid signature") << "a query less";
  std::string other = Signed("/resize/10/20/a.jpg");
  other.replace(other.find("10/20"), 5, "20/10");
  EXPECT_EQ(Ask(other), "invalid signature");
  // The same picture, written in another way than was signed.
  std::string encoded = Signed("/resize/10/20/a.jpg");
  encoded.replace(encoded.find("a.jpg"), 5, "%61.jpg");
  EXPECT_EQ(Ask(encoded), "invalid signature");
  EXPECT_EQ(Ask("/shop/" + Sign(key_, "/resize/10/20/a.jpg") + "/resize/10/20/a.jpg"),
            "invalid signature")
      << "signed for another mount";
}

TEST_F(SignedMountTest, LeavesOtherPathsAlone) {
  EXPECT_EQ(Ask("/shop/x"), "none");
  EXPECT_EQ(Ask("/shop/x/y"), "none");
  EXPECT_EQ(Ask("/resize/10/20/a.jpg"), "root:a.jpg") << "another mount has no keys";
}

TEST_F(SignedMountTest, ForbidsWith403) {
  const auto match =
      mounts_->Find("h", {.path = "/shop/resize/1/1/a.jpg", .query = {}, .accept = {}});
  ASSERT_TRUE(match);
  EXPECT_EQ(HttpStatus(match->image.error().kind), 403);
}

// ---- Sources that paths name
// ---------------------------------------------------------------------

class NamedTenantTest : public ::testing::Test {
 protected:
  NamedTenantTest() {
    Mount root = At("", "", "root");
    root.named["open"] = {.source = "open"};
    root.named["shut"] = {.source = "shut", .keys = {key_}};
    root.named["lost"] = {.source = "lost", .only_signed = true};
    root.named["resize"] = {.source = "odd"};
    Mount deep = At("/deep", "", "");
    deep.named = root.named;
    mounts_.emplace(std::vector<Mount>{std::move(root), std::move(deep)});
  }
  std::string Ask(const std::string& path) { return Found(*mounts_, "h", path); }
  std::string Signed(const std::string& before, const std::string& rest) {
    return before + "/" + Sign(key_, before + rest) + rest;
  }

  const SigningKey key_ = SigningKey(16, 7);
  std::optional<Mounts> mounts_;
};

TEST_F(NamedTenantTest, IsChosenByTheFirstPartOfEitherPath) {
  EXPECT_EQ(Ask("/resize/1/2/open/a.jpg"), "open:a.jpg");
  EXPECT_EQ(Ask("/open/resize/1/2/a.jpg"), "open:a.jpg");
  EXPECT_EQ(Ask("/resize/1/2/%6Fpen%2Fa.jpg"), "open:a.jpg") << "as it is decoded";
  EXPECT_EQ(Ask("/deep/resize/1/2/open/a.jpg"), "open:a.jpg");
  EXPECT_EQ(Ask("/deep/open/resize/1/2/a.jpg"), "open:a.jpg");
  EXPECT_EQ(Ask("/resize/1/2/resize/a.jpg"), "odd:a.jpg");
  EXPECT_EQ(Ask("/resize/resize/1/2/a.jpg"), "odd:a.jpg");
}

TEST_F(NamedTenantTest, TakesNothingElse) {
  EXPECT_EQ(Ask("/resize/1/2/a.jpg"), "root:a.jpg");
  EXPECT_EQ(Ask("/resize/1/2/open"), "root:open") << "a file's name is not a part before one";
  EXPECT_EQ(Ask("/resize/1/2/x/open/a.jpg"), "root:x/open/a.jpg");
  EXPECT_EQ(Ask("/resize/1/2/Open/a.jpg"), "root:Open/a.jpg");
  EXPECT_EQ(Ask("/resize/1/2/openly/a.jpg"), "root:openly/a.jpg");
  EXPECT_EQ(Ask("/open/resize/1/2/open/a.jpg"), "open:open/a.jpg") << "once is enough";
  EXPECT_EQ(Ask("/open/resize/1/2/shut/a.jpg"), "open:shut/a.jpg");
  EXPECT_EQ(Ask("/other/resize/1/2/a.jpg"), "none");
  EXPECT_EQ(Ask("/open/other/1/2/a.jpg"), "none");
}

TEST_F(NamedTenantTest, WithKeysIsReachedByASignatureAlone) {
  for (const char* path : {"/resize/1/2/shut/a.jpg", "/shut/resize/1/2/a.jpg",
                           "/deep/resize/1/2/shut/a.jpg", "/resize/1/2/%73hut/a.jpg"}) {
    EXPECT_EQ(Ask(path), "signature required") << path;
  }
  EXPECT_EQ(Ask(Signed("", "/resize/1/2/shut/a.jpg")), "shut:a.jpg");
  EXPECT_EQ(Ask(Signed("/shut", "/resize/1/2/a.jpg")), "shut:a.jpg");
  EXPECT_EQ(Ask(Signed("/deep", "/resize/1/2/shut/a.jpg")), "shut:a.jpg");
  EXPECT_EQ(Ask(Signed("/deep/shut", "/resize/1/2/a.jpg")), "shut:a.jpg");
  const std::string bad = "/AAAAAAAAAAAAAAAAAAAAAA";
  EXPECT_EQ(Ask(bad + "/resize/1/2/shut/a.jpg"), "invalid signature");
  EXPECT_EQ(Ask("/shut" + bad + "/resize/1/2/a.jpg"), "invalid signature");
  EXPECT_EQ(Ask("/shut/" + Sign(key_, "/resize/1/2/a.jpg") + "/resize/1/2/a.jpg"),
            "invalid signature")
      << "the name is signed, too";
  EXPECT_EQ(Ask(Signed("", "/resize/0/0/shut/a.jpg")), "invalid dimensions");
  EXPECT_EQ(Ask(Signed("/shut", "/resize/0/0/a.jpg")), "invalid dimensions");
  EXPECT_EQ(Ask("/shut/resize/0/0/a.jpg"), "signature required");
}

// A key is good for its own source alone.
TEST_F(NamedTenantTest, WithoutKeysIsNotSigned) {
  EXPECT_EQ(Ask(Signed("", "/resize/1/2/open/a.jpg")), "none");
  EXPECT_EQ(Ask(Signed("", "/resize/1/2/a.jpg")), "none");
  EXPECT_EQ(Ask(Signed("/open", "/resize/1/2/a.jpg")), "none");
}

TEST_F(NamedTenantTest, ThatHasNoKeysThoughItTakesOnlyWhatIsSignedIsShut) {
  EXPECT_EQ(Ask("/resize/1/2/lost/a.jpg"), "signature required");
  EXPECT_EQ(Ask("/lost/resize/1/2/a.jpg"), "signature required");
  EXPECT_EQ(Ask(Signed("", "/resize/1/2/lost/a.jpg")), "invalid signature");
  EXPECT_EQ(Ask(Signed("/lost", "/resize/1/2/a.jpg")), "invalid signature");
}

// What is signed for a source says nothing of strangers' URLs, nor the other way round.
TEST(Mounts, HaveKeysOfTheirOwnForUrls) {
  const SigningKey own(16, 1);
  const SigningKey urls(16, 2);
  Mount mount = At("", "", "shop");
  mount.dialect = transform::FindDialect("resize")->make({.takes_urls = true});
  mount.own.keys = {own};
  mount.urls = std::make_shared<const Tenant>(Tenant{.keys = {urls}});
  const Mounts mounts({mount});
  const std::string file = "/resize/1/2/a.jpg";
  const std::string url = "/resize/1/2/plain/http:%2F%2Fh%2Fa.jpg";
  const auto ask = [&](const SigningKey& key, const std::string& rest) {
    return Found(mounts, "h", "/" + Sign(key, rest) + rest);
  };
  EXPECT_EQ(ask(own, file), "shop:a.jpg");
  EXPECT_EQ(ask(urls, url), "<url>:http://h/a.jpg");
  EXPECT_EQ(ask(urls, file), "invalid signature");
  EXPECT_EQ(ask(own, url), "invalid signature");
  EXPECT_EQ(Found(mounts, "h", url), "signature required");
  mount.own.keys.clear();
  const Mounts half({mount});
  EXPECT_EQ(Found(half, "h", file), "shop:a.jpg");
  EXPECT_EQ(Found(half, "h", url), "signature required");
  mount.urls = nullptr;
  EXPECT_EQ(Found(Mounts({mount}), "h", url), "<url>:http://h/a.jpg") << "as the mount's own";
}

}  // namespace
}  // namespace whittle::http
