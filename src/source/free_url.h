// Pictures from wherever a stranger's URL says, if it may be fetched.
//
// The path of a SourceRef is the whole URL. It has to be one that the operator's rules allow, or,
// without rules, any: then it is for the caller to have checked a signature. Every hop is judged
// anew, by its URL and by the address that is connected to (http_client.h). Any thread.
#pragma once

#include <memory>
#include <optional>

#include "source/http_fetcher.h"
#include "source/source.h"
#include "source/url_rules.h"

namespace whittle::source {

/// `options.client` must be guarded; what else of it is for hosts of our own is not used.
std::unique_ptr<Source> MakeFreeUrlSource(std::optional<UrlRules> rules,
                                          HttpFetcher::Options options);

}  // namespace whittle::source
