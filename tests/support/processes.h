// Processes that a process has started, and those that these have, as /proc tells.
#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace whittle::test {

/// Direct children of `parent` that have not ended.
inline std::vector<pid_t> ChildrenOf(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    std::string text;
    if (!std::getline(file, text)) continue;
    const std::size_t behind = text.rfind(") ");  // the name
    if (behind == std::string::npos) continue;
    const char state = text[behind + 2];
    if (state == 'Z' || state == 'X' || std::stoi(text.substr(behind + 4)) != parent) continue;
    children.push_back(std::stoi(name));
  }
  return children;
}

/// The same, once there are so many: some may be about to end. Fewer where that never comes.
inline std::vector<pid_t> ChildrenOf(pid_t parent, std::size_t count) {
  std::vector<pid_t> children;
  for (const auto by = std::chrono::steady_clock::now() + std::chrono::seconds(20);
       std::chrono::steady_clock::now() < by; std::this_thread::yield()) {
    children = ChildrenOf(parent);
    if (children.size() == count) return children;
  }
  return {};
}

/// How many pid namespaces know `process`, and by what number the innermost does.
inline std::pair<int, std::string> InnermostNumber(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("NSpid:")) continue;
    return {static_cast<int>(std::ranges::count(line, '\t')), line.substr(line.rfind('\t') + 1)};
  }
  return {};
}

/// The fork server that `parent`, which has one, started: its child, or process 1 of the namespace
/// that this has made.
inline pid_t ForkServerOf(pid_t parent) {
  const std::vector<pid_t> started = ChildrenOf(parent, 1);
  if (started.empty()) return 0;
  for (const pid_t child : ChildrenOf(started[0])) {
    const auto [namespaces, number] = InnermostNumber(child);
    if (namespaces > InnermostNumber(started[0]).first && number == "1") return child;
  }
  return started[0];
}

/// Whether `process` is gone, or a zombie; waits for that for as long as only a hang takes.
inline bool Ends(pid_t process) {
  for (const auto by = std::chrono::steady_clock::now() + std::chrono::seconds(20);
       std::chrono::steady_clock::now() < by; std::this_thread::yield()) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    if (!std::getline(file, text)) return true;
    const std::size_t behind = text.rfind(") ");
    if (behind == std::string::npos || text[behind + 2] == 'Z') return true;
  }
  return false;
}

}  // namespace whittle::test
