#include "source/store_source.h"

#include <string>
#include <utility>

#include "source/freshness.h"
#include "source/http.h"

namespace whittle::source {
namespace {

class StoreSource final : public Source {
 public:
  StoreSource(Store store, HttpFetcher::Options options)
      : store_(std::move(store)), hosts_(*options.hosts), fetcher_(std::move(options)) {
    if (auto prefix = Url::Parse(store_.prefix)) prefix_ = *std::move(prefix);
  }

  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait wait) override {
    WHITTLE_CO_TRY(const std::string name, store_.url_of(ref.path, ref.version));
    WHITTLE_CO_TRY(Url url, Url::Parse(name));
    WHITTLE_CO_TRY(
        HttpAnswer answer,
        co_await fetcher_.Fetch(std::move(url), ConditionsOf(known.text), std::move(wait)));
    co_return FoundIn(std::move(answer));
  }

  bool healthy() const override { return fetcher_.healthy(prefix_); }
  Load load() const override { return LoadOf(hosts_, fetcher_); }
  std::string credentials() const override { return store_.authorizer->Who(); }

 private:
  const Store store_;
  Url prefix_;
  Hosts& hosts_;
  HttpFetcher fetcher_;
};

}  // namespace

std::unique_ptr<Source> MakeStoreSource(Store store, HttpFetcher::Options options) {
  options.authorizer = store.authorizer;
  options.refusal_of = store.refusal_of;
  return std::make_unique<StoreSource>(std::move(store), std::move(options));
}

}  // namespace whittle::source
