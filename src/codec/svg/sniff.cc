#include "codec/svg/sniff.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace whittle::codec {
namespace {

// UTF-16 as ASCII, all that is not becomes '?'.
std::string Narrowed(ByteView pairs, bool big_endian) {
  std::string text;
  for (std::size_t i = 0; i + 1 < pairs.size() && text.size() < kSvgSniffBytes; i += 2) {
    const std::uint8_t high = pairs[big_endian ? i : i + 1];
    const std::uint8_t low = pairs[big_endian ? i + 1 : i];
    text += high == 0 && low < 0x80 ? static_cast<char>(low) : '?';
  }
  return text;
}

std::string AsciiOf(ByteView head) {
  const auto begins = [head](std::initializer_list<std::uint8_t> bytes) {
    return head.size() >= bytes.size() && std::ranges::equal(head.first(bytes.size()), bytes);
  };
  if (begins({0xFF, 0xFE})) return Narrowed(head.subspan(2), false);
  if (begins({0xFE, 0xFF})) return Narrowed(head.subspan(2), true);
  if (begins({'<', 0})) return Narrowed(head, false);
  if (begins({0, '<'})) return Narrowed(head, true);
  if (begins({0xEF, 0xBB, 0xBF})) head = head.subspan(3);
  return std::string(AsText(head.first(std::min(head.size(), kSvgSniffBytes))));
}

constexpr std::string_view kSpace = " \t\r\n";

// What lies before the root element, thing by thing. Each returns false at the end of the text.
class Prolog {
 public:
  explicit Prolog(std::string_view text) : rest_(text) {}

  std::string_view rest() const { return rest_; }
  bool Begins(std::string_view word) const { return rest_.starts_with(word); }
  void SkipSpace() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size())); }
  bool SkipPast(std::string_view end) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) return false;
    rest_.remove_prefix(at + end.size());
    return true;
  }
  /// A DOCTYPE with its internal subset, whose entities may hold any character in their quotes.
  bool SkipDoctype() {
    bool inside = false;
    while (!rest_.empty()) {
      if (Begins("<!--")) {
        if (!SkipPast("-->")) return false;
        continue;
      }
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"' || c == '\'') {
        if (!SkipPast(std::string_view(&c, 1))) return false;
      } else if (c == '[') {
        inside = true;
      } else if (c == ']') {
        inside = false;
      } else if (c == '>' && !inside) {
        return true;
      }
    }
    return false;
  }

 private:
  std::string_view rest_;
};

// "<svg " or "<prefix:svg>", and the like.
bool IsSvgTag(std::string_view tag) {
  if (!tag.starts_with('<')) return false;
  tag.remove_prefix(1);
  const std::size_t end = tag.find_first_of(" \t\r\n/>");
  if (end == std::string_view::npos) return false;
  std::string_view name = tag.substr(0, end);
  if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
    if (colon == 0) return false;
    name.remove_prefix(colon + 1);
  }
  return name == "svg";
}

}  // namespace

bool IsSvgText(ByteView head) {
  const std::string text = AsciiOf(head);
  Prolog prolog(text);
  while (true) {
    prolog.SkipSpace();
    if (prolog.Begins("<?")) {
      if (!prolog.SkipPast("?>")) return false;
    } else if (prolog.Begins("<!--")) {
      if (!prolog.SkipPast("-->")) return false;
    } else if (prolog.Begins("<!DOCTYPE")) {
      if (!prolog.SkipDoctype()) return false;
    } else {
      return IsSvgTag(prolog.rest());
    }
  }
}

}  // namespace whittle::codec
