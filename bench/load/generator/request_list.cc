#include "generator/request_list.h"

#include <fmt/format.h>

namespace whittle::bench {

std::expected<std::vector<std::string>, std::string> ReadRequests(std::istream& list) {
  std::vector<std::string> requests;
  for (std::string line; std::getline(list, line);) {
    const std::size_t tab = line.find('\t');
    const std::string path = line.substr(0, tab);
    if (!path.starts_with('/') || path.find(' ') != std::string::npos) {
      return std::unexpected(fmt::format("line {}: not a path: {}", requests.size() + 1, path));
    }
    const std::string field = tab == std::string::npos ? "" : line.substr(tab + 1) + "\r\n";
    requests.push_back(fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}\r\n", path, field));
  }
  if (requests.empty()) return std::unexpected("no requests");
  return requests;
}

}  // namespace whittle::bench
