#include "app/table_kinds.h"

#include <algorithm>
#include <array>

#include "app/setting_kinds.h"
#include "base/text.h"
#include "http/signature.h"
#include "transform/dialect.h"

namespace whittle::app {
namespace {

constexpr std::string_view kEnv = EnvironmentPrefix::kEnv;
constexpr std::size_t kMostName = 64;
constexpr std::size_t kMostPrefix = 256;
constexpr std::size_t kMostWord = 512;
constexpr std::size_t kMostHost = 254;

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}
// Fields that say how a message is sent and what for: ours to set.
bool IsOfHttp(std::string_view name) {
  constexpr std::array<std::string_view, 9> kOurs = {
      "host",  "connection",    "content-length",   "transfer-encoding", "te", "accept-encoding",
      "range", "if-none-match", "if-modified-since"};
  return std::ranges::any_of(kOurs, [&](auto own) { return EqualsIgnoreCase(own, name); });
}
bool IsNameByte(char c) { return IsWordByte(c) || c == '.'; }

}  // namespace

std::optional<std::string> UrlPrefix::Parse(std::string_view text) const {
  if (text.empty()) return std::string();
  if (text.size() > kMostPrefix || !text.starts_with('/') || text.ends_with('/')) {
    return std::nullopt;
  }
  for (std::string_view rest = text; !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view part = rest.substr(0, rest.find('/'));
    if (part.empty() || part == "." || part == "..") return std::nullopt;
    if (!std::ranges::all_of(part, IsNameByte)) return std::nullopt;
    rest.remove_prefix(part.size());
  }
  return std::string(text);
}

std::optional<std::string> HostPattern::Parse(std::string_view text) const {
  if (text.empty()) return std::string();
  const bool whole = text != "." && !text.ends_with('.') && text.size() <= kMostHost;
  if (!whole || text.find("..") != std::string_view::npos) return std::nullopt;
  if (!std::ranges::all_of(text, IsNameByte)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> DialectName::Parse(std::string_view text) const {
  if (transform::FindDialect(text) == nullptr) return std::nullopt;
  return std::string(text);
}
std::string DialectName::Allowed() const {
  std::string list;
  for (const transform::DialectKind* kind : transform::DialectKinds()) {
    if (!list.empty()) list += ", ";
    list += kind->name;
  }
  return list;
}

std::optional<std::string> NameOrNothing::Parse(std::string_view text) const {
  if (text.size() > kMostName || !std::ranges::all_of(text, IsWordByte)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> WordOrNothing::Parse(std::string_view text) const {
  const auto printable = [](char c) { return c > ' ' && c <= '~'; };
  if (text.size() > kMostWord || !std::ranges::all_of(text, printable)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> EnvironmentPrefix::Parse(std::string_view text) const {
  if (text.empty()) return std::string();
  const bool named =
      text.starts_with(kEnv) && text.size() > kEnv.size() && text.size() <= kMostWord;
  if (!named || !std::ranges::all_of(text.substr(kEnv.size()), IsWordByte)) return std::nullopt;
  return std::string(text);
}

std::optional<FieldList::Value> FieldList::Parse(std::string_view text) const {
  Value fields;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view line = Trim(text.substr(0, comma));
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
    const std::string_view name = line.substr(0, colon);
    const auto value = FieldText().Parse(Trim(line.substr(colon + 1)));
    if (!value || !std::ranges::all_of(name, IsWordByte) || IsOfHttp(name)) return std::nullopt;
    fields.emplace_back(name, *value);
    if (comma == std::string_view::npos) return fields;
    text.remove_prefix(comma + 1);
    if (text.empty()) return std::nullopt;
  }
  return fields;
}
std::string FieldList::Format(const Value& value) const {
  std::string text;
  for (const auto& [name, hidden] : value) {
    if (!text.empty()) text += ", ";
    text += name + ": ***";
  }
  return text;
}

std::optional<KeyList::Value> KeyList::Parse(std::string_view text) const {
  Value keys;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view key = Trim(text.substr(0, comma));
    const bool named = key.starts_with(kEnv) && key.size() > kEnv.size() &&
                       std::ranges::all_of(key.substr(kEnv.size()), IsWordByte);
    if (!named && !http::ParseSigningKey(key)) return std::nullopt;
    keys.emplace_back(key);
    if (comma == std::string_view::npos) return keys;
    text.remove_prefix(comma + 1);
    if (text.empty()) return std::nullopt;
  }
  return keys;
}
std::string KeyList::Format(const Value& value) const {
  std::string text;
  for (const std::string& key : value) {
    if (!text.empty()) text += ',';
    text += key.starts_with(kEnv) ? key : "***";
  }
  return text;
}

}  // namespace whittle::app
