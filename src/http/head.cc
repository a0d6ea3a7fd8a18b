#include "http/head.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/text.h"

namespace whittle::http {
namespace {

namespace beast_http = boost::beast::http;
using Fields = beast_http::request<beast_http::empty_body>;

std::unexpected<Error> Bad(std::string why) { return Fail(ErrorKind::kBadRequest, std::move(why)); }

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

// Length of the target in a request line, or of what has arrived of it.
std::size_t TargetLength(std::string_view line) {
  const std::size_t from = line.find(' ');
  if (from == std::string_view::npos) return 0;
  return std::min(line.find(' ', from + 1), line.size()) - from - 1;
}

bool IsTargetByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7F && c != '#' && c != '\\';
}

// Lines of a complete head, its empty last line left out; counts and forbids what Beast would
// merge.
Expected<void> CheckLines(std::string_view raw) {
  std::size_t lines = 0;
  for (std::size_t from = 0; from < raw.size();) {
    const std::size_t end = raw.find("\r\n", from);
    if (end == from || end == std::string_view::npos) break;
    const char first = raw[from];
    if (lines > 0 && (first == ' ' || first == '\t')) return Bad("folded header line");
    if (++lines > kMaxHeaders + 1) return Fail(ErrorKind::kHeadTooLarge, "too many headers");
    from = end + 2;
  }
  return {};
}

bool IsRequestId(std::string_view id) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  };
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, allowed);
}

void Join(std::string& list, std::string_view value) {
  if (!list.empty()) list += ", ";
  list += value;
}

void Join(std::optional<std::string>& list, std::string_view value) {
  list = list ? *list + ", " : std::string();
  *list += value;
}

// One walk over the fields takes what we want of them and refuses what would frame a body.
Expected<void> ReadFields(const Fields& fields, RequestHead& head) {
  using beast_http::field;
  int hosts = 0;
  int lengths = 0;
  for (const auto& line : fields) {
    const std::string_view value = View(line.value());
    switch (line.name()) {
      case field::transfer_encoding:
        return Bad("Transfer-Encoding");
      case field::content_length:
        if (++lengths > 1) return Bad("two Content-Length");
        if (value != "0") return Bad("a body");
        break;
      case field::host:
        ++hosts;
        head.host = value;
        break;
      case field::accept:
        Join(head.accept, value);
        break;
      case field::if_none_match:
        Join(head.if_none_match, value);
        break;
      case field::if_modified_since:
        Join(head.if_modified_since, value);
        break;
      case field::unknown:
        if (!head.request_id && EqualsIgnoreCase(View(line.name_string()), "X-Request-Id") &&
            IsRequestId(value)) {
          head.request_id = value;
        }
        break;
      default:  // somebody else's enumeration
        break;
    }
  }
  if (hosts > 1 || (hosts == 0 && fields.version() == 11)) return Bad("needs one Host");
  return {};
}

// Splits the target; an absolute-form target loses its scheme and authority, which counts in place
// of Host (RFC 9112, 3.2.2).
Expected<void> SplitTarget(RequestHead& head) {
  if (!std::ranges::all_of(head.target, IsTargetByte)) return Bad("forbidden byte in target");
  std::string_view rest = head.target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!EqualsIgnoreCase(rest.substr(0, scheme.size()), scheme)) continue;
    const std::size_t slash = rest.find_first_of("/?", scheme.size());
    const std::string_view authority =
        rest.substr(scheme.size(), std::min(slash, rest.size()) - scheme.size());
    head.host = authority.substr(authority.rfind('@') + 1);
    rest = slash == std::string_view::npos ? "/" : rest.substr(slash);
    break;
  }
  const std::size_t question = rest.find('?');
  head.path = rest.substr(0, question);
  if (question != std::string_view::npos) head.query = rest.substr(question + 1);
  const bool asterisk = head.path == "*" && head.method == Method::kOptions;
  if (!head.path.starts_with('/') && !asterisk) return Bad("target is not a path");
  return {};
}

Method MethodOf(std::string_view name) {
  if (name == "GET") return Method::kGet;
  if (name == "HEAD") return Method::kHead;
  if (name == "OPTIONS") return Method::kOptions;
  return Method::kOther;
}

}  // namespace

Expected<std::optional<std::size_t>> FindHeadEnd(std::string_view buffered, std::size_t& scanned) {
  for (std::size_t i = scanned; i < buffered.size(); ++i) {
    if (buffered[i] != '\n') continue;
    if (i == 0 || buffered[i - 1] != '\r') return Bad("a line ends without CR");
    if (i >= 3 && buffered[i - 2] == '\n') return std::optional(i + 1);
  }
  scanned = buffered.size();
  if (TargetLength(buffered.substr(0, buffered.find('\r'))) > kMaxTargetBytes) {
    return Fail(ErrorKind::kTargetTooLong);
  }
  if (buffered.size() >= kMaxHeadBytes) return Fail(ErrorKind::kHeadTooLarge);
  return std::nullopt;
}

Expected<RequestHead> ParseHead(std::string_view raw) {
  if (TargetLength(raw.substr(0, raw.find('\r'))) > kMaxTargetBytes) {
    return Fail(ErrorKind::kTargetTooLong);
  }
  WHITTLE_CHECK(CheckLines(raw));

  beast_http::request_parser<beast_http::empty_body> parser;
  parser.header_limit(kMaxHeadBytes);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(raw.data(), raw.size()), error);
  if (error && error != beast_http::error::need_more) return Bad(error.message());
  if (!parser.is_header_done()) return Bad("incomplete head");
  const Fields& fields = parser.get();
  if (fields.version() != 10 && fields.version() != 11) return Bad("HTTP version");

  RequestHead head;
  WHITTLE_CHECK(ReadFields(fields, head));
  head.method_name = View(fields.method_string());
  head.method = MethodOf(head.method_name);
  head.target = View(fields.target());
  head.keep_alive = fields.keep_alive();
  WHITTLE_CHECK(SplitTarget(head));
  return head;
}

}  // namespace whittle::http
