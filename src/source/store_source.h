// Pictures from a bucket: a Store's names, credentials and refusals, and an HTTP fetcher.
//
// Redirects are refusals here, since a store's region is told by them. Any thread; costs as the
// fetcher.
#pragma once

#include <memory>

#include "source/http_fetcher.h"
#include "source/source.h"
#include "source/store.h"

namespace whittle::source {

/// `options` have neither authorizer nor refusals: those are the store's.
std::unique_ptr<Source> MakeStoreSource(Store store, HttpFetcher::Options options);

}  // namespace whittle::source
