// Writes a fuzz target's seeds into a folder, one file each, for libFuzzer to begin with:
//
//   seeds_<target> FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/fuzz/seeds.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: seeds_<target> FOLDER\n", stderr);
    return 2;
  }
  int number = 0;
  for (const whittle::Bytes& seed : whittle::test::FuzzSeeds()) {
    const auto path = std::filesystem::path(argv[1]) / ("seed-" + std::to_string(number++));
    std::ofstream file(path, std::ios::binary);
    file << whittle::AsText(seed.view());
    if (!file.flush()) {
      std::fprintf(stderr, "%s cannot be written\n", path.c_str());
      return 1;
    }
  }
  return number > 0 ? 0 : 1;
}
