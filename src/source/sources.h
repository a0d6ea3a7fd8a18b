// All sources of the process, by the names that the configuration gives them.
//
// Filled at start, then immutable: any thread. Cost of a look-up: a few comparisons of short texts.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "source/source.h"

namespace whittle::source {

class Sources {
 public:
  /// The unnamed one is called "". A name is added once.
  void Add(std::string name, std::shared_ptr<Source> source) {
    sources_.emplace_back(std::move(name), std::move(source));
  }
  /// Null when there is none of that name.
  Source* Find(std::string_view name) const {
    for (const auto& [own, source] : sources_) {
      if (own == name) return source.get();
    }
    return nullptr;
  }
  /// False when none answers: while one does, its pictures can be served.
  bool healthy() const {
    return sources_.empty() ||
           std::ranges::any_of(sources_, [](const auto& each) { return each.second->healthy(); });
  }
  /// Of all together.
  Load load() const {
    Load sum;
    std::vector<const void*> seen;
    for (const auto& [name, source] : sources_) {
      const Load one = source->load();
      sum.waiting += one.waiting_alone;
      if (one.pool != nullptr) {
        if (std::ranges::find(seen, one.pool) != seen.end()) continue;
        seen.push_back(one.pool);
      }
      sum.left_alone += one.left_alone;
      sum.in_use += one.in_use;
      sum.waiting += one.waiting;
      sum.slots += one.slots;
    }
    return sum;
  }

 private:
  std::vector<std::pair<std::string, std::shared_ptr<Source>>> sources_;
};

}  // namespace whittle::source
