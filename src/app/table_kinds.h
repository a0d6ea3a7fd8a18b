// The kinds of value that only tables of the config file have; as setting_kinds.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whittle::app {

/// The beginning of a path: "/a/b", without a slash at its end, or nothing.
struct UrlPrefix {
  using Value = std::string;
  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const {
    return "/ and letters, digits, -, _, . between slashes, or nothing";
  }
};

/// A host's name without port, or "." and a domain for all hosts in it, or nothing.
struct HostPattern {
  using Value = std::string;
  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "a host's name, . and a domain, or nothing"; }
};

/// One of transform/dialects.def.
struct DialectName {
  using Value = std::string;
  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const;
};

/// What a table is called: at most 64 letters, digits, - and _.
struct NameOrNothing {
  using Value = std::string;
  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "at most 64 letters, digits, - and _"; }
};

/// A word of a service, as a region or a URL, or nothing: printable ASCII without spaces.
struct WordOrNothing {
  using Value = std::string;
  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "printable characters of ASCII, or nothing"; }
};

/// "env:" and what names of variables begin with, or nothing. A reference, so no secret.
struct EnvironmentPrefix {
  using Value = std::string;
  static constexpr std::string_view kEnv = "env:";
  std::optional<std::string> Parse(std::string_view text) const;
  std::string Format(const std::string& value) const { return value; }
  std::string Allowed() const { return "env: and the start of variables' names, or nothing"; }
};

/// Header lines, "Name: value", with commas between them, so that values have none. Values may be
/// secrets; written out they are hidden.
struct FieldList {
  using Value = std::vector<std::pair<std::string, std::string>>;
  static constexpr bool kIsList = true;
  std::optional<Value> Parse(std::string_view text) const;
  std::string Format(const Value& value) const;
  std::string Allowed() const { return "Name: value, but of those fields that are HTTP's own"; }
};

/// Secrets, with commas between them: hex digits, or "env:" and the name of a variable. Written out
/// they are hidden.
struct KeyList {
  using Value = std::vector<std::string>;
  static constexpr bool kIsList = true;
  std::optional<Value> Parse(std::string_view text) const;
  std::string Format(const Value& value) const;
  std::string Allowed() const { return "at least 32 hex digits, or env: and a variable's name"; }
};

}  // namespace whittle::app
