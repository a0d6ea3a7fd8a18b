#include "transform/query.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

#include "base/text.h"
#include "transform/params.h"

namespace whittle::transform {
namespace {

constexpr std::size_t kShownNameBytes = 40;

// Text that may have been decoded: a view of the query, or of `storage`.
struct Decoded {
  std::string storage;
  std::string_view text;
};

// False when an escape is broken.
bool Decode(std::string_view encoded, Decoded& decoded) {
  decoded.text = encoded;
  if (encoded.find('%') == std::string_view::npos) return true;
  auto plain = PercentDecode(encoded);
  if (!plain) return false;
  decoded.storage = *std::move(plain);
  decoded.text = decoded.storage;
  return true;
}

std::unexpected<Error> Bad(std::string_view what, std::string_view name) {
  return FailSaying(ErrorKind::kBadRequest, std::string(what).append(name));
}

// A stranger's name, fit to be shown.
std::string Shown(std::string_view name) {
  std::string shown(name.substr(0, kShownNameBytes));
  std::ranges::replace_if(shown, [](char c) { return c < 0x20 || c >= 0x7F; }, '?');
  return shown;
}

// One pair; `seen` are the parameters of those before it.
Expected<const ParamRow*> ApplyPair(std::string_view pair, std::span<const std::string_view> seen,
                                    Transform::Params& params) {
  const std::size_t equals = pair.find('=');
  const std::string_view encoded_name = pair.substr(0, equals);
  Decoded name;
  const ParamRow* const row = Decode(encoded_name, name) ? FindParam(name.text) : nullptr;
  if (row == nullptr) return Bad("unknown parameter: ", Shown(name.text));
  if (std::ranges::find(seen, row->of) != seen.end()) return Bad("repeated ", row->name);

  Decoded value;
  const bool has_value = equals != std::string_view::npos;
  if (!has_value) value.text = row->bare;
  if (has_value && !Decode(pair.substr(equals + 1), value)) return Bad("invalid ", row->name);
  const bool missing = !has_value && row->bare.empty();
  if (missing || !row->read(params, value.text)) return Bad("invalid ", row->name);
  return row;
}

}  // namespace

Expected<void> ApplyQuery(std::string_view query, Transform::Params& params) {
  std::array<std::string_view, kMaxQueryParams> seen;
  std::size_t count = 0;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    if (count == kMaxQueryParams) return Bad("too many parameters", "");
    WHITTLE_TRY(const ParamRow* const row, ApplyPair(pair, {seen.data(), count}, params));
    seen[count++] = row->of;
  }
  return {};
}

}  // namespace whittle::transform
