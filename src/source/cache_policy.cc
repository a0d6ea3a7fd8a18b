#include "source/cache_policy.h"

#include <string>
#include <utility>
#include <variant>

namespace whittle::source {
namespace {

void Apply(const CachePolicy& policy, Found& found) {
  const auto open =
      CacheControl::Public(std::chrono::floor<std::chrono::seconds>(policy.fresh).count());
  if (!policy.by_source) {
    found.caching.reset();
  } else if (!found.caching && !std::holds_alternative<NotModified>(found.what)) {
    found.caching = open;
  } else if (found.caching && !found.caching->FreshFor()) {  // of time it says nothing
    found.caching->max_age = open.max_age;
    found.caching->no_cache = open.no_cache;
  }
  // To the nanosecond, where the time is ours.
  if (!policy.by_source || !found.fresh_for) found.fresh_for = policy.fresh;
}

class Governed final : public Source {
 public:
  Governed(std::unique_ptr<Source> source, CachePolicy policy)
      : source_(std::move(source)), policy_(policy) {}

  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait wait) override {
    auto found = co_await source_->Fetch(std::move(ref), std::move(known), std::move(wait));
    if (found) Apply(policy_, *found);
    co_return found;
  }
  bool healthy() const override { return source_->healthy(); }
  Load load() const override { return source_->load(); }
  std::string credentials() const override { return source_->credentials(); }

 private:
  const std::unique_ptr<Source> source_;
  const CachePolicy policy_;
};

}  // namespace

std::unique_ptr<Source> WithCachePolicy(std::unique_ptr<Source> source, CachePolicy policy) {
  return std::make_unique<Governed>(std::move(source), policy);
}

}  // namespace whittle::source
