#include "observe/outlet.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>

#include "tests/observe/pipe.h"

namespace whittle::observe {
namespace {
using namespace std::chrono_literals;
using test::Pipe;

// Writes until there is no room; how much there was.
std::size_t Fill(const Outlet& outlet, std::string_view text) {
  std::size_t written = 0;
  while (const std::size_t more = outlet.Write(text).value_or(0)) written += more;
  return written;
}

TEST(Outlet, APipeWithoutRoomTakesNothingAndHoldsNobody) {
  const Pipe pipe;
  const Outlet outlet(pipe.in());
  EXPECT_EQ(Fill(outlet, std::string(100, 'a')), 4000U);
  EXPECT_EQ(outlet.Write("more than fits" + std::string(100, 'a')), 0U);
  outlet.WaitForRoom(0ms);
}

// A container's user may not open what its supervisor has made.
TEST(Outlet, APipeThatMayNotBeOpenedAnewHoldsNobody) {
  const Pipe pipe;
  ASSERT_EQ(fchmod(pipe.in(), 0), 0);
  setfsuid(65534);  // for this thread; a superuser may open anything
  const Outlet outlet(pipe.in());
  setfsuid(geteuid());
  EXPECT_EQ(Fill(outlet, std::string(10'000, 'a')), 4096U) << "no more than fits for certain";
  EXPECT_EQ(outlet.Write("a"), 0U);
}

TEST(Outlet, APipeThatNobodyReadsAnyMoreTakesNothing) {
  std::signal(SIGPIPE, SIG_IGN);
  const Pipe pipe;
  const Outlet outlet(pipe.in());
  pipe.CloseOut();
  EXPECT_EQ(outlet.Write("a"), std::nullopt);
}

TEST(Outlet, RoomIsWaitedForUntilItIsThere) {
  const Pipe pipe;
  const Outlet outlet(pipe.in());
  Fill(outlet, std::string(4096, 'a'));
  std::jthread reader([&] {
    std::string bytes(4096, 0);
    EXPECT_EQ(read(pipe.out(), bytes.data(), bytes.size()), 4096);
  });
  outlet.WaitForRoom(1h);
  EXPECT_EQ(outlet.Write("a"), 1U);
}

TEST(Outlet, TheDescriptorMayBeClosed) {
  const Pipe pipe;
  const Outlet outlet(pipe.in());
  pipe.CloseIn();
  EXPECT_EQ(outlet.Write("a"), 1U);
}

TEST(Outlet, NoDescriptorTakesNothing) { EXPECT_EQ(Outlet(-1).Write("a"), std::nullopt); }

}  // namespace
}  // namespace whittle::observe
