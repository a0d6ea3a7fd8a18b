// Renders the sample pictures of this repository.
//
//   render_images FOLDER [--scale 0.25] [NAME ...]
//
// All of them, or the named ones, into FOLDER. A scale below 1 gives a quick look.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "jpeg_file.h"
#include "photograph.h"
#include "shot.h"
#include "shots.h"

namespace render {
namespace {

void ShowProgress(std::string_view name, double part) {
  constexpr int kWidth = 40;
  static int shown = -1;
  const int permille = static_cast<int>(part * 1000);
  if (permille == shown) return;
  shown = permille;
  std::string bar(static_cast<size_t>(part * kWidth), '#');
  bar.resize(kWidth, '.');
  std::fprintf(stderr, "\r%-16.*s [%s] %5.1f %%", static_cast<int>(name.size()), name.data(),
               bar.c_str(), part * 100);
}

int Run(const std::vector<std::string>& arguments) {
  std::filesystem::path folder;
  double scale = 1;
  std::vector<std::string> names;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--scale" && i + 1 < arguments.size()) {
      scale = std::strtod(arguments[++i].c_str(), nullptr);
    } else if (folder.empty()) {
      folder = arguments[i];
    } else {
      names.push_back(arguments[i]);
    }
  }
  if (folder.empty() || !(scale > 0 && scale <= 4)) {
    std::fputs("usage: render_images FOLDER [--scale 0.25] [NAME ...]\n", stderr);
    return 2;
  }
  std::filesystem::create_directories(folder);
  for (Shot shot : kShots) {
    if (!names.empty() && std::ranges::find(names, shot.file) == names.end()) continue;
    shot.width = std::max(1, static_cast<int>(shot.width * scale));
    shot.height = std::max(1, static_cast<int>(shot.height * scale));
    const Picture picture = Take(shot, std::max(1u, std::thread::hardware_concurrency()),
                                 [&](double part) { ShowProgress(shot.file, part); });
    const size_t size = WriteJpeg(folder / shot.file, picture, shot);
    std::fprintf(stderr, "\r%-16.*s %d x %d, %zu KB%40s\n", static_cast<int>(shot.file.size()),
                 shot.file.data(), shot.width, shot.height, size / 1000, "");
  }
  return 0;
}

}  // namespace
}  // namespace render

int main(int argc, char** argv) {
  try {
    return render::Run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "render_images: %s\n", error.what());
    return 1;
  }
}
