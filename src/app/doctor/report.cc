#include "app/doctor/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace whittle::app::doctor {
namespace {

struct Word {
  std::string_view text;
  std::string_view colour;
};
constexpr std::array<Word, 3> kWords = {
    {{"ok", "\x1b[32m"}, {"warn", "\x1b[33m"}, {"fail", "\x1b[31m"}}};
constexpr std::string_view kPlain = "\x1b[0m";

const Word& WordOf(const Line& line) {
  return kWords[static_cast<std::size_t>(line.finding.level)];
}

std::string What(const Line& line) {
  return line.source.empty() ? line.check : line.check + " " + line.source;
}

std::size_t CountOf(std::span<const Line> lines, Level level) {
  return static_cast<std::size_t>(
      std::ranges::count(lines, level, [](const Line& line) { return line.finding.level; }));
}

std::string Number(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string AsText(std::span<const Line> lines, bool coloured) {
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, What(line).size());
  std::string text;
  for (const Line& line : lines) {
    const auto& [word, colour] = WordOf(line);
    const Finding& finding = line.finding;
    text += fmt::format("{}{:<4}{}  {:<{}}  {}{}{}\n", coloured ? colour : "", word,
                        coloured ? kPlain : "", What(line), width, finding.found,
                        finding.advice.empty() ? "" : "; ", finding.advice);
  }
  return text + fmt::format("{} ok, {}, {}\n", CountOf(lines, Level::kOk),
                            Number(CountOf(lines, Level::kWarn), "warning"),
                            Number(CountOf(lines, Level::kFail), "failure"));
}

std::string AsJson(std::span<const Line> lines) {
  const auto of_sources = [](const std::string& name) {
    const auto check = std::ranges::find(Checks(), std::string_view(name), &Check::name);
    return check != Checks().end() && (*check)->of_source != nullptr;
  };
  std::string text;
  for (const Line& line : lines) {
    nlohmann::ordered_json object = {{"check", line.check}};
    if (of_sources(line.check)) object["source"] = line.source;
    object["status"] = WordOf(line).text;
    object["found"] = line.finding.found;
    object["advice"] = line.finding.advice;
    text += object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  return text;
}

int ExitCodeOf(std::span<const Line> lines, bool strict) {
  const Level least = strict ? Level::kWarn : Level::kFail;
  return std::ranges::any_of(lines,
                             [least](const Line& line) { return line.finding.level >= least; });
}

bool TakesColours(bool is_terminal, std::string_view term, std::string_view no_color) {
  return is_terminal && no_color.empty() && term != "dumb";
}

}  // namespace whittle::app::doctor
