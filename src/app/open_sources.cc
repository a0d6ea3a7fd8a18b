#include "app/open_sources.h"

#include <fmt/format.h>

#include <memory>
#include <string_view>
#include <utility>

#include "app/fill.h"

namespace whittle::app {

Expected<void> OpenSources(const Settings& settings, source::SourceOptions base,
                           const source::Guarded::Options& guard, source::Sources& sources) {
  const auto open = [&](const std::string& name, const source::SourceOptions& options,
                        std::string_view setting) -> Expected<void> {
    auto source = source::MakeSource(options);
    if (!source) {
      return FailSaying(ErrorKind::kBadRequest,
                        fmt::format("{}: {}", setting, source.error().text));
    }
    sources.Add(name, std::make_shared<source::Guarded>(*std::move(source), guard));
    return {};
  };
  Fill(settings, base);
  WHITTLE_CHECK(open("", base, "images_dir (WHITTLE_IMAGES_DIR, IMAGES_DIR)"));
  for (const SourceTable& table : settings.sources) {
    source::SourceOptions own = base;
    own.location = table.location;
    if (table.max_source_bytes > 0) own.max_bytes = table.max_source_bytes;
    WHITTLE_CHECK(open(table.name, own, fmt::format("sources.{}.location", table.name)));
  }
  return {};
}

}  // namespace whittle::app
