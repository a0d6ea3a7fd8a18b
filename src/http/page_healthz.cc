// /healthz: the same with what this program is, as JSON.
#include "http/page.h"

namespace whittle::http {

extern const Page kHealthzPage;
constexpr Page kHealthzPage = {"/healthz", [](const PageContext& context) {
                                 return TextReply(200, std::string(context.about),
                                                  "application/json");
                               }};

}  // namespace whittle::http
