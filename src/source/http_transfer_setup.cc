// What a transfer tells libcurl before it begins: all options in one place, each with its reason
// where the default would not do.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <new>

#include "source/address.h"
#include "source/http_transfer.h"

namespace whittle::source {
namespace {

constexpr long kReadBuffer = 128L << 10;  // bytes; a photo in a few reads
constexpr long kIdleConnection = 60;      // seconds without use until one is not used again
constexpr long kKeepAliveProbe = 30;      // seconds

template <class T>
void Set(CURL* easy, CURLoption option, T value) {
  // An option that this libcurl does not know would be a guard that is not there.
  if (curl_easy_setopt(easy, option, value) != CURLE_OK) throw std::bad_alloc();
}

bool IsPlain(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// What follows the host, as it was written: a signature is over just that.
std::string_view TargetOf(std::string_view url) {
  const std::size_t host = url.find("//") + 2;
  const std::size_t end = url.find_first_of("/?#", host);
  return end == std::string_view::npos ? "/" : url.substr(end);
}

}  // namespace

bool GoesByProxy(const HttpTransferOptions& options, const Url& url) {
  if (options.proxy.empty() || options.may_connect) return false;
  if (url.address) return IsPublic(*url.address);
  return url.host.contains('.') && url.host != "metadata.google.internal";
}

CurlList HttpTransfer::Lines() const {
  CurlList lines;
  Append(lines, "Accept-Encoding: identity");
  Append(lines, "Expect:");  // nobody waits for 100 Continue
  for (const auto& [name, value] : request_.fields) {
    if (!IsPlain(name) || !IsPlain(value)) continue;
    const std::string start = name + (value.empty() ? ";" : ": ");
    Append(lines, start + value);
  }
  return lines;
}

void HttpTransfer::SetUp() {
  easy_ = MakeCurlEasy();
  CURL* const easy = easy_.get();
  Set(easy, CURLOPT_PRIVATE, this);
  Set(easy, CURLOPT_ERRORBUFFER, message_);
  Set(easy, CURLOPT_NOSIGNAL, 1L);
  Set(easy, CURLOPT_QUICK_EXIT, 1L);  // else leaving waits for a lookup of libcurl's own, if any

  Set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  Set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  Set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  Set(easy, CURLOPT_PATH_AS_IS, 1L);  // dots in a path may be a key's
  Set(easy, CURLOPT_URL, (url_.Origin() + std::string(TargetOf(request_.url))).c_str());

  // Empty, it also keeps out what the environment says.
  const bool by_proxy = GoesByProxy(options_, url_);
  Set(easy, CURLOPT_PROXY, by_proxy ? options_.proxy.c_str() : "");
  Set(easy, CURLOPT_NOPROXY, by_proxy ? "" : "*");
  Set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);

  // Those that come while the first still shakes hands wait for it, to share its connection.
  Set(easy, CURLOPT_PIPEWAIT, options_.http2 && url_.tls ? 1L : 0L);
  Set(easy, CURLOPT_HTTP_VERSION,
      static_cast<long>(options_.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  Set(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  Set(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
  lines_ = Lines();
  Set(easy, CURLOPT_HTTPHEADER, lines_.get());
  if (request_.method == "HEAD") {
    Set(easy, CURLOPT_NOBODY, 1L);
  } else if (request_.method != "GET") {
    Set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    Set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    Set(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
  }

  Set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  Set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  Set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) Set(easy, CURLOPT_CAINFO, options_.ca_file.c_str());

  Set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  Set(easy, CURLOPT_TCP_KEEPIDLE, kKeepAliveProbe);
  Set(easy, CURLOPT_TCP_KEEPINTVL, kKeepAliveProbe);
  Set(easy, CURLOPT_MAXAGE_CONN, kIdleConnection);
  Set(easy, CURLOPT_BUFFERSIZE, kReadBuffer);
  // Deadlines are http_pace.h's; these only stand behind them.
  Set(easy, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>((terms_.deadlines.connect + terms_.deadlines.tls).count()) + 1000);

  Set(easy, CURLOPT_OPENSOCKETFUNCTION, &OnSocket);
  Set(easy, CURLOPT_OPENSOCKETDATA, this);
  Set(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(easy, CURLOPT_HEADERDATA, this);
  Set(easy, CURLOPT_WRITEFUNCTION, &OnBody);
  Set(easy, CURLOPT_WRITEDATA, this);

  // The addresses that were judged are those that libcurl connects to: it looks nothing up.
  if (!addresses_.empty()) {
    std::string entry = "+" + url_.HostAndPort() + ":";
    for (std::size_t i = 0; i < addresses_.size(); ++i) {
      const std::string text = addresses_[i].ToText();
      entry += i > 0 ? "," : "";
      entry += text.contains(':') ? "[" + text + "]" : text;
    }
    Append(resolve_, entry);
    Set(easy, CURLOPT_RESOLVE, resolve_.get());
  }
}

// Called for each address that is tried, right before it is connected to.
curl_socket_t HttpTransfer::OnSocket(void* self, curlsocktype purpose,
                                     curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  try {
    if (transfer.options_.may_connect) {
      const auto to = Address::Of(address->addr);
      if (purpose != CURLSOCKTYPE_IPCXN || !to || !transfer.options_.may_connect(*to)) {
        transfer.Refuse(ErrorKind::kForbidden, "its address is not one to be connected to");
        return CURL_SOCKET_BAD;
      }
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  } catch (const std::exception&) {
    return CURL_SOCKET_BAD;
  }
}

}  // namespace whittle::source
