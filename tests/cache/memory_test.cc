#include "cache/memory.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace whittle::cache {
namespace {

using Texts = Memory<std::string>;
constexpr std::size_t kOne = Texts::kOverhead + 1;  // what a thing with a name of one letter costs

Texts::Pointer Text(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

// The names of what is kept, found without changing the order of use more than a look does.
std::string Names(Texts& texts, std::string_view candidates) {
  std::string names;
  for (const char name : candidates) {
    if (texts.Find(std::string(1, name))) names += name;
  }
  return names;
}

TEST(Memory, GivesBackWhatWasKept) {
  Texts texts(1000);
  EXPECT_EQ(texts.Find("a"), nullptr);
  const auto value = Text("value");
  texts.Keep("a", value, 5);
  EXPECT_EQ(texts.Find("a"), value);
  EXPECT_EQ(texts.Find("A"), nullptr);
  EXPECT_EQ(texts.Find(""), nullptr);
  EXPECT_EQ(texts.bytes(), kOne + 5);
}

TEST(Memory, LetsGoOfTheLeastRecentlyUsed) {
  Texts texts(3 * kOne);
  for (const char* name : {"a", "b", "c"}) texts.Keep(name, Text(name), 0);
  EXPECT_EQ(texts.bytes(), 3 * kOne);
  EXPECT_TRUE(texts.Find("a"));  // so b is the oldest now
  texts.Keep("d", Text("d"), 0);
  EXPECT_EQ(Names(texts, "abcd"), "acd");
  texts.Keep("e", Text("e"), kOne);  // takes the room of two
  EXPECT_EQ(Names(texts, "abcde"), "de");
  EXPECT_EQ(texts.bytes(), 3 * kOne);
}

TEST(Memory, ReplacesWhatANameStoodFor) {
  Texts texts(3 * kOne);
  texts.Keep("a", Text("old"), 10);
  texts.Keep("b", Text("b"), 0);
  texts.Keep("a", Text("new"), 20);
  EXPECT_EQ(*texts.Find("a"), "new");
  EXPECT_EQ(texts.bytes(), 2 * kOne + 20);
  texts.Keep("a", Text("whole"), 2 * kOne);  // b goes, and not for what a was before
  EXPECT_EQ(Names(texts, "ab"), "a");
  EXPECT_EQ(texts.bytes(), 3 * kOne);
}

TEST(Memory, DoesNotKeepWhatIsLargerThanItself) {
  Texts texts(2 * kOne);
  texts.Keep("a", Text("a"), 0);
  EXPECT_TRUE(texts.Fits("b", kOne));
  EXPECT_FALSE(texts.Fits("b", kOne + 1));
  texts.Keep("b", Text("b"), kOne + 1);
  EXPECT_EQ(Names(texts, "ab"), "a") << "and nothing went for it";
  texts.Keep("a", Text("huge"), ~std::size_t{0});
  EXPECT_EQ(Names(texts, "ab"), "") << "the old one is no longer what a names";
  EXPECT_EQ(texts.bytes(), 0U);
}

TEST(Memory, WithoutRoomKeepsNothing) {
  Texts texts(0);
  EXPECT_FALSE(texts.Fits("", 0));
  texts.Keep("a", Text("a"), 0);
  EXPECT_EQ(texts.Find("a"), nullptr);
  EXPECT_EQ(texts.bytes(), 0U);
}

TEST(Memory, ForgetsWhatItIsTold) {
  Texts texts(1000);
  texts.Keep("a", Text("a"), 0);
  texts.Drop("b");
  texts.Drop("a");
  EXPECT_EQ(texts.Find("a"), nullptr);
  EXPECT_EQ(texts.bytes(), 0U);
}

TEST(Memory, WhoHoldsAThingKeepsItWhenItHasGone) {
  Texts texts(kOne);
  texts.Keep("a", Text("still here"), 0);
  const auto held = texts.Find("a");
  texts.Keep("b", Text("b"), 0);
  EXPECT_EQ(texts.Find("a"), nullptr);
  EXPECT_EQ(*held, "still here");
}

// Every thing says its own name, so a mix-up shows; and a thread sanitizer watches.
TEST(Memory, MayBeUsedFromAnyThread) {
  static constexpr std::size_t kBound = 8 * (kOne + 2);
  Texts texts(kBound);
  std::vector<std::jthread> threads;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    threads.emplace_back([&texts, seed] {
      for (unsigned i = 0, number = seed; i < 5000; ++i) {
        number = number * 1103515245 + 12345;
        const std::string name = std::to_string(number >> 16 & 15);
        switch (number >> 28 & 3) {
          case 0:
            texts.Keep(name, Text(name), i % 3);
            break;
          case 1:
            texts.Drop(name);
            break;
          case 2:
            EXPECT_LE(texts.bytes(), kBound);
            break;
          default:
            if (const auto found = texts.Find(name)) EXPECT_EQ(*found, name);
            break;
        }
      }
    });
  }
}

}  // namespace
}  // namespace whittle::cache
