#include <string>

#include "tests/fuzz/seeds.h"

namespace whittle::test {

// Nobody here writes HEVC: boxes alone, up to an item that has no data.
std::vector<Bytes> FuzzSeeds() {
  const auto box = [](const std::string& type, const std::string& content) {
    const auto size = static_cast<std::uint32_t>(content.size() + 8);
    std::string bytes;
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(size >> shift);
    return bytes + type + content;
  };
  const std::string zeros(16, '\0');
  const std::string full = zeros.substr(0, 4);  // version and flags
  const std::string id{"\0\1", 2};
  const std::string handler = box("hdlr", full + zeros.substr(0, 4) + "pict" + zeros.substr(0, 13));
  const std::string primary = box("pitm", full + id);
  const std::string entry = box(
      "infe", std::string("\2\0\0\0", 4) + id + zeros.substr(0, 2) + "hvc1" + zeros.substr(0, 1));
  const std::string items = box("iinf", full + id + entry);
  const std::string place =
      box("iloc", full + std::string("\x44\0", 2) + id + id + zeros.substr(0, 2) + id +
                      zeros.substr(0, 4) + std::string("\0\0\0\x20", 4));
  const std::string size = box("ispe", full + std::string("\0\0\0\x20\0\0\0\x20", 8));
  const std::string links = box("ipma", full + zeros.substr(0, 3) + "\1" + id + "\1\1");
  const std::string properties = box("iprp", box("ipco", size) + links);
  std::vector<Bytes> seeds;
  for (const std::string brand : {"heic", "mif1"}) {
    const std::string type = box("ftyp", brand + zeros.substr(0, 4) + "mif1heic");
    for (const std::string& content :
         {handler, handler + primary + items, handler + primary + items + place + properties}) {
      const std::string file = type + box("meta", full + content) + box("mdat", zeros + zeros);
      seeds.push_back(Bytes::CopyOf(AsBytes(file)));
    }
  }
  return seeds;
}

}  // namespace whittle::test
