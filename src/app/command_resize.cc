#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>

#include "app/commands.h"
#include "app/files.h"
#include "app/svg.h"
#include "base/text.h"
#include "transform/format_words.h"
#include "whittle/whittle.h"

namespace whittle::app {
namespace {

std::optional<Format> FormatOfName(const std::filesystem::path& file) {
  std::string word = file.extension().string();
  if (word.empty()) return std::nullopt;
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return transform::FormatNamed(std::string_view(word).substr(1));
}

Expected<Transform> TransformOf(const ResizeArguments& arguments,
                                const transform::Defaults& defaults) {
  Transform::Params params = defaults.Initial();
  params.width = arguments.width;
  params.height = arguments.height;
  WHITTLE_CHECK(transform::Complete(params, arguments.params, defaults));
  if (!params.format) params.format = FormatOfName(arguments.out);
  WHITTLE_CHECK(transform::CheckWritable(params, defaults));
  return Transform::Make(params);
}

}  // namespace

int RunResize(const ResizeArguments& arguments, const Settings& settings) {
  const auto transform = TransformOf(arguments, DefaultsOf(settings));
  if (!transform) {
    std::cerr << fmt::format(
        "whittle: {}: --width {} --height {} --params '{}'; sides are 0 to {}, one at least is "
        "above 0, and whittle params lists the others\n",
        transform.error().text, arguments.width, arguments.height, Printable(arguments.params),
        Transform::kMaxSide);
    return kExitUsage;
  }
  const SvgInput svg(settings);
  if (!svg.ok()) {
    std::cerr << "whittle: " << svg.problem() << "\n";
    return kExitUsage;
  }
  const Limits limits = LimitsOf(settings);
  const auto source = ReadWhole(arguments.in, limits.max_source_bytes);
  if (!source) return Report(arguments.in, source.error());

  const auto begin = std::chrono::steady_clock::now();
  const auto result = Process(source->view(), *transform, limits);
  if (!result) return Report(arguments.in, result.error());
  const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;

  if (auto written = WriteWhole(arguments.out, result->bytes.view()); !written) {
    return Report(arguments.out, written.error());
  }
  std::cerr << fmt::format("{}: {}x{}, {} bytes{} -> {}: {}x{}, {} bytes in {:.1f} ms\n",
                           Printable(arguments.in.string()), result->source.displayed_width(),
                           result->source.displayed_height(), source->size(),
                           result->truncated ? ", which end too early," : "",
                           Printable(arguments.out.string()), result->width, result->height,
                           result->bytes.size(), spent.count());
  return kExitOk;
}

}  // namespace whittle::app
