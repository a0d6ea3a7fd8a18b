#include "observe/log_line.h"

#include <fmt/compile.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <variant>

#include "base/text.h"

namespace whittle::observe {
namespace {

constexpr std::array<bool, 256> kBare = [] {
  std::array<bool, 256> bare{};
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789._:/-@%+,[]")) {
    bare[static_cast<unsigned char>(c)] = true;
  }
  return bare;
}();

/// True when `text` needs no quotes in a text line: one word that cannot be taken for a key=value.
bool IsBareWord(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return kBare[static_cast<unsigned char>(c)]; });
}

}  // namespace

LineWriter::LineWriter(LogFormat format, std::string_view message)
    : json_(format == LogFormat::kJson) {
  if (json_) Append(R"("message":")");
  Append(message);
  if (json_) Append("\"");
}

void LineWriter::Add(const Field& field) {
  Key(field.key, "");
  std::visit([this](const auto& value) { Value(value); }, field.value);
}

void LineWriter::AddMilliseconds(std::string_view key, std::chrono::nanoseconds time) {
  constexpr int kMicrosecondsEach = 1000;
  Key(key, "_ms");
  const std::int64_t total = std::chrono::round<std::chrono::microseconds>(time).count();
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(total, 0));
  fmt::format_to(out(), FMT_COMPILE("{}.{:03}"), microseconds / kMicrosecondsEach,
                 microseconds % kMicrosecondsEach);
}

void LineWriter::Key(std::string_view key, std::string_view unit) {
  Append(json_ ? ",\"" : " ");
  Append(key);
  Append(unit);
  Append(json_ ? "\":" : "=");
}

void LineWriter::Value(std::string_view text) {
  std::string printable;
  if (text.size() > Log::kMaxValueBytes || !IsBareWord(text)) {
    printable = Printable(text, Log::kMaxValueBytes);
    text = printable;
  }
  if (!json_ && IsBareWord(text)) return Append(text);
  line_.push_back('"');
  // Printable leaves no quote, control character or broken UTF-8; its own \xNN is all there is to
  // escape in JSON.
  for (const char c : text) {
    if (json_ && c == '\\') line_.push_back('\\');
    line_.push_back(c);
  }
  line_.push_back('"');
}

void LineWriter::Value(double number) {
  if (std::isfinite(number)) {
    fmt::format_to(out(), "{:.3f}", number);
  } else {
    fmt::format_to(out(), "null");  // JSON has no infinity
  }
}

}  // namespace whittle::observe
