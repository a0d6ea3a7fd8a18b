#include "observe/log_sink.h"

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>

#include <algorithm>

#include "observe/log_line.h"
#include "observe/metrics.h"

namespace whittle::observe {
namespace {

// How often a full descriptor is looked away from, to count what was dropped and see the end come.
constexpr auto kLook = std::chrono::milliseconds(50);
// While lines are being dropped all the time, how often that is told.
constexpr auto kTellEvery = std::chrono::seconds(1);

}  // namespace

LogSink::LogSink(int fd, LogFormat format, Counter* dropped)
    : outlet_(fd), format_(format), last_told_(Clock::now() - kTellEvery), dropped_(dropped) {}

void LogSink::Close(Clock::time_point deadline) { deadline_ = deadline; }

bool LogSink::WaitForFlush(std::uint64_t which, Clock::time_point until) {
  std::unique_lock lock(mutex_);
  return flush_came_.wait_until(lock, until, [this, which] { return flushes_ >= which; });
}

void LogSink::ForgetCounter() {
  const std::scoped_lock lock(mutex_);
  dropped_ = nullptr;
}

void LogSink::sink_it_(const spdlog::details::log_msg& message) {
  TellDropped();  // they came before this one
  line_.clear();
  formatter_->format(message, line_);
  if (pending_.size() + line_.size() > kAtOnce) WriteOut();
  pending_.append(line_.data(), line_.size());
  if (QueueIsEmpty()) WriteOut();
}

void LogSink::flush_() {
  TellDropped();
  WriteOut();
  const std::scoped_lock lock(mutex_);
  ++flushes_;
  flush_came_.notify_all();
}

/// Takes from `text` what found room; false when that was not all.
bool LogSink::WriteAll(std::string_view& text) {
  while (!text.empty()) {
    const auto written = outlet_.Write(text);
    if (!written) return false;
    if (*written > 0) {
      torn_ = text[*written - 1] != '\n';
      text.remove_prefix(*written);
      continue;
    }
    CountDropped();
    if (Clock::now() >= deadline_.load()) return false;
    outlet_.WaitForRoom(kLook);
  }
  return true;
}

/// How many of these lines are lost.
std::uint64_t LogSink::Write(std::string_view lines) {
  std::string_view end_of_line = "\n";
  if (!torn_ || WriteAll(end_of_line)) WriteAll(lines);
  return static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
}

void LogSink::WriteOut() {
  lost_ += Write(pending_);
  pending_.clear();
  CountDropped();
}

void LogSink::TellDropped() {
  if (CountDropped() == told_) return;
  if (!QueueIsEmpty() && Clock::now() - last_told_ < kTellEvery) return;
  WriteOut();
  const std::uint64_t total = CountDropped();  // with those of the time that this took
  LineWriter text(format_, "log lines dropped");
  text.Add({"count", total - told_});
  line_.clear();
  formatter_->format({spdlog::source_loc(), "", spdlog::level::warn, text.line()}, line_);
  if (Write({line_.data(), line_.size()}) > 0) return;
  told_ = total;
  last_told_ = Clock::now();
}

/// All that were dropped so far, the counter having been told.
std::uint64_t LogSink::CountDropped() {
  const std::uint64_t total = queue_->overrun_counter() + lost_;
  const std::scoped_lock lock(mutex_);
  if (dropped_ != nullptr) dropped_->Add(total - counted_);
  counted_ = total;
  return total;
}

}  // namespace whittle::observe
