#include "transform/dialect.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "transform/accept.h"
#include "transform/query.h"
#include "transform/url_source.h"

namespace whittle::transform {

#define WHITTLE_DIALECT(name) extern const DialectKind k##name##Dialect;
#include "transform/dialects.def"
#undef WHITTLE_DIALECT

namespace {

constexpr const DialectKind* kKinds[] = {
#define WHITTLE_DIALECT(name) &k##name##Dialect,
#include "transform/dialects.def"
#undef WHITTLE_DIALECT
};

// No quality that a query can name.
constexpr double kUnasked = 0;

// What no component may hold: other systems take a backslash for a slash, and so do browsers and
// proxies before they send a URL; no file's name holds NUL, and no honest one another control
// character. Everything else is an ordinary byte of a name, '?' and '#' included.
// Takes a known "@word" off the end of `path`; nothing when there is none.
std::optional<Format> TakeFormat(std::string& path) {
  const std::size_t at = path.rfind('@');
  if (at == std::string::npos || at == 0 || path[at - 1] == '/') return std::nullopt;
  const auto format = FormatNamed(std::string_view(path).substr(at + 1));
  if (format) path.resize(at);
  return format;
}

}  // namespace

std::span<const DialectKind* const> DialectKinds() { return kKinds; }

const DialectKind* FindDialect(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &DialectKind::name);
  return found == std::end(kKinds) ? nullptr : *found;
}

Expected<void> Complete(Transform::Params& params, std::string_view query,
                        const Defaults& defaults) {
  params.quality = kUnasked;
  WHITTLE_CHECK(ApplyQuery(query, params));
  if (params.quality == kUnasked || params.auto_quality) {
    params.quality = defaults.quality;
    params.webp_quality = defaults.webp_quality;
    params.avif_quality = defaults.avif_quality;
    params.auto_target = defaults.auto_target;
  }
  return {};
}

Expected<void> CheckWritable(const Transform::Params& params, const Defaults& defaults) {
  if (!params.format || defaults.writable.Has(*params.format)) return {};
  return FailSaying(ErrorKind::kBadRequest,
                    std::string(WordOf(*params.format)) + " output is not enabled in this build");
}

void Negotiate(Transform::Params& params, std::string_view accept, const Defaults& defaults) {
  if (!params.format && !defaults.auto_formats.empty()) {
    params.offers = AcceptedOf(accept, defaults.auto_formats);
  }
}

Expected<ImageRequest> FinishRequest(Transform::Params params, std::string_view file,
                                     const Asked& asked, const Defaults& defaults) {
  WHITTLE_CHECK(Complete(params, asked.query, defaults));
  const auto url = defaults.takes_urls ? UrlOf(file) : std::nullopt;
  WHITTLE_TRY(SourceName source, url ? Expected<SourceName>(*url) : DecodeSourcePath(file));
  if (source.format && params.format && source.format != params.format) {
    return FailSaying(ErrorKind::kBadRequest, "invalid format");
  }
  if (source.format) params.format = source.format;
  WHITTLE_CHECK(CheckWritable(params, defaults));
  Negotiate(params, asked.accept, defaults);
  WHITTLE_TRY(const Transform transform, Transform::Make(params));
  return ImageRequest{
      transform,
      {.source = url ? std::string(kUrlSource) : std::string(), .path = std::move(source.path)}};
}

Expected<SourceName> DecodeSourcePath(std::string_view encoded) {
  std::optional<std::string> path = PercentDecode(encoded);
  // First off with the format: what is left of "..@webp" must be judged, too.
  const std::optional<Format> format = path ? TakeFormat(*path) : std::nullopt;
  if (!path || !IsPathBelow(*path)) {
    return FailSaying(ErrorKind::kBadRequest, "invalid source path");
  }
  return SourceName{*std::move(path), format};
}

}  // namespace whittle::transform
