// A program of somebody else's that embeds Whittle: makes a thumbnail of a file.
//
//   example IN OUT
//
// Built against the installed package only (find_package(whittle)), and run by the tests.
#include <whittle/whittle.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: example IN OUT\n";
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  const std::string source{std::istreambuf_iterator<char>(in), {}};

  const auto transform = whittle::Transform::Make({.width = 320, .height = 240});
  const auto result = whittle::Process(whittle::AsBytes(source), *transform, whittle::Limits{});
  if (!result) {
    std::cerr << argv[1] << ": " << result.error().text << '\n';
    return 1;
  }
  std::ofstream out(argv[2], std::ios::binary);
  out << whittle::AsText(result->bytes.view());
  std::cout << whittle::Version() << ": " << result->width << "x" << result->height << ", "
            << result->bytes.size() << " bytes\n";
  return out ? 0 : 1;
}
