#include "source/curl.h"

#include <new>

namespace whittle::source {

CurlEasy MakeCurlEasy() {
  CurlEasy easy(curl_easy_init());
  if (!easy) throw std::bad_alloc();
  return easy;
}

CurlMulti MakeCurlMulti() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  CurlMulti multi(ready == CURLE_OK ? curl_multi_init() : nullptr);
  if (!multi) throw std::bad_alloc();
  return multi;
}

void Append(CurlList& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());  // it is the start of `longer`
  list.reset(longer);
}

}  // namespace whittle::source
