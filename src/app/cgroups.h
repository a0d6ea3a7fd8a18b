// The cgroups that this process is in, of version 1 and 2, as the kernel tells.
//
// Any thread; reads a few small files.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace whittle::app {

/// Where the kernel tells; tests point these at trees of their own.
struct CgroupPaths {
  std::filesystem::path membership = "/proc/self/cgroup";
  std::filesystem::path cgroups = "/sys/fs/cgroup";
};

/// Calls `visit` with the folder of every cgroup whose limits of `controller` ("cpu") bind this
/// process: its own and all their parents. In a container its own may be named as on the host,
/// where it does not exist; its limits are then at the root, which is always visited.
void ForEachCgroup(const CgroupPaths& paths, std::string_view controller,
                   const std::function<void(const std::filesystem::path&)>& visit);

/// The first line of a small file, "" when it cannot be read.
std::string FirstLine(const std::filesystem::path& path);

}  // namespace whittle::app
