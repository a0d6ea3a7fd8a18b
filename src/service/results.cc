#include "service/results.h"

#include <utility>

namespace whittle::service {
namespace {

// Without the allocator's rounding and the counts of the shared pointers, which cache::Memory's
// overhead has room for.
std::size_t CostOf(const Result& result) {
  const std::size_t cost =
      sizeof(Result) + result.identity.etag.size() + result.validator.text.size();
  if (!result.rendition) return cost;
  const SharedBytes& shared = result.rendition->shared;
  return cost + sizeof(Rendition) +
         (shared ? shared->capacity() : result.rendition->image.bytes.capacity());
}

}  // namespace

void Results::Keep(std::string_view key, ResultPtr result) {
  const std::size_t cost = CostOf(*result);
  memory_.Keep(key, std::move(result), cost);
}

}  // namespace whittle::service
