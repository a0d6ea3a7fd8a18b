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
          .source = std::move(source)};
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
    mount.keys = {key_};
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

}  // namespace
}  // namespace whittle::http
