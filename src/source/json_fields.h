// The fields of a JSON object that somebody else has written: a key file, a token service's answer.
//
// Any thread. What is missing or of another type reads as empty, so that whoever reads decides
// what that means. Included by .cc files only: the library's header is large.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace whittle::source {

using Json = nlohmann::json;

/// `text` as an object; an empty one when it is none.
inline Json ObjectOf(std::string_view text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? std::move(json) : Json::object();
}

inline std::string TextOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A whole number, which some services write as a text.
inline std::optional<std::uint64_t> NumberOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  if (found->is_number_unsigned()) return found->get<std::uint64_t>();
  return ParseUnsigned<std::uint64_t>(TextOf(object, name));
}

}  // namespace whittle::source
