// Runs a fuzz target without a fuzzer, so that every build exercises it: over the corpus, where
// there is one, and over mutations of the target's own seeds. It fails by crashing.
#include <gtest/gtest.h>

#include <random>

#include "tests/fuzz/seeds.h"
#include "tests/support/corpus.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace whittle {
namespace {

void Feed(ByteView input) { EXPECT_EQ(LLVMFuzzerTestOneInput(input.data(), input.size()), 0); }

TEST(FuzzReplay, TakesTheCorpus) {
  WHITTLE_NEEDS_CORPUS();
  constexpr std::uintmax_t kLargest = 1 << 20;
  int files = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (!is_regular_file(path) || file_size(path) > kLargest) continue;
    SCOPED_TRACE(row.path);
    Feed(test::ReadFile(path).view());
    ++files;
  }
  EXPECT_GT(files, 1000);
}

TEST(FuzzReplay, TakesMutationsOfItsSeeds) {
  std::mt19937 random(3);
  for (const Bytes& seed : test::FuzzSeeds()) {
    Feed(seed.view());
    for (int i = 0; i < 200; ++i) {
      Bytes mutant = Bytes::CopyOf(seed.view().first(1 + random() % seed.size()));
      for (unsigned flip = random() % 6; flip > 0; --flip) {
        mutant.data()[random() % mutant.size()] = static_cast<std::uint8_t>(random());
      }
      Feed(mutant.view());
    }
  }
}

}  // namespace
}  // namespace whittle
