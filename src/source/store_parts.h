// What the kinds of stores have in common: locations, object URLs, refusals.
//
// Pure functions; any thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "source/store.h"

namespace whittle::source {

/// What follows "scheme://".
struct Location {
  std::string first;   ///< up to the first slash
  std::string prefix;  ///< the rest, without slashes at its ends
};
Location LocationOf(std::string_view location);
/// The same again, for logs: "s3://bucket/prefix".
std::string NameOf(std::string_view scheme, const Location& location);

/// `prefix` and `path` as an object's name, percent-encoded but for `keep`. Errors: kNotFound
/// when it is longer than 1024 bytes, which is the longest name in all three clouds; kBadRequest
/// when a part of it is "." or "..", which clients of HTTP take for something else.
Expected<std::string> EncodeObject(std::string_view prefix, std::string_view path,
                                   std::string_view keep = "/");

/// Store::url_of for objects at `base` and their encoded name, with the version, if one is named,
/// as the parameter `version_parameter`.
std::function<Expected<std::string>(std::string_view path, std::string_view version)> ObjectUrls(
    std::string base, std::string prefix, std::string version_parameter);

/// An endpoint's URL, without a slash at its end. The error's text says what is wrong.
Expected<std::string> CheckedEndpoint(std::string_view endpoint);

/// The same for a service that gives credentials: kUnreadable, since a client can do nothing.
Expected<std::string> CheckedService(std::string_view endpoint);

/// What a store said in an answer.
struct Said {
  std::string code;
  std::string message;
};

/// What a store's code means, when that is not what the status alone does.
struct CodeMeaning {
  std::string_view code;
  ErrorKind kind;
  std::string_view hint;  ///< for the operator; may be empty
};

/// The refusal for a status and what was said with it. `who`: the store and its credentials.
Refusal RefusalOf(const HttpResponse& answer, const Said& said,
                  std::span<const CodeMeaning> meanings, const std::string& who, SystemTime now);

}  // namespace whittle::source
