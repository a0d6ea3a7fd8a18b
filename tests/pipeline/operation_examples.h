// Every example of every operation, for tests that ask something of them all: so that a new one is
// tested without a line there.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/operations.h"
#include "tests/pipeline/jobs.h"
#include "transform/query.h"

namespace whittle::pipeline {

struct OperationExample {
  const Operation* operation;
  std::size_t row;  ///< in operations.def
  std::string_view query;
  Params params;
};

/// A box that a picture of 300x200 has to be cut to by fit=cover.
inline const Params kExampleBox = {.width = 240, .height = 200, .fit = Fit::kFill};

/// `base` with each example's query. For all to be active its box must have another shape than the
/// picture.
inline std::vector<OperationExample> OperationExamples(const Params& base) {
  std::vector<OperationExample> examples;
  for (std::size_t row = 0; row < Operations().size(); ++row) {
    for (const std::string_view query : Operations()[row]->examples) {
      examples.push_back({Operations()[row], row, query, base});
      if (!transform::ApplyQuery(query, examples.back().params)) {
        throw std::runtime_error("an example is no query: " + std::string(query));
      }
    }
  }
  return examples;
}

}  // namespace whittle::pipeline
