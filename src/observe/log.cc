#include "observe/log.h"

#include <pthread.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/kept_segment.h"
#include "observe/log_line.h"
#include "observe/log_sink.h"

namespace whittle::observe {
namespace {

// spdlog puts the time and level around what LineWriter makes.
constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

// What a burst may be ahead of the thread that writes; about half a KiB each, and with the longest
// lines that clients can bring about, 10 MiB together.
constexpr std::size_t kQueuedLines = 2048;
// What the end of a log waits for a descriptor that has no room.
constexpr auto kFlushTime = std::chrono::milliseconds(200);

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kDebug:
      return spdlog::level::debug;
  }
  return spdlog::level::err;
}

// Kept for ever, and found there by who looks for leaks.
void LeaveBehind(std::shared_ptr<void> thing) {
  static std::mutex& mutex = *new std::mutex;
  static auto& things = *new std::vector<std::shared_ptr<void>>;
  const std::lock_guard lock(mutex);
  things.push_back(std::move(thing));
}

}  // namespace

LogLevel LevelOf(ErrorKind kind) {
  const LogLevel info = LogLevel::kInfo;
  const LogLevel warn = LogLevel::kWarn;
  const LogLevel error = LogLevel::kError;
  switch (kind) {
#define WHITTLE_ERROR(name, status, level, text) \
  case ErrorKind::k##name:                       \
    return level;
#include "whittle/errors.def"
#undef WHITTLE_ERROR
  }
  return error;
}

// Lines go through spdlog's queue to a thread of the log's own, or in tests straight to a stream.
class Log::Sink {
 public:
  explicit Sink(const Options& options) {
    if (options.out != nullptr) {
      auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(*options.out);
      logger_ = std::make_shared<spdlog::logger>("whittle", std::move(sink));
    } else {
      const auto at_start = [] {
        thread_local const KeptSegment kept;
        pthread_setname_np(pthread_self(), "whittle-log");
      };
      queue_ = std::make_shared<Queue>(kQueuedLines, 1, at_start);
      sink_ = std::make_shared<LogSink>(options.fd, options.format, options.dropped);
      sink_->TakesFrom(*queue_);
      logger_ = std::make_shared<spdlog::async_logger>("whittle", sink_, queue_, kNeverWait);
      logger_->set_error_handler([sink = sink_.get()](const std::string&) { sink->Lose(); });
    }
    logger_->set_level(ToSpdlog(options.level));
    logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        options.format == LogFormat::kJson ? kJsonPattern : kTextPattern,
        spdlog::pattern_time_type::utc, "\n"));
  }

  ~Sink() {
    if (queue_ == nullptr) return;
    const auto deadline = LogSink::Clock::now() + kFlushTime;
    sink_->Close(deadline);
    if (Flush(deadline + kFlushTime)) return;
    // The thread is held by write(2) itself, which nobody can call back. It is left with what it
    // uses, since the queue would wait for it.
    sink_->ForgetCounter();
    LeaveBehind(std::move(queue_));
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void Write(LogLevel level, std::string_view line) {
    logger_->log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
  }
  bool Flush(LogSink::Clock::time_point until) {
    if (queue_ == nullptr) return true;
    const std::uint64_t which = ++flushes_;
    queue_->post_flush(std::static_pointer_cast<spdlog::async_logger>(logger_), kNeverWait);
    return sink_->WaitForFlush(which, until);
  }
  void Lose() {
    if (sink_ != nullptr) sink_->Lose();
  }

 private:
  using Queue = spdlog::details::thread_pool;
  static constexpr auto kNeverWait = spdlog::async_overflow_policy::overrun_oldest;

  std::shared_ptr<Queue> queue_;  // none when the caller writes
  std::shared_ptr<LogSink> sink_;
  std::shared_ptr<spdlog::logger> logger_;
  std::atomic<std::uint64_t> flushes_ = 0;  // asked for
};

Log::Log(const Options& options)
    : level_(options.level),
      format_(options.format),
      rates_({.now = options.now}),
      sink_(std::make_unique<Sink>(options)) {}
Log::~Log() { TellHeldBack({}); }

void Log::Write(LogLevel level, std::string_view message, std::initializer_list<Field> fields) {
  if (!Enabled(level)) return;
  try {
    if (rates_.SumsAreDue()) TellHeldBack();
    const auto held_back = rates_.Pass(message);
    if (!held_back) return;
    LineWriter line(format_, message);
    for (const Field& field : fields) line.Add(field);
    if (*held_back > 0) line.Add({"suppressed", *held_back});
    sink_->Write(level, line.line());
  } catch (const std::bad_alloc&) {
    sink_->Lose();
  }
}

void Log::Request(const RequestLine& request) {
  if (!Enabled(request.level)) return;
  try {
    if (rates_.SumsAreDue()) TellHeldBack();
    const bool is_access = request.level >= LogLevel::kInfo;
    const auto held_back =
        is_access ? std::optional<std::uint64_t>(0) : rates_.Pass("request", request.status);
    if (!held_back) return;
    WriteRequest(request, *held_back);
  } catch (const std::bad_alloc&) {
    sink_->Lose();
  }
}

void Log::WriteRequest(const RequestLine& request, std::uint64_t held_back) {
  LineWriter line(format_, "request");
  line.Add({"id", request.id});
  line.Add({"status", request.status});
  line.Add({"method", request.method});
  line.Add({"target", request.target});
  line.Add({"bytes", request.bytes});
  line.AddMilliseconds("total", request.total);
  for (std::size_t i = 0; i < kStageNames.size(); ++i) {
    if (request.stages.spent[i].count() == 0) continue;
    line.AddMilliseconds(kStageNames[i], request.stages.spent[i]);
  }
  line.Add({"client", request.client});
  if (!request.error.empty()) line.Add({"error", request.error});
  if (held_back > 0) line.Add({"suppressed", held_back});
  sink_->Write(request.level, line.line());
}

bool Log::Flush(std::chrono::milliseconds time) {
  return sink_->Flush(LogSink::Clock::now() + time);
}

// Of whatever level: these lines would have been written.
void Log::TellHeldBack(LineRates::Clock::duration age) {
  for (const LineRates::Sum& sum : rates_.TakeSums(age)) {
    LineWriter line(format_, "lines held back");
    line.Add({"line", sum.what});
    if (sum.number != 0) line.Add({"status", sum.number});
    line.Add({"suppressed", sum.held_back});
    sink_->Write(LogLevel::kWarn, line.line());
  }
}

}  // namespace whittle::observe
