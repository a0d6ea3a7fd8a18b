// What a fuzz target begins with: each tests/fuzz/<name>_seeds.cc gives sound inputs for its
// target, for the replay to mutate.
#pragma once

#include <vector>

#include "whittle/bytes.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds();

}  // namespace whittle::test
