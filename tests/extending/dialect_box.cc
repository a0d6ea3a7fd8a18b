// /{width}x{height}/{file...}[@{format}]: a grammar as many servers have it.
//
// An example of one. A side that is left out, as in "300x", is free; all else that a URL can say is
// our query.
#include <utility>

#include "base/text.h"
#include "transform/dialect.h"

namespace whittle::transform {
namespace {

// A side's number, 0 where there is none, nothing for all else.
std::optional<std::uint32_t> SideOf(std::string_view text) {
  return text.empty() ? 0 : ParseUnsigned<std::uint32_t>(text);
}

class BoxDialect final : public Dialect {
 public:
  explicit BoxDialect(Defaults defaults) : defaults_(std::move(defaults)) {}

  std::optional<Expected<ImageRequest>> Parse(const Asked& asked) const override {
    const std::size_t slash = asked.path.find('/', 1);
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view box = asked.path.substr(1, slash - 1);
    const std::size_t x = box.find('x');
    const auto width = SideOf(box.substr(0, x));
    const auto height = x == std::string_view::npos ? std::nullopt : SideOf(box.substr(x + 1));
    if (!width || !height) return std::nullopt;
    Transform::Params params = defaults_.Initial();
    params.width = *width;
    params.height = *height;
    return FinishRequest(params, asked.path.substr(slash + 1), asked, defaults_);
  }

 private:
  const Defaults defaults_;
};

}  // namespace

extern const DialectKind kBoxDialect;
constexpr DialectKind kBoxDialect = {
    "box", "/{width}x{height}/{file...}[@{format}]",
    [](const Defaults& defaults) -> std::unique_ptr<const Dialect> {
      return std::make_unique<BoxDialect>(defaults);
    }};

}  // namespace whittle::transform
