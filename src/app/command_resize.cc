#include <fmt/format.h>

#include <chrono>
#include <iostream>

#include "app/commands.h"
#include "app/files.h"
#include "base/text.h"
#include "whittle/whittle.h"

namespace whittle::app {

int RunResize(const ResizeArguments& arguments, const Settings& settings) {
  Transform::Params params = DefaultsOf(settings).Initial();
  params.width = arguments.width;
  params.height = arguments.height;
  const auto transform = Transform::Make(params);
  if (!transform) {
    std::cerr << fmt::format(
        "whittle: {}: --width {} --height {}; each is 0 to {}, and one at least is above 0\n",
        transform.error().text, arguments.width, arguments.height, Transform::kMaxSide);
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
  std::cerr << fmt::format("{}: {}x{}, {} bytes -> {}: {}x{}, {} bytes in {:.1f} ms\n",
                           Printable(arguments.in.string()), result->source.displayed_width(),
                           result->source.displayed_height(), source->size(),
                           Printable(arguments.out.string()), result->width, result->height,
                           result->bytes.size(), spent.count());
  return kExitOk;
}

}  // namespace whittle::app
