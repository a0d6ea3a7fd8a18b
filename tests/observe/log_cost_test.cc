// What a line costs in memory, and what becomes of it when there is none. Nothing under a
// sanitizer, which has operators of its own.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <sstream>
#include <string>

#include "observe/log.h"

namespace {
thread_local int allocations = 0;
thread_local bool out_of_memory = false;
}  // namespace

// For the whole program: counts, and fails where a test says so.
void* operator new(std::size_t size) {
  ++allocations;
  void* const memory = out_of_memory ? nullptr : std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace whittle::observe {
namespace {

TEST(LogCost, ALevelThatIsOffAllocatesNothing) {
  std::ostringstream out;
  Log log({.level = LogLevel::kError, .out = &out});
  const RequestLine line = {.level = LogLevel::kInfo, .target = "/a b"};
  const int before = allocations;
  log.Warn("off", {{"text", "two words"}, {"number", 5}});
  log.Info("off");
  log.Debug("off");
  log.Request(line);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(out.str(), "");
}

TEST(LogCost, ALineForWhichThereIsNoMemoryIsDropped) {
  std::ostringstream out;
  Log log({.out = &out});
  const std::string text(900, '\n');
  out_of_memory = true;
  log.Warn("no room", {{"text", text}});
  log.Request({.target = text});
  out_of_memory = false;
  log.Warn("room again");
  EXPECT_TRUE(out.str().ends_with(" warning room again\n"));
  EXPECT_EQ(out.str().find('\n'), out.str().size() - 1) << out.str();
}

}  // namespace
}  // namespace whittle::observe

#endif
