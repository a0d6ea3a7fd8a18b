#include "transform/accept.h"

#include <algorithm>

#include "base/text.h"

namespace whittle::transform {
namespace {

// Takes the text up to the next `separator` off the front of `rest`, without blanks around it.
std::string_view TakePart(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = Trim(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

// A qvalue in thousandths: "0" or "1", and up to three decimals. Nothing when it is none.
std::optional<int> ParseQuality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int thousandths = (text[0] - '0') * 1000;
  int place = 100;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') return std::nullopt;
    thousandths += (digit - '0') * place;
    place /= 10;
  }
  if (thousandths > 1000) return std::nullopt;
  return thousandths;
}

// Of what stands behind a media type; 1 where no quality does, nothing where it is malformed.
std::optional<int> QualityOf(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = TakePart(parameters, ';');
    if (parameter.size() >= 2 && EqualsIgnoreCase(parameter.substr(0, 2), "q=")) {
      return ParseQuality(parameter.substr(2));
    }
  }
  return 1000;
}

// Of `mime` in `accept`, in thousandths; 0 when it is not named.
int QualityIn(std::string_view accept, std::string_view mime) {
  while (!accept.empty()) {
    std::string_view range = TakePart(accept, ',');
    if (EqualsIgnoreCase(TakePart(range, ';'), mime)) return QualityOf(range).value_or(0);
  }
  return 0;
}

// `accept` as far as it is looked at: whole ranges only.
std::string_view Bounded(std::string_view accept) {
  if (accept.size() <= kMaxAcceptBytes) return accept;
  const std::size_t comma = accept.rfind(',', kMaxAcceptBytes);
  return accept.substr(0, comma == std::string_view::npos ? 0 : comma);
}

}  // namespace

std::array<std::optional<Format>, 3> AcceptedOf(std::string_view accept,
                                                std::span<const Format> list) {
  accept = Bounded(accept);
  std::array<std::optional<Format>, 3> offers;
  std::array<int, 3> qualities{};
  for (const Format format : list) {
    const int quality = QualityIn(accept, MimeOf(format));
    // Behind all that is as good; the last falls off.
    const auto place = std::ranges::find_if(qualities, [&](int other) { return other < quality; });
    const auto at = place - qualities.begin();
    if (place == qualities.end()) continue;
    std::shift_right(offers.begin() + at, offers.end(), 1);
    std::shift_right(place, qualities.end(), 1);
    offers[static_cast<std::size_t>(at)] = format;
    *place = quality;
  }
  return offers;
}

}  // namespace whittle::transform
