#include "app/fetching.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "app/fill.h"
#include "source/address.h"
#include "source/small_file.h"

namespace whittle::app {
namespace {

constexpr int kFetchesPerWorker = 4;
constexpr int kMostFetches = 256;

// A host has three quarters of the slots unless it is set: others' pictures come while it is slow.
source::Hosts::Options HostOptions(const Settings& settings, int workers) {
  const int set = static_cast<int>(settings.service.fetch_slots);
  const int slots = set > 0 ? set : std::min(kFetchesPerWorker * workers, kMostFetches);
  const int per_host = static_cast<int>(settings.service.fetch_slots_per_host);
  return {.slots = slots,
          .per_host = per_host > 0 ? std::min(per_host, slots) : std::max(1, slots * 3 / 4)};
}

}  // namespace

Fetching::Fetching(const Settings& settings, int workers, async::BlockingPool& files,
                   source::Memory& memory, observe::Metrics& metrics)
    : settings_(settings), workers_(workers), files_(files), memory_(memory), metrics_(metrics) {}

source::HttpSourceOptions Fetching::ForOrigin(const std::string& name, const Settings& settings) {
  source::HttpSourceOptions options{.fetch = Options(name, settings)};
  // As many as the server has are no bound of its own.
  if (settings.service.fetch_slots != settings_.service.fetch_slots) {
    options.fetch.slots = static_cast<int>(settings.service.fetch_slots);
  }
  options.fetch.client = &Plain();
  options.fetch.guarded = &Guarded();  // for redirects to other hosts
  return options;
}

source::Surroundings Fetching::Around() {
  return {.variable = [](const std::string& name) -> std::optional<std::string> {
            const char* const value = std::getenv(name.c_str());
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          .read = source::ReadOn(files_),
          .call = Plain().Call(Filled<source::HttpDeadlines>(settings_)),
          .now = &std::chrono::system_clock::now};
}

source::HttpFetcher::Options Fetching::ForUrls(const std::string& name) {
  source::HttpFetcher::Options options = Options(name, settings_);
  options.client = &Guarded();
  return options;
}

source::HttpFetcher::Options Fetching::Options(const std::string& name, const Settings& settings) {
  if (!hosts_) hosts_ = std::make_unique<source::Hosts>(HostOptions(settings_, workers_));
  auto options = Filled<source::HttpFetcher::Options>(settings);
  options.name = name.empty() ? "source" : name;
  options.hosts = hosts_.get();
  options.memory = &memory_;
  options.max_bytes = settings.source.max_source_bytes;
  options.deadlines = Filled<source::HttpDeadlines>(settings);
  options.on_transfer = on_transfer_;
  options.on_fetch = [&metrics = metrics_](const source::FetchReport& report) {
    metrics.CountFetch({.source = report.source,
                        .outcome = report.outcome,
                        .retries = static_cast<std::uint64_t>(report.retries),
                        .bytes = report.bytes,
                        .spent = report.times.spent});
  };
  return options;
}

source::HttpClient& Fetching::Plain() {
  if (!plain_) {
    plain_ = std::make_unique<source::HttpClient>(
        source::HttpClient::Options{.transfer = Filled<source::HttpTransferOptions>(settings_)});
  }
  return *plain_;
}

source::HttpClient& Fetching::Guarded() {
  if (!guarded_) {
    source::HttpClient::Options options{.transfer = Filled<source::HttpTransferOptions>(settings_)};
    options.transfer.may_connect = &source::IsPublic;
    guarded_ = std::make_unique<source::HttpClient>(options);
  }
  return *guarded_;
}

}  // namespace whittle::app
