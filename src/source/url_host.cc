#include "source/url_host.h"

#include <idn2.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/text.h"

namespace whittle::source {
namespace {

using Result = std::expected<UrlHost, std::string_view>;

struct FreeText {
  void operator()(char* text) const { idn2_free(text); }
};

constexpr std::size_t kMaxName = 253;  // bytes (RFC 1035, 2.3.4)
constexpr std::size_t kMaxLabel = 63;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsOfName(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_'; }

// Names of other scripts as the DNS has them, "xn--..." (IDNA 2008, UTS 46). Full-width digits and
// dots become those of ASCII: what comes out is read anew. (libcurl would do it in the locale's
// character set, which a server has none of.)
std::optional<std::string> ToAscii(const std::string& name) {
  if (name.size() > 4 * kMaxName || name.contains('\0') || !IsUtf8(name)) return std::nullopt;
  char* text = nullptr;
  const int code = idn2_to_ascii_8z(name.c_str(), &text, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, FreeText> owner(text);
  if (code != IDN2_OK || text == nullptr) return std::nullopt;
  return std::string(text);
}

// A number as inet_aton reads it: decimal, octal after 0, hexadecimal after 0x.
std::optional<std::uint64_t> ReadNumber(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x")) {
    base = 16;
    text.remove_prefix(2);
    if (text.empty()) return 0;  // as browsers have it
  } else if (text.size() > 1 && text.starts_with('0')) {
    base = 8;
  }
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return value;
}

// One to four numbers; the last fills the bytes that are left.
std::optional<Address> ReadIpv4(const std::vector<std::string_view>& labels) {
  if (labels.size() > 4) return std::nullopt;
  std::uint32_t address = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool last = i + 1 == labels.size();
    const auto number = ReadNumber(labels[i]);
    const std::uint64_t most = last ? UINT32_MAX >> (8 * i) : 0xFF;
    if (!number || *number > most) return std::nullopt;
    address |= static_cast<std::uint32_t>(*number) << (last ? 0 : 24 - 8 * i);
  }
  return Address::FromV4(address);
}

std::vector<std::string_view> Labels(std::string_view name) {
  std::vector<std::string_view> labels;
  while (true) {
    const std::size_t dot = name.find('.');
    labels.push_back(name.substr(0, dot));
    if (dot == std::string_view::npos) return labels;
    name.remove_prefix(dot + 1);
  }
}

// Whether resolvers could take the name for an address: by its last label, as browsers judge it.
bool EndsInNumber(std::string_view label) {
  return std::ranges::all_of(label, IsDigit) || (label.starts_with("0x") && ReadNumber(label));
}

Result ReadName(std::string_view text) {
  const std::string name = LowerCase(text);
  if (name.size() > kMaxName) return std::unexpected("its host is too long");
  const std::vector<std::string_view> labels = Labels(name);
  for (const std::string_view label : labels) {
    if (label.empty()) return std::unexpected("its host has an empty label");
    if (label.size() > kMaxLabel) return std::unexpected("its host is too long");
    if (!std::ranges::all_of(label, IsOfName)) {
      return std::unexpected("its host has characters that no host has");
    }
  }
  if (!EndsInNumber(labels.back())) return UrlHost{name, std::nullopt};
  const auto address = ReadIpv4(labels);
  if (!address) return std::unexpected("its host is a number and no address");
  return UrlHost{address->ToText(), address};
}

Result ReadIpv6(std::string_view text) {
  if (!text.ends_with(']')) return std::unexpected("its host has no closing bracket");
  text = text.substr(1, text.size() - 2);
  if (text.contains('%')) return std::unexpected("its address has a zone");
  const auto address = text.contains(':') ? Address::Parse(text) : std::nullopt;
  if (!address) return std::unexpected("its host is no address");
  return UrlHost{address->ToText(), address};
}

}  // namespace

Result ReadUrlHost(std::string_view text) {
  if (text.empty()) return std::unexpected("it has no host");
  if (text.starts_with('[')) return ReadIpv6(text);
  std::string name(text);
  if (std::ranges::any_of(text, [](char c) { return static_cast<std::uint8_t>(c) >= 0x80; })) {
    auto ascii = ToAscii(name);
    if (!ascii) return std::unexpected("its host is no international name");
    name = *std::move(ascii);
  }
  if (name.size() > 1 && name.ends_with('.')) name.pop_back();  // the root's, which all names have
  return ReadName(name);
}

}  // namespace whittle::source
