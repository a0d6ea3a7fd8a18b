#include "source/guarded.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

#include "tests/support/coroutines.h"

namespace whittle::source {
namespace {

constexpr auto kFailure = ErrorKind::kUpstreamTimeout;
constexpr async::Breaker::Limits kLimits;

class FailingSource final : public Source {
 public:
  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator, Wait) override {
    ++asked;
    if (ref.path == "throws") throw std::runtime_error("a bug");
    co_return Fail(kind);
  }
  ErrorKind kind = kFailure;
  int asked = 0;
};

TEST(GuardedSource, IsNotAskedWhileItIsLeftAlone) {
  test::Loop loop(1);
  auto source = std::make_unique<FailingSource>();
  const FailingSource& failing = *source;
  auto now = async::Clock::now();
  Guarded guarded(std::move(source), {.now = [&now] { return now; }});
  EXPECT_TRUE(guarded.healthy());
  for (int i = 0; i < 10; ++i) {
    const auto found = loop.Run(guarded.Fetch({.path = "a.jpg"}, {}, {}));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, kFailure);
  }
  EXPECT_EQ(failing.asked, kLimits.failures);
  EXPECT_FALSE(guarded.healthy());
  now += kLimits.rest;
  EXPECT_THROW(static_cast<void>(loop.Run(guarded.Fetch({.path = "throws"}, {}, {}))),
               std::runtime_error);
  EXPECT_EQ(failing.asked, kLimits.failures + 1);
  EXPECT_FALSE(loop.Run(guarded.Fetch({.path = "a.jpg"}, {}, {})))
      << "a try that died is not waited for";
  EXPECT_EQ(failing.asked, kLimits.failures + 2);
}

TEST(GuardedSource, TellsManyInTurnThatItIsLeftAlone) {
  test::Loop loop(1);
  const auto now = async::Clock::now();
  Guarded guarded(std::make_unique<FailingSource>(), {.now = [now] { return now; }});
  for (int i = 0; i < kLimits.failures + Refusals::kAtOnce; ++i) {
    static_cast<void>(loop.Run(guarded.Fetch({}, {}, {})));
  }
  std::stop_source stop;
  stop.request_stop();
  const auto found = loop.Run(guarded.Fetch({}, {}, {async::kNever, stop.get_token()}));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::kCancelled) << "it was still to wait when it left";
}

TEST(GuardedSource, IsAtFaultOnlyForWhatIsItsOwn) {
  test::Loop loop(1);
  for (const auto [kind, healthy] :
       {std::pair(ErrorKind::kUpstreamTimeout, false), std::pair(ErrorKind::kUpstream, false),
        std::pair(ErrorKind::kNotFound, true), std::pair(ErrorKind::kTooLarge, true),
        std::pair(ErrorKind::kUnreadable, true), std::pair(ErrorKind::kCancelled, true),
        std::pair(ErrorKind::kOverloaded, true)}) {
    auto source = std::make_unique<FailingSource>();
    source->kind = kind;
    Guarded guarded(std::move(source), {});
    for (int i = 0; i < kLimits.failures; ++i) {
      static_cast<void>(loop.Run(guarded.Fetch({}, {}, {})));
    }
    EXPECT_EQ(guarded.healthy(), healthy) << Name(kind);
  }
}

// Who left has seen nothing, and who saw that there is no such picture has seen that it answers.
TEST(GuardedSource, IsForgivenWhenItAnswers) {
  test::Loop loop(1);
  for (const auto [between, healthy] :
       {std::pair(ErrorKind::kNotFound, true), std::pair(ErrorKind::kCancelled, false)}) {
    auto source = std::make_unique<FailingSource>();
    FailingSource& failing = *source;
    Guarded guarded(std::move(source), {});
    for (int i = 1; i < kLimits.failures; ++i) {
      static_cast<void>(loop.Run(guarded.Fetch({}, {}, {})));
    }
    failing.kind = between;
    static_cast<void>(loop.Run(guarded.Fetch({}, {}, {})));
    failing.kind = kFailure;
    static_cast<void>(loop.Run(guarded.Fetch({}, {}, {})));
    EXPECT_EQ(guarded.healthy(), healthy) << Name(between);
  }
}

}  // namespace
}  // namespace whittle::source
