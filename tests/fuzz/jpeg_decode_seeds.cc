#include "tests/fuzz/seeds.h"
#include "tests/support/pictures.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (const JpegOptions& options : {JpegOptions{.h_sampling = 2, .v_sampling = 2},
                                     {.progressive = true},
                                     {.restart_interval = 2, .orientation = 5},
                                     {.arithmetic = true, .icc = "profile"}}) {
    for (const int channels : {1, 3, 4}) {
      PushWholeAndCut(seeds, EncodeJpeg(Photo(23, 18, channels), options));
    }
  }
  return seeds;
}

}  // namespace whittle::test
