// What a fuzz target begins with: each tests/fuzz/<name>_seeds.cc gives sound inputs for its
// target, for the replay to mutate.
#pragma once

#include <utility>
#include <vector>

#include "whittle/bytes.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds();

/// A file, and once more without its last sixth: a JPEG then ends amid a scan.
inline void PushWholeAndCut(std::vector<Bytes>& seeds, Bytes file) {
  Bytes cut = Bytes::CopyOf(file.view().first(file.size() * 5 / 6));
  seeds.push_back(std::move(file));
  seeds.push_back(std::move(cut));
}

}  // namespace whittle::test
