// How long a client may have to wait for an answer, against how long caches in front of us wait.
#include <fmt/format.h>

#include <chrono>

#include "app/doctor/check.h"
#include "service/watchdog.h"

namespace whittle::app::doctor {
namespace {

using std::chrono::duration_cast, std::chrono::seconds;

// CloudFront's origin response timeout, unless set otherwise
// (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html); nginx
// waits for 60 s (proxy_read_timeout).
constexpr seconds kCdnWaits(30);

Findings Examine(const Bench& bench) {
  const auto& settings = bench.settings;
  const auto longest = settings.source.fetch_timeout + settings.service.queue_wait +
                       service::Watchdog::kWallTimes * settings.service.decode_deadline;
  const std::string found = fmt::format(
      "an answer may take {:.0f} s (fetch_timeout, queue_wait, three times "
      "decode_deadline)",
      std::chrono::duration<double>(longest).count());
  if (longest <= kCdnWaits) return {Ok(found)};
  return {Warning(fmt::format("{}, and CDNs give up after {} s or so: the work is done for nobody",
                              found, duration_cast<seconds>(kCdnWaits).count()),
                  "lower them, or have the CDN wait longer")};
}

}  // namespace

extern const Check kDeadlinesCheck;
constexpr Check kDeadlinesCheck = {
    .name = "deadlines",
    .about =
        "`fetch_timeout`, `queue_wait` and `decode_deadline` together against the 30 s that a "
        "CDN waits",
    .of_server = Examine};

}  // namespace whittle::app::doctor
