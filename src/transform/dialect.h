// URL grammars: text of a request path in, a typed image request out.
//
// The http room is the only caller: its mounts hold dialects. Pure, any thread; linear in the
// length of the path, query and Accept field, which the caller has bounded. To add a grammar: write
// transform/dialect_<name>.cc that defines `extern const DialectKind k<Name>Dialect`, whose Parse
// is made of the pieces below, and add one line to dialects.def.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "transform/format_words.h"
#include "whittle/expected.h"
#include "whittle/source_ref.h"
#include "whittle/transform.h"

namespace whittle::transform {

/// What a client sent, as views of the request's head.
struct Asked {
  std::string_view path;    ///< below the mount: begins with '/', still percent-encoded
  std::string_view query;   ///< without '?', still percent-encoded
  std::string_view accept;  ///< value of the Accept field, empty without one
};

/// What a URL asks for. The source's path has been percent-decoded once and checked by
/// DecodeSourcePath.
struct ImageRequest {
  Transform transform;
  SourceRef source;
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
  bool takes_urls = false;                ///< a URL may stand in place of a file, as UrlOf reads it

  /// What a request starts from.
  Transform::Params Initial() const {
    return {.flatten = flatten,
            .quality = quality,
            .preset = preset,
            .shows_truncated = shows_truncated};
  }
};

/// One grammar with the values that it takes where a URL leaves something open.
class Dialect {
 public:
  virtual ~Dialect() = default;
  /// Nothing when the path is not of this grammar; an error when it is, but wrong. The source of
  /// what is returned has no name, since the mount knows it, but for URLs.
  virtual std::optional<Expected<ImageRequest>> Parse(const Asked& asked) const = 0;
};

struct DialectKind {
  std::string_view name;     ///< "resize", in the configuration
  std::string_view pattern;  ///< for people, e.g. "/resize/{width}/{height}/{file...}"
  std::unique_ptr<const Dialect> (*make)(const Defaults& defaults);
};

/// All that this program has, in the order of dialects.def.
std::span<const DialectKind* const> DialectKinds();
/// Null when there is none of that name.
const DialectKind* FindDialect(std::string_view name);

/// Completes `params` by a query, and by `defaults` where that leaves something open. Errors: those
/// of ApplyQuery.
Expected<void> Complete(Transform::Params& params, std::string_view query,
                        const Defaults& defaults);

/// "<format> output is not enabled in this build" where that is so; kBadRequest.
Expected<void> CheckWritable(const Transform::Params& params, const Defaults& defaults);

/// Lets a request that names no format have one of those that its client takes.
void Negotiate(Transform::Params& params, std::string_view accept, const Defaults& defaults);

/// All pieces, for grammars with our query: completes `params`, of which the path has set what it
/// says, by the query, by `file`'s "@format" and by Accept. `file` is the rest of the path. Errors,
/// all kBadRequest: those of ApplyQuery, DecodeSourcePath, CheckWritable and Transform::Make;
/// "invalid format" when query and file name different ones.
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
