#include "source/store_parts.h"

#include <algorithm>
#include <utility>

#include "source/http_fields.h"
#include "source/url_text.h"

namespace whittle::source {
namespace {

constexpr std::size_t kLongestName = 1024;  // bytes, before encoding
constexpr std::size_t kLongestQuote = 240;  // bytes of a store's own words in our log

// 401 and 403 are the operator's to mend: clients bring no credentials of their own.
ErrorKind KindOf(int status) {
  switch (status) {
    case 404:
    case 410:
      return ErrorKind::kNotFound;
    case 400:
    case 414:
      return ErrorKind::kBadRequest;
    case 401:
    case 403:
      return ErrorKind::kUnreadable;
    case 429:
    case 503:
      return ErrorKind::kOverloaded;
    default:
      return ErrorKind::kUpstream;
  }
}

bool MayPass(int status) {
  return status == 429 || (status >= 500 && status <= 504 && status != 501);
}

}  // namespace

Location LocationOf(std::string_view location) {
  location.remove_prefix(location.find("://") + 3);
  const std::size_t slash = std::min(location.find('/'), location.size());
  std::string_view prefix = location.substr(slash);
  while (prefix.starts_with('/')) prefix.remove_prefix(1);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return {std::string(location.substr(0, slash)), std::string(prefix)};
}

std::string NameOf(std::string_view scheme, const Location& location) {
  return std::string(scheme) + "://" + location.first + (location.prefix.empty() ? "" : "/") +
         location.prefix;
}

Expected<std::string> EncodeObject(std::string_view prefix, std::string_view path,
                                   std::string_view keep) {
  std::string name(prefix);
  if (!name.empty()) name += '/';
  name += path;
  if (path.empty() || name.size() > kLongestName) {
    return Fail(ErrorKind::kNotFound, "no object has so short or so long a name");
  }
  const std::string framed = '/' + name + '/';
  if (framed.contains("/./") || framed.contains("/../")) {
    return Fail(ErrorKind::kBadRequest, "'.' or '..' in an object's name");
  }
  return UrlEncode(name, keep);
}

std::function<Expected<std::string>(std::string_view path, std::string_view version)> ObjectUrls(
    std::string base, std::string prefix, std::string version_parameter) {
  return [base = std::move(base), prefix = std::move(prefix),
          parameter = std::move(version_parameter)](
             std::string_view path, std::string_view version) -> Expected<std::string> {
    WHITTLE_TRY(std::string url, EncodeObject(prefix, path));
    url.insert(0, base);
    if (!version.empty()) url += '?' + FormEncode({{parameter, version}});
    return url;
  };
}

Expected<std::string> CheckedEndpoint(std::string_view endpoint) {
  const auto url = SplitUrl(endpoint);
  if (!url || !url->query.empty()) {
    return FailSaying(ErrorKind::kBadRequest, "'" + std::string(endpoint) +
                                                  "' is no endpoint; it takes "
                                                  "http[s]://host[:port][/path]");
  }
  while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
  return std::string(endpoint);
}

Expected<std::string> CheckedService(std::string_view endpoint) {
  auto checked = CheckedEndpoint(endpoint);
  if (!checked) return CannotAuthorize(std::move(checked).error().text);
  return checked;
}

Refusal RefusalOf(const HttpResponse& answer, const Said& said,
                  std::span<const CodeMeaning> meanings, const std::string& who, SystemTime now) {
  const auto meaning = std::ranges::find(meanings, std::string_view(said.code), &CodeMeaning::code);
  const bool known = meaning != meanings.end();
  std::string detail = who + ": " + std::to_string(answer.status);
  if (!said.code.empty()) detail += ' ' + Printable(said.code, kLongestQuote);
  if (!said.message.empty()) detail += ": " + Printable(said.message, kLongestQuote);
  if (known && !meaning->hint.empty()) detail += " (" + std::string(meaning->hint) + ')';
  const ErrorKind kind = known ? meaning->kind : KindOf(answer.status);
  Refusal refusal{.error = Error::Of(kind, std::move(detail))};
  if (kind == ErrorKind::kBadRequest) refusal.error.text = "source key rejected by the origin";
  refusal.worth_retry = kind == ErrorKind::kOverloaded || MayPass(answer.status);
  refusal.retry_after = ReadRetryAfter(FieldOf(answer.fields, "retry-after"), now);
  return refusal;
}

}  // namespace whittle::source
