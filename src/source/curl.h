// libcurl's handles, each with the owner that frees it.
//
// Handles belong to one thread at a time. libcurl is set up once for the process, by the first
// multi handle, and stays so until it ends.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace whittle::source {

struct FreeCurlEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeCurlMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeCurlList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

using CurlEasy = std::unique_ptr<CURL, FreeCurlEasy>;
using CurlMulti = std::unique_ptr<CURLM, FreeCurlMulti>;
using CurlList = std::unique_ptr<curl_slist, FreeCurlList>;

/// Throws std::bad_alloc.
CurlEasy MakeCurlEasy();
CurlMulti MakeCurlMulti();
void Append(CurlList& list, const std::string& line);

}  // namespace whittle::source
