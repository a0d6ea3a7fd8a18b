// Whose word counts for how long pictures are believed.
#include "source/cache_policy.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/support/coroutines.h"

namespace whittle::source {
namespace {

using namespace std::chrono_literals;

// Says one thing.
class Saying final : public Source {
 public:
  explicit Saying(Expected<Found>& found) : found_(found) {}
  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait) override {
    EXPECT_EQ(ref.path + " " + known.text, "a.jpg v");
    co_return std::move(found_);
  }
  bool healthy() const override { return false; }
  Load load() const override { return {.in_use = 7}; }

 private:
  Expected<Found>& found_;
};

class CachePolicyTest : public ::testing::Test {
 protected:
  // "what caches are told; for how long it is believed", of what says `control`.
  std::string Ask(const CachePolicy& policy, const char* control, bool modified = true) {
    Found said{.what = NotModified()};
    if (modified) said.what = Fetched();
    if (control != nullptr) {
      said.caching.emplace().Add(control);
      const auto fresh = said.caching->FreshFor();
      if (fresh) said.fresh_for = std::chrono::seconds(*fresh);
    }
    Expected<Found> found = std::move(said);
    const auto source = WithCachePolicy(std::make_unique<Saying>(found), policy);
    const auto answer = loop_.Run(source->Fetch({.path = "a.jpg"}, {"v"}, {}));
    if (!answer || !answer->fresh_for) return "nothing";
    EXPECT_EQ(std::holds_alternative<NotModified>(answer->what), !modified);
    return (answer->caching ? answer->caching->ToText() : "(none)") + "; " +
           std::to_string(*answer->fresh_for / 1ms);
  }
  test::Loop loop_;
};

TEST_F(CachePolicyTest, OfTheOperatorCountsWhateverTheSourceSays) {
  const CachePolicy ours{.fresh = 2500ms};
  for (const char* said :
       {static_cast<const char*>(nullptr), "max-age=60", "no-store", "private"}) {
    EXPECT_EQ(Ask(ours, said), "(none); 2500");
    EXPECT_EQ(Ask(ours, said, false), "(none); 2500");
  }
}

TEST_F(CachePolicyTest, OfTheSourceIsPassedOn) {
  const CachePolicy theirs{.fresh = 2500ms, .by_source = true};
  EXPECT_EQ(Ask(theirs, "max-age=60, immutable"), "immutable, max-age=60; 60000");
  EXPECT_EQ(Ask(theirs, "max-age=5, s-maxage=60"), "max-age=5, s-maxage=60; 60000");
  EXPECT_EQ(Ask(theirs, "no-store"), "no-store; 0");
  EXPECT_EQ(Ask(theirs, "private, max-age=60"), "private, max-age=60; 0");
  EXPECT_EQ(Ask(theirs, "no-cache"), "no-cache; 0");
  EXPECT_EQ(Ask(theirs, "max-age=60", false), "max-age=60; 60000");
}

TEST_F(CachePolicyTest, OfASourceThatSaysNothingIsOurTime) {
  const CachePolicy theirs{.fresh = 2500ms, .by_source = true};
  EXPECT_EQ(Ask(theirs, nullptr), "public, max-age=2; 2500");
  EXPECT_EQ(Ask(theirs, "must-revalidate"), "must-revalidate, max-age=2; 2500");
  EXPECT_EQ(Ask(theirs, nullptr, false), "(none); 2500") << "what it said before holds";
  const CachePolicy asking{.fresh = 999ms, .by_source = true};
  EXPECT_EQ(Ask(asking, nullptr), "no-cache; 999");
  EXPECT_EQ(Ask(asking, "public"), "public, no-cache; 999");
}

TEST_F(CachePolicyTest, LeavesErrorsAndHealthAlone) {
  Expected<Found> found = Fail(ErrorKind::kTooLarge);
  const auto source = WithCachePolicy(std::make_unique<Saying>(found), {});
  const auto answer = loop_.Run(source->Fetch({.path = "a.jpg"}, {"v"}, {}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kTooLarge);
  EXPECT_FALSE(source->healthy());
  EXPECT_EQ(source->load().in_use, 7);
}

}  // namespace
}  // namespace whittle::source
