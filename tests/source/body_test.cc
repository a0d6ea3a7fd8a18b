#include "source/body.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/support/coroutines.h"

namespace whittle::source {
namespace {

class BodyTest : public ::testing::Test {
 protected:
  Body Make(std::string_view bytes) { return {Block::CopyOf(AsBytes(bytes)), threads_}; }
  // The bytes, or the kind of error.
  std::string Fetch(Body& body, const SourceRef& ref, Wait wait = {}) {
    const auto found = loop_.Run(body.Fetch(ref, {}, std::move(wait)));
    if (!found) return std::string(Name(found.error().kind));
    const auto& fetched = std::get<Fetched>(found->what);
    EXPECT_EQ(fetched.hash, HashOf(fetched.bytes.view()));
    EXPECT_TRUE(fetched.validator.empty()) << "nobody can look at it again";
    EXPECT_FALSE(fetched.modified);
    return std::string(AsText(fetched.bytes.view()));
  }

  async::BlockingPool threads_{{.threads = 1}};
  test::Loop loop_;
};

TEST_F(BodyTest, IsReadOnce) {
  Body body = Make("picture");
  EXPECT_EQ(Fetch(body, body.ref()), "picture");
  EXPECT_EQ(Fetch(body, body.ref()), "Internal");
  EXPECT_TRUE(body.healthy());
}

TEST_F(BodyTest, MayBeEmpty) {
  Body body = Make("");
  EXPECT_EQ(Fetch(body, body.ref()), "");
}

TEST_F(BodyTest, IsHashedOnAThreadWhenItIsLarge) {
  for (const std::size_t size : {Body::kHashedAtOnce, Body::kHashedAtOnce + 1}) {
    const std::string bytes(size, 'x');
    Body body = Make(bytes);
    EXPECT_TRUE(Fetch(body, body.ref()) == bytes);
  }
  Body small = Make(std::string(Body::kHashedAtOnce, 'x'));
  Body large = Make(std::string(Body::kHashedAtOnce + 1, 'x'));
  threads_.Join();
  EXPECT_EQ(Fetch(small, small.ref()).size(), Body::kHashedAtOnce);
  EXPECT_EQ(Fetch(large, large.ref()), "Overloaded");
}

// XXH3 can be forged, so equal hashes must not bring two clients together.
TEST_F(BodyTest, EqualBytesHaveDifferentNames) {
  Body mine = Make("picture");
  Body yours = Make("picture");
  EXPECT_NE(mine.ref(), yours.ref());
  EXPECT_EQ(Fetch(mine, yours.ref()), "NotFound");
  EXPECT_EQ(Fetch(yours, yours.ref()), "picture");
  EXPECT_EQ(Fetch(mine, mine.ref()), "picture") << "asking for another costs nothing";
}

TEST_F(BodyTest, HasANameThatNoUrlSays) {
  const Body body = Make("picture");
  EXPECT_FALSE(IsPathBelow(body.ref().path));
  EXPECT_EQ(body.ref().source, "");
}

TEST_F(BodyTest, WhoLeavesGetsNothingAndTakesNothing) {
  Body body = Make("picture");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(Fetch(body, body.ref(), {.stop = stop.get_token()}), "Cancelled");
  EXPECT_EQ(Fetch(body, body.ref()), "picture");
}

}  // namespace
}  // namespace whittle::source
