// /resize/{width}/{height}/{file...}[@{format}]: the positional grammar of oximg.
#include <utility>

#include "base/text.h"
#include "transform/dialect.h"

namespace whittle::transform {
namespace {

// Takes the text up to the next '/' off the front of `rest`; nothing when there is no '/'.
std::optional<std::string_view> TakeSegment(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view segment = rest.substr(0, slash);
  rest.remove_prefix(slash + 1);
  return segment;
}

Expected<ImageRequest> ParseParts(std::string_view width, std::string_view height,
                                  std::string_view file, const Asked& asked,
                                  const Defaults& defaults) {
  const auto w = ParseUnsigned<std::uint32_t>(width);
  const auto h = ParseUnsigned<std::uint32_t>(height);
  if (!w || !h) return FailSaying(ErrorKind::kBadRequest, "invalid dimensions");
  Transform::Params params = defaults.Initial();
  params.width = *w;
  params.height = *h;
  return FinishRequest(params, file, asked, defaults);
}

class ResizeDialect final : public Dialect {
 public:
  explicit ResizeDialect(Defaults defaults) : defaults_(std::move(defaults)) {}

  std::optional<Expected<ImageRequest>> Parse(const Asked& asked) const override {
    constexpr std::string_view kPrefix = "/resize/";
    std::string_view path = asked.path;
    if (!path.starts_with(kPrefix)) return std::nullopt;
    path.remove_prefix(kPrefix.size());
    const auto width = TakeSegment(path);
    const auto height = width ? TakeSegment(path) : std::nullopt;
    if (!height || path.empty()) return std::nullopt;
    return ParseParts(*width, *height, path, asked, defaults_);
  }

 private:
  const Defaults defaults_;
};

std::unique_ptr<const Dialect> Make(const Defaults& defaults) {
  return std::make_unique<ResizeDialect>(defaults);
}

}  // namespace

extern const DialectKind kResizeDialect;
constexpr DialectKind kResizeDialect = {"resize", "/resize/{width}/{height}/{file...}[@{format}]",
                                        Make};

}  // namespace whittle::transform
