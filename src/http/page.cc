#include "http/page.h"

#include <algorithm>
#include <iterator>

namespace whittle::http {

#define WHITTLE_PAGE(name) extern const Page k##name##Page;
#include "http/pages.def"
#undef WHITTLE_PAGE

namespace {

constexpr const Page* kPages[] = {
#define WHITTLE_PAGE(name) &k##name##Page,
#include "http/pages.def"
#undef WHITTLE_PAGE
};

}  // namespace

const Page* FindPage(std::string_view path) {
  const auto found = std::ranges::find(kPages, path, &Page::path);
  return found == std::end(kPages) ? nullptr : *found;
}

}  // namespace whittle::http
