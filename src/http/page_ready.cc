// /ready: whether requests should be sent here.
#include "http/page.h"

namespace whittle::http {
namespace {

Reply Answer(const PageContext& context) {
  if (!context.ready) return TextReply(503, "draining");
  if (!context.service.healthy()) return TextReply(503, "source does not answer");
  return TextReply(200, "ready");
}

}  // namespace

extern const Page kReadyPage;
constexpr Page kReadyPage = {"/ready", Answer};

}  // namespace whittle::http
