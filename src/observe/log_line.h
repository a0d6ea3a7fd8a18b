// The part of a log line that is ours, message and fields, as text or JSON; for this room.
//
// One thread; a line of ordinary length costs no allocation but for its values' printable copies.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <concepts>
#include <iterator>
#include <string_view>

#include "observe/log.h"

namespace whittle::observe {

class LineWriter {
 public:
  /// `message` must be a literal of ours: it is not looked at.
  LineWriter(LogFormat format, std::string_view message);

  void Add(const Field& field);
  /// As a number of milliseconds with three decimals; the key gets "_ms" behind it.
  void AddMilliseconds(std::string_view key, std::chrono::nanoseconds time);
  std::string_view line() const { return {line_.data(), line_.size()}; }

 private:
  std::back_insert_iterator<fmt::memory_buffer> out() { return std::back_inserter(line_); }
  void Append(std::string_view text) { line_.append(text.data(), text.data() + text.size()); }
  void Key(std::string_view key, std::string_view unit);
  void Value(std::string_view text);
  void Value(bool flag) { Append(flag ? "true" : "false"); }
  void Value(std::integral auto number) { Append({fmt::format_int(number).c_str()}); }
  void Value(double number);

  const bool json_;
  fmt::memory_buffer line_;
};

}  // namespace whittle::observe
