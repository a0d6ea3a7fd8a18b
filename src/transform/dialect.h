// URL grammars: text of a request path in, a typed image request out.
//
// The http room is the only caller. Pure functions, any thread; linear in the length of the path,
// query and Accept field, which the caller has bounded. To add a grammar: write
// transform/dialect_<name>.cc that defines `extern const Dialect k<Name>Dialect` and ends in
// FinishRequest, and add one line to dialects.def.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transform/format_words.h"
#include "whittle/expected.h"
#include "whittle/transform.h"

namespace whittle::transform {

/// What a client sent, as views of the request's head.
struct Asked {
  std::string_view path;    ///< begins with '/', still percent-encoded
  std::string_view query;   ///< without '?', still percent-encoded
  std::string_view accept;  ///< value of the Accept field, empty without one
};

/// What a URL asks for. `source` has been percent-decoded once and checked by DecodeSourcePath.
struct ImageRequest {
  Transform transform;
  std::string source;
};

/// Values a URL may leave open, and what this program can do.
struct Defaults {
  double quality = 80;
  /// Where a URL names no quality, of results in these formats.
  std::optional<double> webp_quality, avif_quality;
  double auto_target = 80;  ///< as Transform::Params::auto_target
  Preset preset = Preset::kDefault;
  Colour flatten = {0, 0, 0};             ///< as Transform::Params::flatten
  bool shows_truncated = true;            ///< as Transform::Params::shows_truncated
  std::vector<Format> auto_formats;       ///< offered to clients that name them in Accept
  FormatSet writable = FormatSet::All();  ///< others are refused, or not offered

  /// What a request starts from.
  Transform::Params Initial() const {
    return {.flatten = flatten,
            .quality = quality,
            .preset = preset,
            .shows_truncated = shows_truncated};
  }
};

struct Dialect {
  std::string_view name;
  std::string_view pattern;  ///< for people, e.g. "/resize/{width}/{height}/{file...}"
  /// Nothing when the path is not of this grammar; an error when it is, but wrong.
  std::optional<Expected<ImageRequest>> (*parse)(const Asked& asked, const Defaults& defaults);
};

/// The request by the first grammar that knows its path, or nothing (404).
std::optional<Expected<ImageRequest>> ParseRequest(const Asked& asked, const Defaults& defaults);

/// Completes `params` by a query, and by `defaults` where that leaves something open. Errors: those
/// of ApplyQuery.
Expected<void> Complete(Transform::Params& params, std::string_view query,
                        const Defaults& defaults);

/// "<format> output is not enabled in this build" where that is so; kBadRequest.
Expected<void> CheckWritable(const Transform::Params& params, const Defaults& defaults);

/// For dialects: completes `params`, of which the path has set what it says, by the query, by
/// `file`'s "@format" and by Accept. `file` is the rest of the path. Errors, all kBadRequest: those
/// of ApplyQuery, DecodeSourcePath, CheckWritable and Transform::Make; "invalid format" when query
/// and file name different ones.
Expected<ImageRequest> FinishRequest(Transform::Params params, std::string_view file,
                                     const Asked& asked, const Defaults& defaults);

/// The name of a source, and the format that stood behind it.
struct SourceName {
  std::string path;
  std::optional<Format> format;
};

/// Percent-decodes `encoded` once and takes "@word" off its end when `word` is one of kFormatNames
/// and not all of the last component; any other '@' belongs to the name. Refuses, with kBadRequest
/// "invalid source path", whatever could then name something other than a file below the root: an
/// empty, "." or ".." component, a backslash, a control character, or bytes that are not UTF-8.
Expected<SourceName> DecodeSourcePath(std::string_view encoded);

}  // namespace whittle::transform
