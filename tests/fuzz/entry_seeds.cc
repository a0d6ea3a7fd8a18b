#include "cache/entry.h"
#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  cache::Entry entry;
  entry.key = "k";
  entry.etag = "\"0123\"";
  entry.type = "image/jpeg";
  entry.bytes = std::make_shared<const Bytes>();
  seeds.push_back(*cache::Serialize(entry));
  entry.validator = "1-2-3";
  entry.modified = 1'700'000'000;
  entry.truncated = true;
  entry.bytes = std::make_shared<const Bytes>(Bytes::CopyOf(AsBytes("a picture")));
  seeds.push_back(*cache::Serialize(entry));
  return seeds;
}

}  // namespace whittle::test
