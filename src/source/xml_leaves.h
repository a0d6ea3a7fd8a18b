// The texts in an XML answer of a store: what its elements without children say, by name.
//
// Errors and credentials of S3, STS, GCS and Azure are all small documents of which a few elements
// matter, wherever they stand. Pure function; any thread. Reads with expat, at most kMostBytes,
// elements and depth; a document type, and with it every entity, ends the reading. What is cut
// short or is no XML gives what was whole before.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whittle::source {

class XmlLeaves {
 public:
  static constexpr std::size_t kMostBytes = 64ULL << 10;
  static constexpr std::size_t kMostLeaves = 64;
  static constexpr int kMostDepth = 16;

  explicit XmlLeaves(std::string_view document);

  /// The text of the first leaf with that name; empty when there is none.
  std::string_view operator[](std::string_view name) const;
  std::size_t size() const { return leaves_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> leaves_;
};

}  // namespace whittle::source
