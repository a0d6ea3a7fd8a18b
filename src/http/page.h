// Pages: what is answered at a fixed path, at once and without any picture.
//
// Rows of pages.def. To add one: write http/page_<name>.cc that defines `extern const Page
// k<Name>Page`, and add one line to pages.def. Their functions are called on any thread and must
// not wait.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/reply.h"
#include "observe/metrics.h"
#include "service/service.h"

namespace whittle::http {

/// What a page can tell of.
struct PageContext {
  service::Service& service;
  observe::Metrics& metrics;
  std::string_view about;  ///< JSON, for /healthz
  bool shows_metrics = true;
  bool ready = true;  ///< false while the server drains
};

struct Page {
  std::string_view path;
  Reply (*answer)(const PageContext& context);
};

/// Null when there is none at `path`.
const Page* FindPage(std::string_view path);

}  // namespace whittle::http
