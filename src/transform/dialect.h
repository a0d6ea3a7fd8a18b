// URL grammars: text of a request path in, a typed image request out.
//
// The http room is the only caller. Pure functions, any thread; linear in the length of the path,
// which the caller has bounded. To add a grammar: write transform/dialect_<name>.cc that defines
// `extern const Dialect k<Name>Dialect`, and add one line to dialects.def.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "whittle/expected.h"
#include "whittle/transform.h"

namespace whittle::transform {

/// What a URL asks for. `source` has been percent-decoded once and checked by CheckSourcePath.
struct ImageRequest {
  Transform transform;
  std::string source;
};

/// Values a URL may leave open.
struct Defaults {
  double quality = 80;
  Preset preset = Preset::kDefault;
};

struct Dialect {
  std::string_view name;
  std::string_view pattern;  ///< for people, e.g. "/resize/{width}/{height}/{file...}"
  /// Nothing when the path is not of this grammar; an error when it is, but wrong. `path` starts
  /// with '/', is still percent-encoded and has no query.
  std::optional<Expected<ImageRequest>> (*parse)(std::string_view path, const Defaults& defaults);
};

/// The request in `path` by the first grammar that knows it, or nothing (404).
std::optional<Expected<ImageRequest>> ParsePath(std::string_view path, const Defaults& defaults);

/// Percent-decodes `encoded` once and refuses, with kBadRequest "invalid source path", whatever
/// could name something other than a file below the root: an empty, "." or ".." component, a
/// backslash, '?', '#', a control character, or bytes that are not UTF-8.
Expected<std::string> DecodeSourcePath(std::string_view encoded);

}  // namespace whittle::transform
