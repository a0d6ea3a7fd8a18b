// Looking at and setting the header fields of a small call (source/http_call.h).
//
// Any thread; a field is found by looking at all.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "source/http_call.h"

namespace whittle::source {

/// ASCII only.
inline std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

/// The value of the first field of that name; empty when there is none.
inline std::string_view FieldOf(const HttpFields& fields, std::string_view name) {
  const auto found =
      std::ranges::find_if(fields, [&](const auto& f) { return EqualsIgnoreCase(f.first, name); });
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

/// Puts one field in the place of all of that name.
inline void SetField(HttpFields& fields, std::string_view name, std::string value) {
  std::erase_if(fields, [&](const auto& f) { return EqualsIgnoreCase(f.first, name); });
  fields.emplace_back(name, std::move(value));
}

/// Whether `text`, a key or a token, can be a field's value and no more than one: printable ASCII.
inline bool IsFieldValue(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c != '\x7f'; });
}

}  // namespace whittle::source
