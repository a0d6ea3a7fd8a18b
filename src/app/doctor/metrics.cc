// Whether the whole Internet can read /metrics.
#include <algorithm>

#include "app/doctor/check.h"

namespace whittle::app::doctor {
namespace {

// A public address that the server is to listen on; empty when there is none.
std::string PublicAddress(const Bench& bench) {
  const auto own = source::Address::Parse(bench.settings.http.address);
  if (!own) return {};
  const bool all = *own == source::Address::FromV4(0) || *own == source::Address{};
  const auto& addresses = bench.machine.addresses;
  if (!all) return source::IsPublic(*own) ? own->ToText() : std::string();
  // 0.0.0.0 is IPv4 alone.
  const auto found = std::ranges::find_if(addresses, [&](const source::Address& address) {
    return source::IsPublic(address) && (address.is_v4() || !own->is_v4());
  });
  return found == addresses.end() ? std::string() : found->ToText();
}

Findings Examine(const Bench& bench) {
  if (!bench.settings.observe.metrics) return {Ok("off")};
  const std::string address = PublicAddress(bench);
  if (address.empty()) return {Ok("at /metrics, and on no address of the Internet")};
  return {
      Warning("/metrics tells everybody at " + address + " names of sources, traffic and errors",
              "listen on an address of the private network, or set metrics=off, or have a "
              "firewall let the proxy alone in")};
}

}  // namespace

extern const Check kMetricsCheck;
constexpr Check kMetricsCheck = {
    .name = "metrics", .about = "`/metrics` on an address of the Internet", .of_server = Examine};

}  // namespace whittle::app::doctor
