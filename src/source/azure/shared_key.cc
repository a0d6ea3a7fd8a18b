#include "source/azure/shared_key.h"

#include <algorithm>
#include <array>
#include <map>

#include "source/crypto.h"
#include "source/http_fields.h"
#include "source/url_text.h"

namespace whittle::source::azure {
namespace {

// "/account/path", then a line for each parameter of the query, by name.
std::string CanonicalResource(std::string_view url, std::string_view account) {
  const UrlView parts = SplitUrl(url).value_or(UrlView());
  std::string text = '/' + std::string(account) + std::string(parts.path);
  std::map<std::string, std::string> parameters;
  for (std::string_view rest = parts.query; !rest.empty();) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto decoded = [](std::string_view part) {
      return PercentDecode(part).value_or(std::string(part));
    };
    parameters[Lower(decoded(pair.substr(0, equals)))] =
        decoded(pair.substr(std::min(equals + 1, pair.size())));
  }
  for (const auto& [name, value] : parameters) {
    text.append("\n").append(name).append(":").append(value);
  }
  return text;
}

}  // namespace

std::string SharedKeyText(const HttpRequest& request, std::string_view account) {
  // Date is empty, for x-ms-date stands for it.
  constexpr std::array<std::string_view, 11> kFields = {"Content-Encoding",
                                                        "Content-Language",
                                                        "Content-Length",
                                                        "Content-MD5",
                                                        "Content-Type",
                                                        "",
                                                        "If-Modified-Since",
                                                        "If-Match",
                                                        "If-None-Match",
                                                        "If-Unmodified-Since",
                                                        "Range"};
  std::string text = request.method + '\n';
  for (const std::string_view field : kFields) {
    const std::string_view value = field.empty() ? "" : FieldOf(request.fields, field);
    const bool is_no_length = field == "Content-Length" && value == "0";
    text += std::string(is_no_length ? "" : value) + '\n';
  }
  std::map<std::string, std::string> own;
  for (const auto& [name, value] : request.fields) {
    const std::string lower = Lower(name);
    if (lower.starts_with("x-ms-")) own[lower] = Trim(value);
  }
  for (const auto& [name, value] : own) text.append(name).append(":").append(value).append("\n");
  return text + CanonicalResource(request.url, account);
}

void SignSharedKey(HttpRequest& request, std::string_view account, std::string_view key,
                   SystemTime now) {
  SetField(request.fields, "x-ms-date", HttpTime(now));
  const Digest256 signature = HmacSha256(AsBytes(key), SharedKeyText(request, account));
  SetField(request.fields, "Authorization",
           "SharedKey " + std::string(account) + ':' + Base64(signature));
}

}  // namespace whittle::source::azure
