// whittle_floor: what the formats' libraries alone take to decode files, in CPU time.
//
//   whittle_floor PASSES FILE...       prints {"files":41,"passes":2,"cpu_ms":5.81}
//
// JPEG, PNG, WebP and AVIF, known by their first bytes; generator/floor_decode.h says what is done
// to each. When all are PNG there is also "inflate_ms". Files are read before the clock starts.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "generator/floor_decode.h"

namespace whittle::bench {
namespace {

File ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

double CpuMilliseconds() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// CPU milliseconds a file that `work` takes.
template <typename Work>
double Measure(const std::vector<File>& files, int passes, Work work) {
  std::vector<std::uint8_t> space;  // NOLINT(misc-const-correctness): work changes it
  work(files.front(), space);       // the libraries' pages are in memory now
  const double began = CpuMilliseconds();
  for (int pass = 0; pass < passes; ++pass) {
    for (const File& file : files) work(file, space);
  }
  return (CpuMilliseconds() - began) / (static_cast<double>(files.size()) * passes);
}

}  // namespace
}  // namespace whittle::bench

int main(int argc, char** argv) {
  using namespace whittle::bench;
  const int passes = argc > 1 ? std::atoi(argv[1]) : 0;
  if (argc < 3 || passes < 1) {
    std::fputs("usage: whittle_floor PASSES FILE...\n", stderr);
    return 2;
  }
  std::vector<File> files;
  for (int i = 2; i < argc; ++i) files.push_back(ReadFile(argv[i]));

  std::string line = fmt::format(R"("files":{},"passes":{},"cpu_ms":{:.4f})", files.size(), passes,
                                 Measure(files, passes, Decode));
  if (std::ranges::all_of(files, [](const File& f) { return FormatOf(f) == Format::kPng; })) {
    line += fmt::format(",\"inflate_ms\":{:.4f}", Measure(files, passes, Inflate));
  }
  fmt::print("{{{}}}\n", line);
  return 0;
}
