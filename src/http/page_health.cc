// /health: the process answers. For load balancers that ask for no more.
#include "http/page.h"

namespace whittle::http {

extern const Page kHealthPage;
constexpr Page kHealthPage = {"/health", [](const PageContext&) { return TextReply(200, "ok"); }};

}  // namespace whittle::http
