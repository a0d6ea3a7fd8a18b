// Sources that a request names by their URL, where the operator allows that.
//
//   plain/<percent-encoded URL>[@{format}]      b64/<URL in base64url>[@{format}]
//
// Behind the box of /resize, in place of a file's path. What is not the URL of a web server is a
// path like others, so folders may be called "plain" and "b64". Whether a URL may be fetched is for
// its source to say. Pure, any thread; linear.
#pragma once

#include <optional>
#include <string_view>

#include "transform/dialect.h"

namespace whittle::transform {

/// The source that reads URLs, in SourceRef::source. No configured one can be called so.
inline constexpr std::string_view kUrlSource = "<url>";

/// The URL that `file`, the end of a path, names, not judged beyond "http://" or "https://" before
/// it; nothing when it names none.
std::optional<SourceName> UrlOf(std::string_view file);

}  // namespace whittle::transform
