// Settings reach the rooms that they are for.
#include "app/fill.h"

#include <gtest/gtest.h>

namespace whittle::app {
namespace {
using namespace std::chrono_literals;

// Each row's text differs from the default, and from those of its neighbours.
Settings Changed() {
  Settings settings;
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"port", "81"},
      {"address", "127.0.0.2"},
      {"unix_mode", "600"},
      {"max_connections", "82"},
      {"max_connections_per_address", "83"},
      {"max_requests_per_connection", "84"},
      {"header_timeout", "85s"},
      {"idle_timeout", "86s"},
      {"write_timeout", "87s"},
      {"min_write_rate", "88"},
      {"answer_timeout", "89s"},
      {"truncated_max_age", "90999ms"},
      {"images_dir", "/91"},
      {"max_source_bytes", "92"},
      {"file_threads", "13"},
      {"read_timeout", "94s"},
      {"fetch_connect_timeout", "201s"},
      {"fetch_tls_timeout", "202s"},
      {"fetch_first_byte_timeout", "203s"},
      {"fetch_timeout", "204s"},
      {"fetch_min_rate", "205"},
      {"fetch_ca_file", "/206"},
      {"user_agent", "207"},
      {"absent_for", "208s"},
      {"quality", "15"},
      {"webp_quality", "16"},
      {"avif_quality", "17"},
      {"auto_quality_target", "38"},
      {"preset", "fast"},
      {"auto_format", "gif"},
      {"background", "010203"},
      {"truncated", "fail"},
      {"max_source_pixels", "99"},
      {"max_working_bytes", "2MiB"},
      {"workers", "101"},
      {"fetch_slots", "102"},
      {"queue_wait", "103s"},
      {"short_job", "104ms"},
      {"decode_deadline", "105s"},
      {"cache_bytes", "106"},
      {"cache_fresh", "107s"},
      {"log_format", "json"},
      {"log_level", "debug"},
      {"metrics", "off"},
  };
  for (const auto& [name, text] : texts) {
    const auto row = std::ranges::find(Rows(), name, &SettingRow::name);
    EXPECT_TRUE(row->set(settings, text)) << name;
  }
  return settings;
}

TEST(Fill, GivesEachRoomItsSettings) {
  const Settings settings = Changed();
  const auto listener = Filled<http::Listener::Options>(settings);
  EXPECT_EQ(listener.port, 81);
  EXPECT_EQ(listener.address, "127.0.0.2");
  EXPECT_EQ(listener.unix_mode, 0600U);
  const auto server = Filled<http::Server::Options>(settings);
  EXPECT_EQ(server.max_connections, 82U);
  EXPECT_EQ(server.max_connections_per_address, 83U);
  const auto session = Filled<http::SessionContext::Limits>(settings);
  EXPECT_EQ(session.max_requests, 84U);
  EXPECT_EQ(session.header_timeout, 85s);
  EXPECT_EQ(session.idle_timeout, 86s);
  const auto output = Filled<http::OutputFloor::Options>(settings);
  EXPECT_EQ(output.patience, 87s);
  EXPECT_EQ(output.rate, 88U);
  EXPECT_EQ(output.whole, 89s);
  EXPECT_EQ(Filled<http::CachingRules>(settings).truncated_max_age, 90s) << "whole seconds";
  EXPECT_FALSE(Filled<http::Routes::Options>(settings).metrics);
  const auto source = Filled<source::SourceOptions>(settings);
  EXPECT_EQ(source.location, "/91");
  EXPECT_EQ(source.max_bytes, 92U);
  const auto files = Filled<async::BlockingPool::Options>(settings);
  EXPECT_EQ(files.threads, 13);
  EXPECT_EQ(files.limit, 94s);
  const auto fetch = Filled<source::HttpDeadlines>(settings);
  EXPECT_EQ(fetch.connect, 201s);
  EXPECT_EQ(fetch.tls, 202s);
  EXPECT_EQ(fetch.first_byte, 203s);
  EXPECT_EQ(fetch.whole, 204s);
  EXPECT_EQ(fetch.floor, 205U);
  const auto transfer = Filled<source::HttpTransferOptions>(settings);
  EXPECT_EQ(transfer.ca_file, "/206");
  EXPECT_EQ(transfer.user_agent, "207");
  EXPECT_EQ(Filled<source::HttpFetcher::Options>(settings).absent_for, 208s);
  const auto defaults = Filled<transform::Defaults>(settings);
  EXPECT_EQ(defaults.quality, 15);
  EXPECT_EQ(defaults.webp_quality, 16);
  EXPECT_EQ(defaults.avif_quality, 17);
  EXPECT_EQ(defaults.auto_target, 38);
  EXPECT_EQ(defaults.preset, Preset::kFast);
  EXPECT_EQ(defaults.auto_formats, std::vector{Format::kGif});
  EXPECT_EQ(defaults.flatten, Colour(1, 2, 3));
  EXPECT_FALSE(defaults.shows_truncated);
  const auto limits = Filled<Limits>(settings);
  EXPECT_EQ(limits.max_source_bytes, 92U);
  EXPECT_EQ(limits.max_source_pixels, 99U);
  EXPECT_EQ(limits.max_working_bytes, 2U << 20);
  const auto queue = Filled<async::WorkQueue::Options>(settings);
  EXPECT_EQ(queue.workers, 101);
  EXPECT_EQ(queue.max_wait, 103s);
  EXPECT_EQ(queue.short_work, 104ms);
  EXPECT_EQ(Filled<source::Guarded::Options>(settings).slots, 102);
  EXPECT_EQ(Filled<service::Watchdog::Limits>(settings).cpu, 105s);
  const auto service = Filled<service::Service::Options>(settings);
  EXPECT_EQ(service.queue_wait, 103s);
  EXPECT_EQ(service.cache_bytes, 106U);
  EXPECT_EQ(service.cache_fresh, 107s);
  EXPECT_EQ(service.truncated_fresh, 90999ms);
  EXPECT_EQ(Filled<source::CachePolicy>(settings).fresh, 107s);
  const auto log = Filled<observe::Log::Options>(settings);
  EXPECT_EQ(log.format, observe::LogFormat::kJson);
  EXPECT_EQ(log.level, observe::LogLevel::kDebug);
}

}  // namespace
}  // namespace whittle::app
