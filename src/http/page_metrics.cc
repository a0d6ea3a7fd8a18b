// /metrics: for Prometheus.
#include "http/page.h"

namespace whittle::http {
namespace {

Reply Answer(const PageContext& context) {
  if (!context.shows_metrics) {
    return ErrorReply(Error::Saying(ErrorKind::kNotFound, "not found"));
  }
  context.service.UpdateGauges();
  return TextReply(200, context.metrics.Text(), observe::Metrics::kContentType);
}

}  // namespace

extern const Page kMetricsPage;
constexpr Page kMetricsPage = {"/metrics", Answer};

}  // namespace whittle::http
