#include "source/free_url.h"

#include <cassert>
#include <utility>

#include "source/freshness.h"
#include "source/http.h"

namespace whittle::source {
namespace {

class FreeUrlSource final : public Source {
 public:
  explicit FreeUrlSource(HttpFetcher::Options options)
      : hosts_(*options.hosts), fetcher_(std::move(options)) {}

  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait wait) override {
    WHITTLE_CO_TRY(Url url, Url::Parse(ref.path));
    WHITTLE_CO_TRY(
        HttpAnswer answer,
        co_await fetcher_.Fetch(std::move(url), ConditionsOf(known.text), std::move(wait)));
    co_return FoundIn(std::move(answer));
  }

  Load load() const override { return LoadOf(hosts_, fetcher_); }

 private:
  Hosts& hosts_;
  HttpFetcher fetcher_;
};

}  // namespace

std::unique_ptr<Source> MakeFreeUrlSource(std::optional<UrlRules> rules,
                                          HttpFetcher::Options options) {
  assert(options.client->guarded());
  options.guarded = options.client;
  options.authorizer = nullptr;
  options.fields.clear();
  options.may_fetch = [](const Url&) { return true; };
  if (rules) {
    options.may_fetch = [shared = std::make_shared<const UrlRules>(*std::move(rules))](
                            const Url& url) { return shared->Allows(url); };
  }
  return std::make_unique<FreeUrlSource>(std::move(options));
}

}  // namespace whittle::source
