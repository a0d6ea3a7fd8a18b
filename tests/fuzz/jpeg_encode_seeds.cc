#include "tests/fuzz/seeds.h"
#include "tests/support/pictures.h"

namespace whittle::test {

// Four bytes of settings (see the target), then samples: every layout and preset.
std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (int kind = 0; kind < 9; ++kind) {
    for (const int quality : {0, 79, 99}) {
      const Picture picture = kind % 2 == 0 ? Photo(40, 20, 1) : Noise(40, 20, 1);
      Bytes seed(4);
      seed.data()[0] = static_cast<std::uint8_t>(kind * 9);
      seed.data()[1] = static_cast<std::uint8_t>(70 - kind * 7);
      seed.data()[2] = static_cast<std::uint8_t>(kind);
      seed.data()[3] = static_cast<std::uint8_t>(quality);
      seed.Append(picture.samples);
      seeds.push_back(std::move(seed));
    }
  }
  return seeds;
}

}  // namespace whittle::test
