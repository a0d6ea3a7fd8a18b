// Which libraries read strangers' bytes, and whether this build can write what it is to offer.
#include <algorithm>

#include "app/doctor/check.h"
#include "base/text.h"

namespace whittle::app::doctor {
namespace {

// "libheif 1.15.1" is below 1.17.
bool IsBelow(std::string_view version, unsigned major, unsigned minor) {
  version.remove_prefix(std::min(version.find(' ') + 1, version.size()));
  const std::size_t dot = version.find('.');
  if (dot == std::string_view::npos) return false;
  const auto own_major = ParseUnsigned<unsigned>(version.substr(0, dot));
  version.remove_prefix(dot + 1);
  const auto own_minor = ParseUnsigned<unsigned>(version.substr(0, version.find('.')));
  if (!own_major || !own_minor) return false;
  return *own_major != major ? *own_major < major : *own_minor < minor;
}

Findings Examine(const Bench& bench) {
  std::string all;
  for (const std::string& library : bench.machine.libraries) {
    if (library.starts_with("libheif ") && IsBelow(library, 1, 17) &&
        bench.settings.image.heif == DecodeIn::kThread) {
      return {Warning(library +
                          " decodes HEIC on the server's own threads, and can be crashed there "
                          "by files made for that",
                      "set heif=process, or off, or have libheif 1.17 or later")};
    }
    all += (all.empty() ? "" : ", ") + library;
  }
  const auto is_missing = [&](Format format) { return !bench.machine.writable.Has(format); };
  if (std::ranges::any_of(bench.settings.image.auto_format, is_missing)) {
    return {Warning("auto_format names formats that this build cannot write",
                    "leave them out, or take a build with them")};
  }
  return {Ok(all)};
}

}  // namespace

extern const Check kLibrariesCheck;
constexpr Check kLibrariesCheck = {
    .name = "libraries",
    .about =
        "versions of the codecs; libheif before 1.17 outside of its process; formats of "
        "`auto_format` that are not in this build",
    .of_server = Examine};

}  // namespace whittle::app::doctor
