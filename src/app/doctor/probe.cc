#include "app/doctor/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include "app/fetching.h"
#include "app/fill.h"
#include "app/io_threads.h"
#include "app/memory_limit.h"
#include "app/memory_shares.h"
#include "app/open_sources.h"
#include "async/budget.h"
#include "base/text.h"
#include "codec/registry.h"
#include "observe/metrics.h"
#include "source/store.h"
#include "source/times.h"
#include "whittle/whittle.h"

namespace whittle::app::doctor {
namespace {
namespace fs = std::filesystem;

Probe::Kind KindOf(const std::string& location) {
  if (source::IsStoreLocation(location)) return Probe::Kind::kStore;
  return location.contains("://") ? Probe::Kind::kWeb : Probe::Kind::kDirectory;
}

// An answer that a cache had kept was made `age` seconds ago.
std::optional<std::chrono::seconds> AheadOfUs(const source::HttpAnswer& answer, std::time_t now) {
  const auto date = source::ReadHttpDate(answer.Field("date"));
  if (!date) return std::nullopt;
  const auto age = ParseUnsigned<std::uint32_t>(answer.Field("age")).value_or(0);
  return std::chrono::seconds(*date + age - now);
}

Hop HopOf(const source::Url& url, const source::HttpResult& result) {
  Hop hop{.origin = url.Origin()};
  if (result) {
    hop.status = result->status;
    hop.times = result->times;
    hop.ahead = AheadOfUs(*result, std::time(nullptr));
  } else {
    hop.failed_in = result.error().phase;
    hop.times = result.error().times;
  }
  return hop;
}

// What the server's own has: one of these for each probe, in the runtime's order.
struct Engine {
  Engine(const Settings& settings, int workers)
      : shares(SharesOf(settings, workers, MemoryLimit())),
        metrics(Version(), ""),
        files(Filled<async::BlockingPool::Options>(settings)),
        budget(shares.budget, shares.sources),
        memory(budget),
        io(1),
        fetching(settings, workers, files, memory, metrics) {
    io.Start([](std::exception_ptr) {});
  }
  ~Engine() {
    io.Stop();
    files.Join();
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const MemoryShares shares;
  observe::Metrics metrics;
  async::BlockingPool files;
  async::Budget budget;
  source::Memory memory;
  IoThreads io;
  Fetching fetching;
};

// A name that nobody has given anything.
std::string NoSuchKey() {
  std::random_device random;
  return fmt::format("whittle-doctor-{:08x}{:08x}", random(), random());
}

void List(const std::string& directory, Probe& probe) {
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (++probe.entries == kMostEntries) break;
  }
  if (error) {
    probe.error = Error::Saying(ErrorKind::kUnreadable, "cannot be listed", error.message());
  }
}

void Ask(source::Source& source, const Settings& settings, Engine& engine, Probe& probe) {
  std::string path = probe.key;
  if (path.empty() && probe.kind == Probe::Kind::kStore) path = NoSuchKey();
  const source::Wait wait{.until = async::Clock::now() + settings.source.fetch_timeout};
  const auto found =
      asio::co_spawn(engine.io.main(), source.Fetch({probe.name, path, ""}, {}, wait),
                     asio::use_future)
          .get();
  if (!found) {
    probe.error = found.error();
  } else if (const auto* fetched = std::get_if<source::Fetched>(&found->what)) {
    probe.bytes = fetched->bytes.size();
    const codec::Codec* const codec = codec::Sniff(fetched->bytes.view());
    if (codec != nullptr) probe.format = codec->name;
  }
  probe.credentials = source.credentials();
}

}  // namespace

std::string WithoutSecrets(const std::string& location) {
  const std::size_t scheme = location.find("://");
  if (scheme == std::string::npos) return location;
  std::string text = location.substr(0, location.find_first_of("?#"));
  const std::size_t host = scheme + 3;
  const std::size_t at = text.rfind('@', text.find('/', host));
  if (at != std::string::npos && at > host) text.replace(host, at - host, "***");
  return text;
}

Settings Within(Settings settings, std::chrono::milliseconds most) {
  auto& source = settings.source;
  for (auto* limit :
       {&source.read_timeout, &source.fetch_connect_timeout, &source.fetch_tls_timeout,
        &source.fetch_first_byte_timeout, &source.fetch_timeout}) {
    *limit = std::min(*limit, most);
  }
  return settings;
}

Probe ProbeSource(const Settings& settings, const SourceTable& table, const std::string& key,
                  int workers) {
  const std::string& location = LocationOf(settings, table);
  Probe probe{.name = table.name,
              .location = WithoutSecrets(location),
              .kind = KindOf(location),
              .key = key,
              .own_fields = static_cast<int>(table.headers.size())};
  Engine engine(settings, workers);
  engine.fetching.Watch([&probe](const source::Url& url, const source::HttpResult& result) {
    probe.hops.push_back(HopOf(url, result));
  });
  auto guard = Filled<source::Guarded::Options>(settings);
  guard.slots = std::max(guard.slots, 1);
  const auto source = OpenSource(
      settings, table, {.files = &engine.files, .memory = &engine.memory}, guard, engine.fetching);
  if (!source) {
    probe.error = source.error();
    return probe;
  }
  probe.is_open = true;
  if (probe.kind == Probe::Kind::kDirectory && key.empty()) {
    List(location, probe);
  } else {
    Ask(**source, settings, engine, probe);
  }
  return probe;
}

}  // namespace whittle::app::doctor
