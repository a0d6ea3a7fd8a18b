// /robots.txt: crawlers need not fetch thumbnails.
//
// An example of a page.
#include "http/page.h"

namespace whittle::http {

extern const Page kRobotsPage;
constexpr Page kRobotsPage = {"/robots.txt", [](const PageContext&) {
                                return TextReply(200, "User-agent: *\nDisallow: /\n");
                              }};

}  // namespace whittle::http
