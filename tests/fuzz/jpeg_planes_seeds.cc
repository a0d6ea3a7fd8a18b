#include "tests/fuzz/seeds.h"
#include "tests/support/pictures.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (const JpegOptions& options :
       {JpegOptions{.quality = 90, .h_sampling = 2, .v_sampling = 2},
        {.quality = 75, .h_sampling = 2, .restart_interval = 2},
        {.quality = 100, .v_sampling = 2, .optimised = true},
        {.quality = 20, .h_sampling = 4, .optimised = true, .restart_interval = 1},
        {.progressive = true}}) {
    for (const int channels : {1, 3}) {
      PushWholeAndCut(seeds, EncodeJpeg(Photo(43, 27, channels), options));
      seeds.push_back(EncodeJpeg(Noise(17, 18, channels), options));
    }
  }
  return seeds;
}

}  // namespace whittle::test
