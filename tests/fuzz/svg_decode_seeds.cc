#include <string>

#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  const std::string root = "<svg xmlns='http://www.w3.org/2000/svg' width='3' height='2'/>";
  const std::string prolog =
      "<?xml version='1.0'?>\n<!-- > -->\n<!DOCTYPE svg [<!ENTITY a \"]>\"> <!-- ' -->]>\n";
  std::string wide = "\xFF\xFE";
  for (const char c : root) wide += {c, '\0'};
  // "<svg/>", compressed.
  const std::string gzip(
      "\x1f\x8b\x08\0\0\0\0\0\0\x03\xb3)*K\xd7\xb7\x03\0\xc5\xd4\xac\xe2\x06\0\0\0", 26);
  std::vector<Bytes> seeds;
  for (const std::string& file : {root, prolog + root, "\xEF\xBB\xBF" + root, wide, gzip,
                                  "<s:svg xmlns:s='http://www.w3.org/2000/svg'/>" + prolog}) {
    seeds.push_back(Bytes::CopyOf(AsBytes(file)));
  }
  return seeds;
}

}  // namespace whittle::test
