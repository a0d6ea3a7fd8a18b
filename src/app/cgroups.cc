#include "app/cgroups.h"

#include <fstream>
#include <sstream>

namespace whittle::app {
namespace {
namespace fs = std::filesystem;

void VisitUpwards(const fs::path& root, const fs::path& leaf,
                  const std::function<void(const fs::path&)>& visit) {
  fs::path relative = leaf.relative_path().lexically_normal();
  if (relative.string().starts_with("..")) relative.clear();  // outside our cgroup namespace
  for (;;) {
    visit(root / relative);
    if (!relative.has_relative_path()) return;
    relative = relative.parent_path();
  }
}

bool Lists(std::string_view controllers, std::string_view wanted) {
  std::istringstream list{std::string(controllers)};
  for (std::string name; std::getline(list, name, ',');) {
    if (name == wanted) return true;
  }
  return false;
}

}  // namespace

std::string FirstLine(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

void ForEachCgroup(const CgroupPaths& paths, std::string_view controller,
                   const std::function<void(const fs::path&)>& visit) {
  std::ifstream membership(paths.membership);
  // Lines are "0::/path" for version 2 and "4:cpu,cpuacct:/path" for version 1.
  for (std::string line; std::getline(membership, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path leaf = line.substr(second + 1);
    if (controllers.empty()) {
      VisitUpwards(paths.cgroups, leaf, visit);
    } else if (Lists(controllers, controller)) {
      VisitUpwards(paths.cgroups / controllers, leaf, visit);
      if (controllers != controller) VisitUpwards(paths.cgroups / controller, leaf, visit);
    }
  }
}

}  // namespace whittle::app
