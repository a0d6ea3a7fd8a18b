// The log: one line per event on stderr, as text or JSON, whatever the event's words contain.
//
//   Log log({.format = LogFormat::kText, .level = LogLevel::kInfo});
//   log.Warn("accept failed", {{"error", reason}, {"suppressed", held_back}});
//   log.Request({.id = id, .status = 200, ...});
//
// Text:  2026-11-20T19:00:00.000Z warning accept failed error="too many open files" suppressed=3
// JSON:  {"time":"2026-11-20T19:00:00.000Z","level":"warning","message":"accept failed",...}
//
// Nothing that a client sends can start a new line, end a JSON string or steer a terminal: values
// pass Printable() and are cut at kMaxValueBytes. Messages and keys are ours and must be literals.
//
// Nobody waits for the log. Lines go into a bounded queue, whose thread writes them; while nobody
// reads what it writes, the oldest are dropped, counted, and told of in a line ("log lines
// dropped") once there is room. At the end the rest has 200 ms. A message that comes more than a
// thousand times in a row, and a failed request's line by its status, is written ten times a second
// with `suppressed` telling how many were left out; requests at level info are never left out.
//
// Thread-safety: any thread may log; lines never mix, and those of one thread keep their order.
// Cost: one comparison when the level is off, else one to two microseconds. Throws nothing: a
// line for which there is no memory is dropped.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "observe/line_rates.h"
#include "observe/stages.h"
#include "whittle/error.h"

namespace whittle::observe {

class Counter;

/// Most important first.
enum class LogLevel : std::uint8_t { kError, kWarn, kInfo, kDebug };
enum class LogFormat : std::uint8_t { kText, kJson };

/// The level at which a request that failed with `kind` is logged; a column of errors.def.
LogLevel LevelOf(ErrorKind kind);

/// One key=value of a line. Text is borrowed until the call returns.
struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;

  Field(std::string_view k, std::string_view text) : key(k), value(text) {}
  Field(std::string_view k, const std::string& text) : key(k), value(std::string_view(text)) {}
  Field(std::string_view k, const char* text) : key(k), value(std::string_view(text)) {}
  Field(std::string_view k, bool flag) : key(k), value(flag) {}
  Field(std::string_view k, double number) : key(k), value(number) {}
  template <std::signed_integral T>
  Field(std::string_view k, T number) : key(k), value(std::int64_t{number}) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  Field(std::string_view k, T number) : key(k), value(std::uint64_t{number}) {}
};

/// What is written about one answered request.
struct RequestLine {
  LogLevel level = LogLevel::kInfo;  ///< LevelOf(kind) when it failed
  std::string_view id;
  int status = 0;
  std::string_view method;
  std::string_view target;  ///< as the client sent it
  std::string_view client;  ///< address and port
  std::uint64_t bytes = 0;  ///< of the answer's body
  std::chrono::nanoseconds total{};
  StageTimes stages;
  std::string_view error;  ///< detail for us; empty when all went well
};

class Log {
 public:
  /// Longest value in a line, in bytes, before "..." is put in the rest's place.
  static constexpr std::size_t kMaxValueBytes = 1024;

  struct Options {
    LogFormat format = LogFormat::kText;
    LogLevel level = LogLevel::kInfo;  ///< less important lines are dropped
    int fd = 2;                        ///< where lines go; may be closed once the Log is there
    Counter* dropped = nullptr;        ///< counts lines that were dropped; must outlive the Log
    LineRates::Now now = &LineRates::Clock::now;  ///< for what comes too often
    /// For tests: lines go here instead, before the call returns. Must outlive the Log.
    std::ostream* out = nullptr;
  };
  explicit Log(const Options& options);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool Enabled(LogLevel level) const { return level <= level_; }

  void Error(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(LogLevel::kError, message, fields);
  }
  void Warn(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(LogLevel::kWarn, message, fields);
  }
  void Info(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(LogLevel::kInfo, message, fields);
  }
  void Debug(std::string_view message, std::initializer_list<Field> fields = {}) {
    Write(LogLevel::kDebug, message, fields);
  }
  void Request(const RequestLine& line);
  /// Waits until what was said so far is written; false when that took longer than `time`.
  bool Flush(std::chrono::milliseconds time);
  /// Writes sums of what was held back `age` ago and told by no line since. Lines that follow do
  /// so, too; call it now and then for when there are none.
  void TellHeldBack(LineRates::Clock::duration age = LineRates::kSumAfter);

 private:
  void Write(LogLevel level, std::string_view message, std::initializer_list<Field> fields);

  void WriteRequest(const RequestLine& request, std::uint64_t held_back);

  class Sink;  // hides the logging library
  const LogLevel level_;
  const LogFormat format_;
  LineRates rates_;
  const std::unique_ptr<Sink> sink_;
};

}  // namespace whittle::observe
