#include "observe/log.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/text.h"

namespace whittle::observe {
namespace {

// spdlog puts the time and level around what LineWriter makes.
constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

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

/// True when `text` needs no quotes in a text line: one word that cannot be taken for a key=value.
bool IsBareWord(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._:/-@%+,[]").find(c) != std::string_view::npos;
  });
}

/// Builds the part of a line that is ours, in either format.
class LineWriter {
 public:
  LineWriter(LogFormat format, std::string_view message) : json_(format == LogFormat::kJson) {
    if (json_) {
      fmt::format_to(out(), R"("message":"{}")", message);
    } else {
      line_.append(message.data(), message.data() + message.size());
    }
  }

  void Add(const Field& field) {
    Key(field.key);
    std::visit([this](const auto& value) { Value(value); }, field.value);
  }
  std::string_view line() const { return {line_.data(), line_.size()}; }

 private:
  std::back_insert_iterator<fmt::memory_buffer> out() { return std::back_inserter(line_); }

  void Key(std::string_view key) {
    fmt::format_to(out(), fmt::runtime(json_ ? R"(,"{}":)" : " {}="), key);
  }
  void Value(std::string_view text) {
    const std::string safe = Printable(text, Log::kMaxValueBytes);
    if (!json_) {
      fmt::format_to(out(), fmt::runtime(IsBareWord(safe) ? "{}" : "\"{}\""), safe);
      return;
    }
    // Printable leaves no quote, control character or broken UTF-8; its own \xNN is all there is
    // to escape.
    line_.push_back('"');
    for (const char c : safe) {
      if (c == '\\') line_.push_back('\\');
      line_.push_back(c);
    }
    line_.push_back('"');
  }
  void Value(bool flag) { fmt::format_to(out(), "{}", flag); }
  void Value(std::integral auto number) { fmt::format_to(out(), "{}", number); }
  void Value(double number) {
    if (std::isfinite(number)) {
      fmt::format_to(out(), "{:.3f}", number);
    } else {
      fmt::format_to(out(), "null");  // JSON has no infinity
    }
  }

  const bool json_;
  fmt::memory_buffer line_;
};

double Milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

LogLevel LevelOf(ErrorKind kind) {
  constexpr LogLevel info = LogLevel::kInfo;
  constexpr LogLevel warn = LogLevel::kWarn;
  constexpr LogLevel error = LogLevel::kError;
  switch (kind) {
#define WHITTLE_ERROR(name, status, level, text) \
  case ErrorKind::k##name:                       \
    return level;
#include "whittle/errors.def"
#undef WHITTLE_ERROR
  }
  return error;
}

class Log::Sink {
 public:
  explicit Sink(const Options& options) : logger_("whittle", MakeSink(options)) {
    logger_.set_level(ToSpdlog(options.level));
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        options.format == LogFormat::kJson ? kJsonPattern : kTextPattern,
        spdlog::pattern_time_type::utc, "\n"));
  }
  void Write(LogLevel level, std::string_view line) {
    logger_.log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  static spdlog::sink_ptr MakeSink(const Options& options) {
    if (options.out == nullptr) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
    return std::make_shared<spdlog::sinks::ostream_sink_mt>(*options.out);
  }
  spdlog::logger logger_;
};

Log::Log(const Options& options)
    : level_(options.level), format_(options.format), sink_(std::make_unique<Sink>(options)) {}
Log::~Log() = default;

void Log::Write(LogLevel level, std::string_view message, std::initializer_list<Field> fields) {
  if (!Enabled(level)) return;
  LineWriter line(format_, message);
  for (const Field& field : fields) line.Add(field);
  sink_->Write(level, line.line());
}

void Log::Request(const RequestLine& request) {
  if (!Enabled(request.level)) return;
  LineWriter line(format_, "request");
  line.Add({"id", request.id});
  line.Add({"status", request.status});
  line.Add({"method", request.method});
  line.Add({"target", request.target});
  line.Add({"bytes", request.bytes});
  line.Add({"total_ms", Milliseconds(request.total)});
  for (std::size_t i = 0; i < kStageNames.size(); ++i) {
    const std::chrono::nanoseconds spent = request.stages.spent[i];
    if (spent.count() == 0) continue;
    line.Add({fmt::format("{}_ms", kStageNames[i]), Milliseconds(spent)});
  }
  line.Add({"client", request.client});
  if (!request.error.empty()) line.Add({"error", request.error});
  sink_->Write(request.level, line.line());
}

}  // namespace whittle::observe
